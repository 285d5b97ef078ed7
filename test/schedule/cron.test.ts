import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseCron } from '../../src/schedule/cron.ts';
import { CronMistake } from '../../src/schedule/cron-mistake.ts';

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

describe('what crontab(5) means', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 0, 0, 0, 1), toFake: ['Date'] })); // a Thursday
  afterEach(() => void vi.useRealTimers());

  const next = (expression: string, count: number): string[] =>
    parseCron(expression)
      .nextRuns(count)
      .map((run) => run.toISOString().replace(/^2026-|:00(\.000)?Z$/g, ''));

  const hourly = ['01-01T01:00', '01-01T02:00', '01-01T03:00'];
  const midnights = ['01-02T00:00', '01-03T00:00', '01-04T00:00'];
  test.each([
    // both days restricted: either matches
    [
      '0 0 1-7 * 1',
      ['01-02T00:00', '01-03T00:00', '01-04T00:00', '01-05T00:00', '01-06T00:00', '01-07T00:00', '01-12T00:00'],
    ],
    ['0 0 13 * FRI', ['01-02T00:00', '01-09T00:00', '01-13T00:00', '01-16T00:00']],
    ['0 0 0 15 * MON', ['01-05T00:00', '01-12T00:00', '01-15T00:00', '01-19T00:00']],
    ['0 0 1-31 * 1', midnights],
    ['0 0 31 2 1', ['02-02T00:00', '02-09T00:00']],
    ['0 0 L * FRI', ['01-02T00:00', '01-09T00:00', '01-16T00:00', '01-23T00:00', '01-30T00:00', '01-31T00:00']],
    // a field that begins with a star restricts nothing
    ['0 0 */10 * 1', ['05-11T00:00', '06-01T00:00', '08-31T00:00']],
    ['0 0 10 * */7', ['05-10T00:00', '2027-01-10T00:00']],
    ['0 0 * * 1', ['01-05T00:00', '01-12T00:00']],
    ['0 0 ? * MON', ['01-05T00:00', '01-12T00:00']],
    ['0 0 3 * ?', ['01-03T00:00', '02-03T00:00']],
    // words
    ['@hourly', hourly],
    ['@daily', midnights],
    ['@Midnight', midnights],
    ['@weekly', ['01-04T00:00', '01-11T00:00']],
    ['@monthly', ['02-01T00:00', '03-01T00:00']],
    ['@yearly', ['2027-01-01T00:00', '2028-01-01T00:00']],
    ['@annually', ['2027-01-01T00:00']],
    // spaces
    ['\t0\t*\t*\t*\t*\t', hourly],
    ['  0   *  \t *  *     * ', hourly],
    ['0\n* * * *', hourly],
    // names, Sunday, leading zeros
    ['0 0 * feb *', ['02-01T00:00', '02-02T00:00']],
    ['0 0 1 JAN,Mar *', ['03-01T00:00', '2027-01-01T00:00']],
    ['0 0 1 december *', ['12-01T00:00']],
    ['0 0 * * Mon-Fri', ['01-02T00:00', '01-05T00:00']],
    ['0 0 * * sunday', ['01-04T00:00', '01-11T00:00']],
    ['0 0 * * 7', ['01-04T00:00', '01-11T00:00']],
    ['0 0 * * 0', ['01-04T00:00', '01-11T00:00']],
    ['0 0 * * 5-7', ['01-02T00:00', '01-03T00:00', '01-04T00:00', '01-09T00:00']],
    ['0 0 * * SAT-SUN', ['01-03T00:00', '01-04T00:00', '01-10T00:00']],
    ['0 0 * * 0-7', midnights],
    ['0 0 * * SUN-TUE', ['01-04T00:00', '01-05T00:00', '01-06T00:00', '01-11T00:00']],
    ['00 08 05 01,02 *', ['01-05T08:00', '02-05T08:00']],
    // steps and lists
    ['*/60 * * * *', hourly],
    ['0 */24 * * *', midnights],
    ['*/45 * * * *', ['01-01T00:45', '01-01T01:00', '01-01T01:45']],
    ['10-30/10,45 0 * * *', ['01-01T00:10', '01-01T00:20', '01-01T00:30', '01-01T00:45', '01-02T00:10']],
    ['0 0 * * */3', ['01-03T00:00', '01-04T00:00', '01-07T00:00', '01-10T00:00']],
    // of Quartz what means the same there
    ['0 0 L * *', ['01-31T00:00', '02-28T00:00', '03-31T00:00']],
    ['0 0 L-1 * *', ['01-30T00:00', '02-27T00:00']],
    ['0 0 lw * ?', ['01-30T00:00', '02-27T00:00']],
    ['0 0 3W * *', ['01-02T00:00', '02-03T00:00']],
    ['0 0 * * FRI#2', ['01-09T00:00', '02-13T00:00']],
    ['0 0 * * sunL', ['01-25T00:00', '02-22T00:00']],
    ['0 0 15,L * *', ['01-15T00:00', '01-31T00:00', '02-15T00:00']],
  ])('%j', (expression, runs) => {
    expect(next(expression, runs.length)).toEqual(runs);
  });

  test('the gaps are those of both days together', () => {
    expect(parseCron('0 0 1 * 1')).toMatchObject({ shortestGapMs: 86_400_000, longestGapMs: 7 * 86_400_000 });
  });
});

