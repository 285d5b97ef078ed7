// Every alert fires when it is to, as soon as it is to, with its labels and words, and has resolved afterwards.
import { expect, test } from 'vitest';
import { alertOf, alerts, promtoolTest, rulesOf } from './bench.ts';
import { cases } from './cases/index.ts';
import { testFiles } from './promtool.ts';

test('every alert has a case in which it fires', () => {
  const shown = cases.filter(({ fires }) => fires !== undefined).map(({ alert }) => alert);
  expect(alerts.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
});

test('each fires when it is to, and no longer', async () => {
  const files = Map.groupBy(cases, ({ alert }) => alert);
  const said = await testFiles(
    [...files].map(([name, of]) => ({
      name,
      rules: rulesOf(alertOf(name)),
      ...{ tests: of.map((one) => promtoolTest(one)), everyMin: of[0]?.everyMin ?? 1 },
    })),
  );
  expect(said.filter(({ ok }) => !ok).map(({ name, output }) => `${name}: ${output}`)).toEqual([]);
});
