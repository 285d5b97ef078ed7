// What a page says of its families by HELP and TYPE, and which family a sample's name belongs to.
import { escapeHelp } from '../../../core/exposition.ts';
import type { FamilyType } from '../../../core/family.ts';
import { createColumn, type NameTable } from './names.ts';
import type { Store } from './store.ts';
import { createScanner, isText, type Scanner, underscored, unescapedHelp, words } from './syntax.ts';

/** Of a help, in bytes. */
const longestHelp = 1024;

/** Types of both formats, and what they are in the text format. */
const shownTypes = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  untyped: 'untyped',
  unknown: 'untyped',
  info: 'gauge',
  stateset: 'gauge',
  gaugehistogram: 'untyped',
} as const satisfies Record<string, FamilyType>;
type Type = keyof typeof shownTypes;

const allTypes = Object.keys(shownTypes) as readonly Type[];
const isType = (word: string): word is Type => Object.hasOwn(shownTypes, word);

/** Names that come with a family of a type: they are part of it, or families of their own in the text format. */
type Suffixes = ReadonlyMap<string, FamilyType | 'part'>;
const mapOf = (pairs: Readonly<Record<string, FamilyType | 'part'>>): Suffixes => new Map(Object.entries(pairs));
const suffixes: Readonly<Partial<Record<Type, Suffixes>>> = {
  counter: mapOf({ total: 'counter', created: 'gauge' }),
  histogram: mapOf({ bucket: 'part', sum: 'part', count: 'part', created: 'gauge' }),
  summary: mapOf({ sum: 'part', count: 'part', created: 'gauge' }),
  info: mapOf({ info: 'gauge' }),
  gaugehistogram: mapOf({ bucket: 'untyped', gsum: 'untyped', gcount: 'untyped' }),
};

/** What a page says of its families. */
export interface Described {
  /**
   * Takes a line that begins with `#`. What is said of a family first holds.
   * @returns false for a HELP or TYPE that Prometheus refuses, `full` for one of more families than are kept
   */
  read(line: string): boolean | 'full';
  /** A sample of this name has a bound that is no number: what it belongs to is no histogram and no summary. */
  unbind(name: string): void;
  /**
   * The number of the family that has the samples of this name. Asked when the whole page was read and nothing is unbound
   * any more.
   */
  familyOf(number: number): number;
  /** The lines before the samples of a family. */
  headerOf(family: number): string;
  /** Every name that the samples of a family can have, and its own. */
  namesOf(family: number): readonly string[];
}

/** What it needs of the page. */
export type DescribedOptions = {
  readonly openMetrics: boolean;
  /** Families that are kept. */
  readonly most: number;
  readonly names: NameTable;
  /** Where helps are kept. */
  readonly store: Store;
};

const noType = 1;
const firstType = 2;

/** What is said is kept in arrays of numbers and in the store: of a large page it would be a large heap. */
export function createDescribed({ openMetrics, most, names, store }: DescribedOptions): Described {
  /** Of a name: 0 unless the page described it, `noType`, or from `firstType` on the place of its type among all. */
  const types = createColumn(store.memory);
  const [helps, helpEnds] = [createColumn(store.memory), createColumn(store.memory)];
  /** Whether it is part of another family: 0 until it is known, 1 for no, 2 for yes. */
  const parts = createColumn(store.memory);
  let size = 0;

  const typeAt = (number: number): Type | undefined => allTypes[types.get(number) - firstType];
  const helpAt = (number: number): string | undefined =>
    helpEnds.get(number) === 0 ? undefined : store.textOf(helps.get(number), helpEnds.get(number));
  const describe = (name: string): number | undefined => {
    const known = names.find(name, 0, name.length);
    if (known >= 0 && types.get(known) !== 0) return known;
    if (size >= most) return undefined;
    size += 1;
    const number = names.add(name);
    types.set(number, noType);
    return number;
  };
  /** Undefined for a name that is its own: where a family is part of another, what the page says of it does not count. */
  const ownerOf = (name: string): { readonly base: number; readonly as: FamilyType | 'part' } | undefined => {
    const cut = name.lastIndexOf('_');
    if (cut < 0) return undefined;
    const base = names.find(name, 0, cut);
    const type = base < 0 ? undefined : typeAt(base);
    const as = type && suffixes[type]?.get(name.slice(cut + 1));
    return as === undefined || isPart(base) ? undefined : { base, as };
  };
  const isPart = (number: number): boolean => {
    if (parts.get(number) === 0) parts.set(number, ownerOf(names.nameOf(number))?.as === 'part' ? 2 : 1);
    return parts.get(number) === 2;
  };
  const shownType = (family: number): FamilyType | undefined => {
    const type = typeAt(family);
    if (type !== undefined) return shownTypes[type];
    const as = ownerOf(names.nameOf(family))?.as;
    return as === 'part' ? undefined : as;
  };
  return {
    read(line) {
      const scan = createScanner(line);
      scan.eat('#');
      const keyword = scan.take(keywords)?.trim();
      if (keyword === undefined) return true;
      scan.spaces();
      if (scan.rest() === '') return true;
      const quoted = scan.quoted();
      const name = quoted === undefined ? scan.take(words.metric) : underscored(quoted);
      if (name === undefined || name === '' || !(scan.spaces() || scan.rest() === '')) return false;
      const text = scan.rest();
      const type = keyword === 'TYPE' ? typeOf(scan) : undefined;
      if (!isText(line) || (keyword === 'TYPE' && type === undefined)) return false;
      const number = describe(name);
      if (number === undefined) return 'full';
      if (type !== undefined) {
        if (types.get(number) === noType) types.set(number, firstType + allTypes.indexOf(type));
      } else if (text !== '' && helpEnds.get(number) === 0) {
        helps.set(number, store.append(Buffer.from(cut(unescapedHelp(text, openMetrics)), 'latin1')));
        helpEnds.set(number, store.size);
      }
      return true;
    },
    unbind(name) {
      for (const end of [name.length, Math.max(name.lastIndexOf('_'), 0)]) {
        const number = names.find(name, 0, end);
        const type = number < 0 ? undefined : typeAt(number);
        if (type === 'histogram' || type === 'summary') types.set(number, firstType + allTypes.indexOf('untyped'));
      }
    },
    familyOf(number) {
      const owner = ownerOf(names.nameOf(number));
      return owner?.as === 'part' ? owner.base : number;
    },
    headerOf(family) {
      const name = names.nameOf(family);
      const owner = ownerOf(name);
      const help = helpAt(family) ?? (owner && helpAt(owner.base));
      const type = shownType(family);
      return (
        (help === undefined ? '' : `# HELP ${name} ${escapeHelp(help)}\n`) +
        (type === undefined ? '' : `# TYPE ${name} ${type}\n`)
      );
    },
    namesOf(family) {
      const name = names.nameOf(family);
      const type = shownType(family);
      if (type === 'histogram') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
      return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
    },
  };
}

function typeOf(scan: Scanner): Type | undefined {
  const word = scan.take(words.value) ?? '';
  scan.spaces();
  return scan.rest() === '' && isType(word) ? word : undefined;
}

const keywords = /[ \t]+(?:HELP|TYPE)(?=[ \t]|$)/y;

/** No character is cut in two. */
function cut(help: string): string {
  let end = Math.min(help.length, longestHelp);
  while (end < help.length && (help.charCodeAt(end) & 0xc0) === 0x80) end -= 1;
  return help.slice(0, end);
}
