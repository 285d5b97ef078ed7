// How names become metrics, as statsd_exporter maps them: https://github.com/prometheus/statsd_exporter#glob-matching
import type { Mapping } from '../settings.ts';
import type { Made } from './metric.ts';
import { labelNameOf, metricNameOf } from './names.ts';

/** What the first mapping that matches makes of a name. */
export type Mapped = {
  /** Undefined where the mapping says none: the name stays. */
  readonly name: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly mapping: Mapping;
};

type Type = Made['type'];
const types: readonly Type[] = ['counter', 'gauge', 'histogram'];

/** A word of the matches that begin alike. */
type Node = {
  readonly words: Map<string, Node>;
  star: Node | undefined;
  /** For lines of each type, the index of the first mapping whose match ends here. */
  readonly first: Map<Type, number>;
  /** Whether one of them makes a metric. */
  makes: boolean;
};

const nodeOf = (): Node => ({ words: new Map(), star: undefined, first: new Map(), makes: false });

/**
 * The matches are kept as a tree of words: of thousands only those that begin like the name are looked at.
 * @returns what maps a name as it was sent, of a line that makes this type; undefined where no match is for it, and
 * `wrong_type` where those that make a metric are for other types.
 */
export function createMapper(
  mappings: readonly Mapping[],
): (name: string, type: Type) => Mapped | 'wrong_type' | undefined {
  const root = nodeOf();
  for (const [index, { match, type, drop }] of mappings.entries()) {
    let node = root;
    for (const word of match.split('.')) node = next(node, word);
    for (const one of type === undefined ? types : [type]) if (!node.first.has(one)) node.first.set(one, index);
    node.makes ||= !drop;
  }
  return (name, type) => {
    if (mappings.length === 0) return undefined;
    const words = name.split('.');
    const mapping = mappings[firstOf(root, words, 0, type)];
    if (mapping === undefined) return makesOne(root, words, 0) ? 'wrong_type' : undefined;
    const stars = mapping.match.split('.').flatMap((word, at) => (word === '*' ? [words[at] ?? ''] : []));
    const fill = (text: string): string =>
      text.replace(/\$\{?(\d+)\}?/g, (_, number: string) => [name, ...stars][Number(number)] ?? '');
    const labels = Object.entries(mapping.labels).map(([label, value]): [string, string] => [
      labelNameOf(label),
      fill(value),
    ]);
    return {
      name: mapping.name === undefined ? undefined : metricNameOf(fill(mapping.name)),
      labels: new Map(labels),
      mapping,
    };
  };
}

function next(node: Node, word: string): Node {
  const known = word === '*' ? node.star : node.words.get(word);
  if (known !== undefined) return known;
  const made = nodeOf();
  if (word === '*') node.star = made;
  else node.words.set(word, made);
  return made;
}

/** The index of the first mapping of all that match from here, for a line of this type. Each node is looked at once at most. */
function firstOf({ words: nodes, star, first }: Node, words: readonly string[], at: number, type: Type): number {
  const word = words[at];
  if (word === undefined) return first.get(type) ?? Number.POSITIVE_INFINITY;
  const exact = nodes.get(word);
  return Math.min(
    exact === undefined ? Number.POSITIVE_INFINITY : firstOf(exact, words, at + 1, type),
    star === undefined ? Number.POSITIVE_INFINITY : firstOf(star, words, at + 1, type),
  );
}

/** Whether a mapping that matches from here makes a metric of lines of some type. */
function makesOne({ words: nodes, star, makes }: Node, words: readonly string[], at: number): boolean {
  const word = words[at];
  if (word === undefined) return makes;
  const exact = nodes.get(word);
  return (
    (exact !== undefined && makesOne(exact, words, at + 1)) || (star !== undefined && makesOne(star, words, at + 1))
  );
}
