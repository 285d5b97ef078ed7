// Merge keys: `<<: *name` takes over the keys of another map, where its own do not say otherwise.
// https://yaml.org/type/merge.html
import { isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml';

export type Merging = {
  /** What the alias stands for. */
  target(alias: unknown): unknown;
  /** The maps and lists that are being read: none of them can be merged into itself. */
  readonly open: Set<unknown>;
  /** @throws when there are more values than may be, or they lie too deep. */
  spend(values: number): void;
  /** Told of a merge key whose value is no map. */
  refuse(merge: Pair): void;
};

/** A plain `<<`; in quotes it is a key like any other. */
const isMergeKey = (key: unknown): boolean => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';

/** The pairs with those of each map that a merge key names. What they come to is spent before any of it is built. */
export function withMerged(merging: Merging, pairs: readonly Pair[]): readonly Pair[] {
  const merges = pairs.filter(({ key }) => isMergeKey(key));
  if (merges.length === 0) return pairs;
  const all = pairs.filter(({ key }) => !isMergeKey(key));
  const names = new Set(all.map(nameOf));
  const { open } = merging;
  const take = (merge: Pair, value: unknown): void => {
    const target = isAlias(value) ? merging.target(value) : value;
    merging.spend(isMap(target) ? 1 + target.items.length : 1);
    if (open.has(target) || !(isMap(target) || isSeq(target))) {
      merging.refuse(merge);
      return;
    }
    open.add(target);
    if (isSeq(target)) for (const item of target.items) take(merge, item);
    else for (const pair of withMerged(merging, target.items as Pair[])) takePair(pair);
    open.delete(target);
  };
  const takePair = (pair: Pair): void => {
    const name = nameOf(pair);
    if (names.has(name)) return;
    names.add(name);
    all.push(pair);
  };
  for (const merge of merges) take(merge, merge.value);
  return all;
}

const nameOf = ({ key }: Pair): unknown => (isScalar(key) ? String(key.value) : key);