const refused: readonly (readonly [expression: string, message: RegExp, fix?: RegExp])[] = [
  // intervals
  ['@every 5m', /interval/, /`interval: 5m`/],
  ['@every 1h30m', /interval/, /`interval: 1h30m`/],
  ['@every 90s', /interval/, /`interval: 1m30s`/],
  ['@every', /interval/, /`interval: 5m`/],
  ['every minute', /interval/, /`interval: 1m`/],
  ['every 5 minutes', /interval/, /`interval: 5m`/],
  ['@every_second', /interval/, /`interval: 1s`/],
  ['@minutely', /interval/, /`interval: 1m`/],
  ['rate(5 minutes)', /AWS/, /`interval: 5m`/],
  ['PT5M', /duration/, /`interval: 5m`/],
  ['R/PT1H30M', /duration/, /`interval: 1h30m`/],
  ['30s', /duration/, /`interval: 30s`/],
  ['5 min', /duration/, /`interval: 5m`/],
  ['*/90 * * * *', /step of 90 never takes a second of the 60 minutes/, /`interval: 90m`/],
  ['*/90 * * * * *', /step of 90 .* 60 seconds/, /`interval: 90s`/],
  ['0 */36 * * *', /step of 36 .* 24 hours/, /`interval: 36h`/],
  ['0 0 */45 * *', /step of 45 .* 31 days/, /at most 31/],
  ['0 0 1 */13 *', /step of 13 .* 12 months/, /at most 12/],
  ['0 0 * * */8', /step of 8 .* 7 days of the week/, /at most 7/],
  ['0 0-30/90 * * *', /the hours go from 0 to 23, and 30 is none/],
  ['5-30/90 * * * *', /step of 90/, /at most 60/],
  // words of others
  ['@reboot', /runs at the start/, /interval/],
  ['@fortnightly', /no word of crontab/, /@daily/],
  ['daily', /lacks its @/, /`@daily`/],
  ['cron(0 12 * * ? *)', /AWS/, /first five fields/],
  ['TZ=Europe/Berlin 0 3 * * *', /time zone/, /UTC/],
  ['CRON_TZ=UTC 0 3 * * *', /time zone/, /UTC/],
  ['*-*-* 03:00:00', /systemd/, /minute hour day month weekday/],
  ['Mon..Fri 03:00', /systemd/, /minute hour/],
  ['0 0 12 * * MON 2027', /seven fields, and a year/, /leave the year out/],
  ['0 0 12 ? * MON *', /seven fields, and a year/, /leave the year out/],
  ['* * * *', /4 fields/],
  ['0 3 * * 1-5 /usr/bin/true now', /7 fields/],
  ['', /empty/],
  [' \t ', /empty/],
  ['H * * * *', /Jenkins/, /a number/],
  ['H/15 * * * *', /Jenkins/, /`\*\/15`/],
  ['H(0-29)/10 * * * *', /Jenkins/, /`\*\/10`/],
  ['0~30 * * * *', /random value of cronie/, /a number/],
  ['0/5 * * * *', /step without a range/, /`0-59\/5`/],
  ['0 0 * * MON/2', /step without a range/, /`MON-6\/2`/],
  ['/5 * * * *', /step without a range/, /`\*\/5`/],
  // days that Quartz counts otherwise
  ['0 0 12 ? * 2', /Quartz.*1 is Sunday/, /MON-FRI/],
  ['0 0 12 ? * 2-6', /Quartz.*1 is Sunday/, /MON-FRI/],
  ['0 0 * * 5#2', /another day than in Quartz/, /`FRI#2`/],
  ['0 0 * * 5L', /another day than in Quartz/, /`FRIL`/],
  ['0 0 * * L', /day of the month/, /`SAT`/],
  ['0 12 * * ? *', /two days alone/, /seconds are first/],
  // ranges that go backwards
  ['0 22-2 * * *', /`22-2` goes backwards/, /`22-23,0-2`/],
  ['0 22-0 * * *', /goes backwards/, /`22-23,0`/],
  ['0 23-2 * * *', /goes backwards/, /`23,0-2`/],
  ['0 0 * * FRI-MON', /goes backwards/, /`FRI-SAT,SUN-MON`/],
  ['0 0 * * 5-1', /goes backwards/, /`5-6,0-1`/],
  ['0 0 * * 6-0', /goes backwards/, /`6,0`/],
  ['0 0 * NOV-FEB *', /goes backwards/, /`NOV-DEC,JAN-FEB`/],
  ['50-10/5 * * * *', /goes backwards/, /two ranges/],
  // no such value, no such form
  ['61 * * * * *', /seconds go from 0 to 59, and 61/],
  ['60 * * * *', /minutes go from 0 to 59/],
  ['0 24 * * *', /hours go from 0 to 23/, /0 for midnight/],
  ['0 0 0 * *', /days of the month go from 1 to 31/],
  ['0 0 32 * *', /days of the month go from 1 to 31/],
  ['0 0 * 13 *', /months go from 1 to 12/],
  ['0 0 * * 8', /days of the week go from 0 to 7/],
  ['0 0 1 1 * 2027', /days of the week go from 0 to 7, and 2027 is none/],
  ['0 0 * * tues', /`tues` is no name/, /`TUE`/],
  ['0 0 * JANFEB *', /no name of the months/, /`JAN`/],
  ['0 0 * 1JAN *', /cannot stand among the months/],
  ['*/0 * * * *', /step of 0/, /at least 1/],
  ['1, 2 * * * *', /space/, /1,2,3/],
  ['1,,2 * * * *', /empty place/, /1,2,3/],
  ['*/ * * * *', /`\*\/` cannot stand/],
  ['1.5 * * * *', /`1.5` cannot stand/],
  ['-1 * * * *', /`-1` cannot stand/],
  ['0x5 * * * *', /`0x5` cannot stand/],
  ['nope nope nope nope nope', /`nope` cannot stand/],
  ['０ 0 * * *', /cannot stand among the minutes/],
  // what never comes round
  ['0 0 31 2 *', /never comes round/],
  ['0 0 0 30 2 *', /never comes round/],
  ['0 0 31 4,6,9,11 *', /never comes round/],
  ['0 0 31W 4 *', /never comes round/],
];
const rows = refused.map(([expression, message, fix]) => [expression, { message, fix }] as const);
test.each(rows)('%j is refused, with what to write', (expression, { message, fix }) => {
  const parse = () => parseCron(expression);
  expect(parse).toThrow(CronMistake);
  expect(parse).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
  if (fix !== undefined) expect(parse).toThrow(expect.objectContaining({ fix: expect.stringMatching(fix) }));
});
