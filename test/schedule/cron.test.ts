import { expect, test } from 'vitest';
import { parseCron } from '../../src/schedule/cron.ts';

test('seconds come first, and gaps are measured over the next runs', () => {
  expect(parseCron('*/15 * * * * *')).toMatchObject({ longestGapMs: 15_000, shortestGapMs: 15_000 });
  expect(parseCron('0 0,10 * * * *')).toMatchObject({ longestGapMs: 3_000_000, shortestGapMs: 600_000 });
  expect(parseCron('0 3 * * *').longestGapMs).toBe(86_400_000);
});
test('it is UTC', () => {
  const [run] = parseCron('0 30 4 * * *').nextRuns(1);
  expect(run?.toISOString()).toMatch(/T04:30:00\.000Z$/);
});
test('a rare expression has finite gaps', () => {
  expect(parseCron('0 0 0 29 2 *').longestGapMs).toBeGreaterThan(300 * 86_400_000);
});
test.each(['nope', '61 * * * * *', '0 0 0 31 2 *', ''])('%j is refused with words', (expression) => {
  expect(() => parseCron(expression)).toThrow(/\w{3}/);
});
