// The tests of the alerts notice what can be wrong in one: with one thing wrong each fails a case of its own.
import { expect, test } from 'vitest';
import { promtoolTest } from './bench.ts';
import { cases } from './cases/index.ts';
import { allMutants, type Mutant } from './mutants.ts';
import { testFiles } from './promtool.ts';
import { explained, isExplained } from './survivors.ts';

/** A mutant survives where the cases of none of its readers fail: these are asked in turn. */
async function survivors(mutants: readonly Mutant[]): Promise<readonly Mutant[]> {
  let left = mutants;
  for (let turn = 0; left.some(({ readers }) => readers.length > turn); turn++) {
    const asked = left.filter(({ readers }) => readers.length > turn);
    const said = await testFiles(
      asked.map(({ id, readers, rules }) => {
        const reader = readers[turn] as string;
        const own = cases.filter(({ alert }) => alert === reader);
        return { name: id, rules: rules(reader), tests: own.map((one) => promtoolTest(one)) };
      }),
    );
    const killed = new Set(said.filter(({ ok }) => !ok).map(({ name }) => name));
    left = left.filter(({ id }) => !killed.has(id));
  }
  return left;
}

test('each is noticed, but for those that say the same', async () => {
  const all = allMutants();
  const survived = (await survivors(all)).map(({ id }) => id);
  console.log(`${all.length} mutants, ${survived.length} survived`);
  expect(survived.filter((id) => !isExplained(id)).sort()).toEqual([]);
  const idle = Object.keys(explained).filter((pattern) => !survived.some((id) => isExplained(id, [pattern])));
  expect(idle).toEqual([]);
});
