// In which order tests are run against a mutation: what is cheap, or near to it, comes first.
import type { TestFile } from './rooms.ts';

export type Facts = {
  /** How long its tests took against the unmutated source. */
  ms(file: TestFile): number;
  /** From it to the mutated module; undefined when it does not reach that. */
  distance(file: TestFile): number | undefined;
  runsBuild(file: TestFile): boolean;
};

/** A batch is a run of vitest. The first takes about so long, each other several times as long as the one before. */
const firstBatchMs = 3000;
const growth = 3;
/** Tests that import the mutated module are run as early as others that take this share of their time. */
const nearBy = 0.25;

/** @returns the tests that reach the mutated module. */
export function batchesOf(files: readonly TestFile[], facts: Facts): TestFile[][] {
  const cost = (file: TestFile): number => facts.ms(file) * ((facts.distance(file) ?? 0) <= 1 ? nearBy : 1);
  const late = (file: TestFile): number => (facts.runsBuild(file) ? 2 : file.project === 'contract' ? 1 : 0);
  const sorted = files
    .filter((file) => facts.distance(file) !== undefined)
    .sort((a, b) => late(a) - late(b) || cost(a) - cost(b) || (a.file < b.file ? -1 : 1));
  const batches: TestFile[][] = [];
  let [left, budget] = [0, firstBatchMs / growth];
  let before: TestFile | undefined;
  for (const file of sorted) {
    const batch = batches.at(-1);
    const goesWith = before !== undefined && late(before) === late(file);
    if (batch === undefined || left <= 0 || !goesWith) {
      batches.push([file]);
      budget *= growth;
      left = budget;
    } else {
      batch.push(file);
    }
    left -= facts.ms(file);
    before = file;
  }
  return batches;
}

/** Generous, since a machine may be busy with something else. */
export const limitOf = (files: readonly TestFile[], { ms }: Pick<Facts, 'ms'>): number =>
  30_000 + 3 * files.reduce((sum, file) => sum + ms(file), 0);
