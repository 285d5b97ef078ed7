// Merge keys: `<<: *name` takes over the keys of another map, where its own do not say otherwise.
// https://yaml.org/type/merge.html
import { isScalar, type Pair } from 'yaml';

/** A plain `<<`; in quotes it is a key like any other. */
const isMergeKey = (key: unknown): boolean => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';

/** @param resolve gives the pairs of each map that a merge key names, those merged into them included. */
export function withMerged(pairs: readonly Pair[], resolve: (merge: Pair) => readonly Pair[]): readonly Pair[] {
  const merges = pairs.filter(({ key }) => isMergeKey(key));
  if (merges.length === 0) return pairs;
  const own = pairs.filter((pair) => !merges.includes(pair));
  const names = new Set(own.map(nameOf));
  const merged = merges.flatMap(resolve).filter((pair) => {
    const isNew = !names.has(nameOf(pair));
    names.add(nameOf(pair));
    return isNew;
  });
  return [...own, ...merged];
}

const nameOf = ({ key }: Pair): unknown => (isScalar(key) ? String(key.value) : key);
