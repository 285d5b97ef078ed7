// The page that says which alert of other catalogues is which of ours names alerts that exist.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alerts } from './bench.ts';

const rows = readFileSync('docs/alerts-catalogue.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (---|name there)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, name = '', condition = '', ours = '', why = '']) => ({ name, condition, ours, why }));
const named = (cell: string): readonly string[] => [...cell.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name);
const exists = new Set(alerts.map(({ name }) => name));

test('every row says which of ours it is, or `none`, and why', () => {
  expect(rows.length).toBeGreaterThan(40);
  for (const { name, condition, ours, why } of rows) {
    expect(ours === 'none' || named(ours).length > 0, name).toBe(true);
    expect(
      [name, condition, why].filter((cell) => cell === ''),
      name,
    ).toEqual([]);
  }
});

test('every alert that it names exists', () => {
  const all = rows.flatMap(({ ours, why }) => [...named(ours), ...named(why)]);
  expect(all.filter((name) => !exists.has(name))).toEqual([]);
});
