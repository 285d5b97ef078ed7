// What a kms check costs is what its collectors ask, as often as they ask it, and as its page says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseDuration } from '../../../src/core/duration.ts';
import { kms } from '../../../src/dependencies/kms/index.ts';

const page = readFileSync(new URL('../../../docs/kms.md', import.meta.url), 'utf8');
const settings = (statistics: object) =>
  z.strictObject(kms.settings).parse({ key_id: 'alias/shop', round_trip: { interval: '5m' }, statistics });
type Settings = ReturnType<typeof settings>;

/** What is asked, and after how many milliseconds again, by the collectors that these settings want. */
async function asked(given: Settings) {
  const { collectors = [] } = (await kms.statistics?.()) ?? {};
  return collectors
    .filter(({ wanted }) => wanted?.(given) ?? true)
    .map(({ asks, intervalMs }) => [asks, intervalMs] as const);
}
const counted = (given: Settings) =>
  kms
    .cost(given)
    .calls.flatMap(({ name, count, per }) =>
      typeof per === 'object' && 'readerMs' in per
        ? [[name.replace(' of the statistics', ''), per.readerMs / count] as const]
        : [],
    );

test.each([
  [{}, 2],
  [{ rotations: true }, 3],
])('statistics %j ask for %i things', async (statistics, count) => {
  const given = settings(statistics);
  expect(counted(given)).toHaveLength(count);
  expect(counted(given)).toEqual(await asked(given));
});

test('the page says how often', async () => {
  const rows = page.matchAll(/^\| (\w+)[^|]*\| (\d+) (s|h) \|/gm);
  const said = [...rows].map(([, name, number, unit]) => [name, parseDuration(`${number}${unit}`)]);
  expect(said).toEqual(await asked(settings({ rotations: true })));
});

test('a run asks for the key, and a round trip rests for its interval', () => {
  const [describe, roundTrip] = kms.cost(settings({})).calls;
  expect(describe).toMatchObject({ name: 'DescribeKey', count: 1, per: 'run' });
  expect(roundTrip).toMatchObject({ count: 2, per: { restMs: 300_000 } });
});
