// One line of StatsD or DogStatsD without its values: https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/
// Text is a character for each byte until it is needed: most lines came before, and are known by these.
import { isUtf8 } from 'node:buffer';
import { decimal } from '../../../core/decimal.ts';
import { labelNameOf, longestName } from './names.ts';

const lineTypes = ['c', 'g', 'ms', 'h', 'd', 's'] as const;
export type LineType = (typeof lineTypes)[number];

/** What a line says beside its values. */
export type Head = {
  /** As it was sent. */
  readonly name: string;
  readonly type: LineType;
  /** How often each value counts: 1 in the sample rate. */
  readonly weight: number;
  /** Label names, each with its value. */
  readonly tags: ReadonlyMap<string, string>;
};
export type BadHead = 'bad_line' | 'too_long' | 'too_many';

/** Of a line. */
const mostTags = 32;

/** @returns NaN for what is no finite decimal number. */
export function readNumber(text: string): number {
  if (!decimal.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * @param before what stands before the first colon, a character for each byte
 * @param after what stands after the values: `|c|@0.5|#a:b`
 */
export function readHead(before: string, after: string): Head | BadHead {
  const begin = decode(before);
  const end = decode(after);
  if (begin === undefined || end === undefined) return 'bad_line';
  const tags = new Map<string, string>();
  const pairs: string[] = [];
  const name = withoutTags(begin, pairs);
  for (const pair of pairs) addTag(tags, pair, '=');
  if (name === '') return 'bad_line';
  if (Buffer.byteLength(name) > longestName) return 'too_long';
  const [, type = '', ...fields] = end.split('|');
  if (!isLineType(type)) return 'bad_line';
  let weight = 1;
  for (const field of fields) {
    if (field.startsWith('#')) {
      if (pairs.length > 0) return 'bad_line'; // two ways of tagging in one line
      const list = field.slice(1).split(',', mostTags + 1);
      if (list.length > mostTags) return 'too_many';
      for (const tag of list) addTag(tags, tag.replace(/^#/, ''), ':'); // some clients send a # before each
    } else if (field.startsWith('@')) {
      const rate = readNumber(field.slice(1));
      if (!(rate > 0 && rate <= 1) || !Number.isFinite(1 / rate)) return 'bad_line';
      weight = 1 / rate;
    } else if (!/^(T|c:|e:|card:)/.test(field)) return 'bad_line';
  }
  return pairs.length > mostTags ? 'too_many' : { name, type, weight, tags };
}

const isLineType = (type: string): type is LineType => (lineTypes as readonly string[]).includes(type);

/** @returns undefined for what is no UTF-8. */
function decode(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString() : undefined;
}

/** Tags in the name, by statsd_exporter's rules: `name[a=b]` of SignalFX, `name#a=b` of Librato, `name,a=b` of InfluxDB. */
function withoutTags(name: string, pairs: string[]): string {
  const [open, close] = [name.indexOf('['), name.indexOf(']')];
  if (open !== -1 && close > open) {
    pairs.push(...name.slice(open + 1, close).split(','));
    return name.slice(0, open) + name.slice(close + 1);
  }
  const mark = open === -1 && close === -1 ? name.search(/[#,]/) : -1;
  if (mark === -1) return name;
  pairs.push(...name.slice(mark + 1).split(','));
  return name.slice(0, mark);
}

/** The first of two with the same name stays. One without a name is nothing. */
function addTag(tags: Map<string, string>, tag: string, separator: string): void {
  const at = tag.indexOf(separator);
  const sent = at === -1 ? tag : tag.slice(0, at);
  if (sent === '') return;
  const name = labelNameOf(sent);
  if (!tags.has(name)) tags.set(name, at === -1 ? 'true' : tag.slice(at + 1));
}
