// The tests of the alerts notice what can be wrong in one: with one thing wrong each fails a case of its own. One mutant in five
// is tried, and all of them with SIDEWARDEN_TEST_LONG=1.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { promtoolTest } from './bench.ts';
import type { Case } from './case.ts';
import { cases } from './cases/index.ts';
import { allMutants, type Mutant } from './mutants.ts';
import { testFiles } from './promtool.ts';
import { explained, isExplained } from './survivors.ts';

type Try = { readonly reader: string; readonly cases: readonly Case[] };
/** What can notice a mutant: the first case of a reader notices most, so that the others are seldom run. */
const triesOf = ({ readers }: Mutant): readonly Try[] =>
  readers.flatMap((reader) => {
    const own = cases.filter(({ alert }) => alert === reader);
    return [own.slice(0, 1), own.slice(1)].filter(({ length }) => length > 0).map((some) => ({ reader, cases: some }));
  });

/** A mutant survives where the cases of none of its readers fail: these are asked in turn. */
async function survivors(mutants: readonly Mutant[]): Promise<readonly Mutant[]> {
  let left = mutants;
  for (let turn = 0; ; turn++) {
    const asked = left.flatMap((mutant) =>
      triesOf(mutant)
        .slice(turn, turn + 1)
        .map((one) => ({ ...mutant, ...one })),
    );
    if (asked.length === 0) return left;
    const said = await testFiles(
      asked.map(({ id, reader, rules, cases }) => ({
        ...{ name: id, rules: rules(reader) },
        ...{ tests: cases.map((one) => promtoolTest(one)), everyMin: cases[0]?.everyMin ?? 1 },
      })),
    );
    const killed = new Set(said.filter(({ ok }) => !ok).map(({ name }) => name));
    left = left.filter(({ id }) => !killed.has(id));
  }
}

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
/** Of all, so many in a short run: by their ids, so that they are the same each time. Those of objectives take long. */
const oneIn = (id: string): number => (/^(?:Sl[ao][A-Z]|slo:|the silence of slo)/.test(id) ? 40 : 7);
const isDrawn = (id: string): boolean => createHash('sha256').update(id).digest().readUInt32BE() % oneIn(id) === 0;

test('each is noticed, but for those that say the same', { timeout: 600_000 }, async () => {
  const all = allMutants().filter(({ id }) => isLong || isDrawn(id));
  const survived = (await survivors(all)).map(({ id }) => id);
  const kinds = Map.groupBy(all, ({ kind }) => kind);
  const left = new Set(survived);
  for (const [kind, of] of kinds)
    console.log(`${kind}: ${of.length} mutants, ${of.filter(({ id }) => left.has(id)).length} survived`);
  expect(survived.filter((id) => !isExplained(id)).sort()).toEqual([]);
  const idle = Object.keys(explained).filter((pattern) => !survived.some((id) => isExplained(id, [pattern])));
  if (isLong) expect(idle).toEqual([]);
});
