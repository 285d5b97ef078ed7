// Series that are gone from a page that stays: one that comes back has counted events that nobody saw here.
import { expect, test } from 'vitest';
import type { Counts } from '../../../src/features/slos/budget.ts';
import { freshBurn } from '../../../src/features/slos/burn-state.ts';
import { noValues } from '../../../src/features/slos/heritage.ts';
import type { Ledger } from '../../../src/features/slos/ledger.ts';
import { createPageSource, type PageSource, type Values } from '../../../src/features/slos/sources/page.ts';
import { wantedOf } from '../../../src/features/slos/sources/wanted.ts';
import { Windows } from '../../../src/features/slos/windows.ts';

const second = 1000;
const minute = 60 * second;
const wanted = wantedOf({ ratio: { bad: 'requests_total{code=~"5.."}', total: 'requests_total{code!="x"}' } });
const createLedger = (): Ledger => ({
  ...{ name: 'requests', fingerprint: '', windows: new Windows(0), burn: freshBurn() },
  page: { seenAt: undefined, rest: 0 },
});

/** A source whose page and time the test owns. */
function createSources() {
  let now = 0;
  let part = Buffer.alloc(0);
  const ledger = createLedger();
  const start = (inherited: () => Values = noValues, mostGone = 50): PageSource =>
    createPageSource([{ ledger, wanted }], { page: () => [part], now: () => now, inherited, mostGone });
  return {
    start,
    /** One reading after some time. @param requests by code, on the page from now on */
    async read(source: PageSource, requests: Readonly<Record<string, number>>, ms = 5 * second): Promise<Counts> {
      now += ms;
      part = Buffer.from(
        Object.entries(requests)
          .map(([code, count]) => `requests_total{code="${code}"} ${count}\n`)
          .join(''),
      );
      const [found] = await source.read(now);
      return found?.counts ?? { good: 0, bad: 0 };
    },
  };
}

test('one that is away for long goes on where it was, also over reloads', async () => {
  const { start, read } = createSources();
  const first = start();
  await read(first, { 200: 1000, 500: 50_000 });
  expect(await read(first, { 200: 1000, 500: 50_001 })).toEqual({ good: 0, bad: 1 });
  for (let count = 0; count < 90; count += 1) await read(first, { 200: 1000 }, minute);
  const second = start(first.values);
  for (let count = 0; count < 90; count += 1) await read(second, { 200: 1000 }, minute);
  const third = start(start(second.values).values); // the one in between has read nothing
  expect(await read(third, { 200: 1000, 500: 50_002 })).toEqual({ good: 0, bad: 1 });
});

test('of more than are remembered, one that is not known has a baseline, and counts from there', async () => {
  const { start, read } = createSources();
  const source = start();
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`5${index}`, 1000]));
  await read(source, { 200: 1, ...many });
  for (let count = 0; count < 62; count += 1) await read(source, { 200: 1 }, minute);
  expect((await read(source, { 200: 1, ...many })).bad).toBe(0);
  expect((await read(source, { 200: 1, ...many, 590: 7 })).bad).toBe(0);
  const after = start(source.values);
  expect((await read(after, { 200: 1, ...many, 590: 9, 591: 7 })).bad).toBe(2);
  expect((await read(after, { 200: 1, ...many, 590: 9, 591: 8 })).bad).toBe(1);
});

test('one that nobody wants is not remembered, so that what is new still counts whole', async () => {
  const { start, read } = createSources();
  const source = start(noValues, 0);
  await read(source, { 200: 1, x: 1 });
  for (let count = 0; count < 62; count += 1) await read(source, { 200: 1 }, minute);
  expect(await read(source, { 200: 1, 500: 7 })).toEqual({ good: 0, bad: 7 });
});
