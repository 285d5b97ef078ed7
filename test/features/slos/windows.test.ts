// Windows of events: what they say at edges, after gaps and after being saved; and against a naive list of events.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Windows } from '../../../src/features/slos/windows.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const window = 30 * day;

test('without an event they are 0, and know of no time', () => {
  const windows = new Windows(window);
  expect(windows.last(5 * minute, hour)).toEqual({ good: 0, bad: 0 });
  expect(windows.between(0, minute)).toEqual({ good: 0, bad: 0 });
  expect(windows.total).toEqual({ good: 0, bad: 0 });
  expect(windows.since).toBeUndefined();
  expect(windows.coveredMs(hour, hour)).toBe(0);
});

test('a window begins with the bucket in which it begins, and ends now', () => {
  const windows = new Windows(window);
  for (let at = 0; at < hour; at += second) windows.add(at, 1, 0);
  windows.add(hour, 0, 1);
  expect(windows.last(hour, 5 * minute)).toEqual({ good: 300, bad: 1 });
  expect(windows.last(hour + 9 * second, 5 * minute)).toEqual({ good: 300, bad: 1 });
  expect(windows.last(hour + 10 * second, 5 * minute)).toEqual({ good: 290, bad: 1 });
  expect(windows.last(hour + 6 * minute, 5 * minute)).toEqual({ good: 0, bad: 0 });
  expect(windows.between(10 * minute, 20 * minute)).toEqual({ good: 600, bad: 0 });
  expect(windows.between(50 * minute, hour)).toEqual({ good: 600, bad: 0 });
  expect(windows.between(50 * minute, hour + 1)).toEqual({ good: 600, bad: 1 });
});

test('since is the first event, and time without events is observed too', () => {
  const windows = new Windows(window);
  for (let at = 0; at <= minute; at += 5 * second) windows.add(at, 0, 0);
  expect([windows.since, windows.coveredMs(minute, hour)]).toEqual([undefined, minute]);
  windows.add(65 * second, 0, 2);
  windows.add(70 * second, 1, 0);
  expect(windows.since).toBe(65 * second);
  expect(windows.coveredMs(70 * second, hour)).toBe(70 * second);
});

test('a gap is not observed, and events before it stay where they were', () => {
  const windows = new Windows(window);
  for (let at = 0; at < hour; at += second) windows.add(at, 1, 0);
  for (let at = 3 * day; at <= 3 * day + hour; at += second) windows.add(at, 0, 1);
  const now = 3 * day + hour;
  expect(windows.last(now, 2 * hour)).toEqual({ good: 0, bad: 3601 });
  expect(windows.last(now, 3 * day)).toEqual({ good: 0, bad: 3601 });
  expect(windows.last(now, window)).toEqual({ good: 3600, bad: 3601 });
  expect(Math.abs(windows.coveredMs(now, window) - 2 * hour)).toBeLessThanOrEqual(11 * second);
});

test('where the buckets become wider, a window still holds all that is in it', () => {
  const windows = new Windows(window);
  const now = 10 * hour;
  for (let at = 0; at < now; at += second) windows.add(at, 1, 0);
  for (let ms = 6.4 * hour; ms < 6.6 * hour; ms += 7 * second) {
    const { good } = windows.last(now, ms);
    expect(good).toBeGreaterThanOrEqual(ms / second);
    expect(good).toBeLessThanOrEqual((ms + (ms < 6.49 * hour ? 10 * second : 5 * minute)) / second);
  }
});

test('an instant that is before the last one counts as that one', () => {
  const windows = new Windows(window);
  windows.add(hour, 1, 0);
  windows.add(hour - minute, 0, 1);
  expect(windows.last(hour, second)).toEqual({ good: 1, bad: 1 });
});

test('what is older than it remembers is in no window, and in the total', () => {
  const windows = new Windows(7 * day);
  windows.add(0, 5, 5);
  for (let at = 1; at <= 70; at += 1) windows.add(at * day, 1, 0);
  expect(windows.last(70 * day, 200 * day)).toEqual({ good: 63, bad: 0 });
  expect(windows.total).toEqual({ good: 75, bad: 5 });
});

describe('saved and loaded', () => {
  const filled = (): Windows => {
    const windows = new Windows(window, 12_345);
    for (let at = 20_000; at < 20_000 + 8 * hour; at += second) windows.add(at, at % 7, at % 3);
    return windows;
  };
  const now = 20_000 + 8 * hour;

  test('it says the same later, in a process whose instants begin elsewhere', () => {
    const saved = filled();
    const loaded = Windows.load(saved.save(now), 50, 90 * minute); // most of it is before 0
    const lag = now + 90 * minute - 50;
    for (const at of [now + 90 * minute, now + 7 * day])
      for (const ms of [5 * minute, 89 * minute, 2 * hour, 6 * hour, day, window]) {
        expect(loaded.last(at - lag, ms)).toEqual(saved.last(at, ms));
        expect(loaded.coveredMs(at - lag, ms)).toBe(saved.coveredMs(at, ms));
      }
    expect(loaded.total).toEqual(saved.total);
    expect(loaded.since).toBe((saved.since ?? 0) - lag);
    expect(Windows.load(loaded.save(50), 50, 0).save(50)).toEqual(loaded.save(50));
  });

  test('a wall clock that went back counts as no time', () => {
    expect(Windows.load(filled().save(now), 0, -hour).last(0, hour)).toEqual(filled().last(now, hour));
  });

  test('a longer and a shorter window go on with the same events', () => {
    const bytes = filled().save(now);
    for (const days of [7, 90])
      expect(Windows.load(bytes, now, 0, days * day).last(now, 7 * day)).toEqual(filled().last(now, 7 * day));
  });

  test('nothing is saved and loaded as nothing', () => {
    const loaded = Windows.load(new Windows(window).save(5), 5, 0);
    expect([loaded.total, loaded.since, loaded.last(5, window)]).toEqual([
      { good: 0, bad: 0 },
      undefined,
      { good: 0, bad: 0 },
    ]);
  });

  test('bytes that are none of it are refused', () => {
    const bytes = filled().save(now);
    const wrong = (load: Uint8Array) => () => Windows.load(load, now, 0);
    expect(wrong(bytes.subarray(0, bytes.length - 8))).toThrow('its buckets are not all there');
    expect(wrong(bytes.subarray(0, bytes.length - 1))).toThrow('it is cut');
    expect(wrong(new Uint8Array())).toThrow('it is cut');
    expect(wrong(new Uint8Array(8 * 40))).toThrow('it is of version 0');
    expect(wrong(new Uint8Array(8 * 40).fill(255))).toThrow('it is of version NaN');
  });
});

describe('against a list of events', () => {
  type One = { readonly at: number; readonly good: number; readonly bad: number };
  const count = (events: readonly One[], after: number, until: number) =>
    events
      .filter(({ at }) => at >= after && at <= until)
      .reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), { good: 0, bad: 0 });
  const steps = fc.oneof(
    fc.integer({ min: 0, max: 20 * second }),
    fc.integer({ min: 0, max: 10 * minute }),
    fc.integer({ min: 0, max: 20 * hour }),
    fc.integer({ min: 0, max: 9 * day }),
  );
  const events = fc
    .array(fc.tuple(steps, fc.nat(2 ** 33), fc.nat(9)), { minLength: 1, maxLength: 120 })
    .map((all) => all.map(([step, good, bad]) => ({ step, good, bad })));
  const spans = [5 * minute, 30 * minute, hour, 2 * hour, 6 * hour, day, 3 * day, 7 * day, window] as const;

  test('no window leaves out what is in it, nor counts what came a bucket before it', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: -day, max: day }), steps, fc.boolean(), (all, begin, rest, moves) => {
        let windows = new Windows(window, begin % 999_983);
        let at = begin;
        const seen: One[] = [];
        for (const { step, good, bad } of all) {
          at += step;
          windows.add(at, good, bad);
          seen.push({ at, good, bad });
          if (moves && step % 5 === 0) windows = Windows.load(windows.save(at), at, 0);
        }
        const now = at + rest;
        for (const ms of spans) {
          const widthMs = ms <= 6 * hour && now - at < 20 * minute ? 10 * second : 5 * minute;
          const { good, bad } = windows.last(now, ms);
          const least = count(seen, now - ms + 1, now);
          const most = count(seen, now - ms - widthMs, now);
          expect(good).toBeGreaterThanOrEqual(least.good);
          expect(good).toBeLessThanOrEqual(most.good);
          expect(bad).toBeGreaterThanOrEqual(least.bad);
          expect(bad).toBeLessThanOrEqual(most.bad);
        }
        expect(windows.total).toEqual(count(seen, begin, now));
        expect(windows.since).toBe(seen.find(({ good, bad }) => good + bad > 0)?.at);
      }),
      { numRuns: 60 },
    );
  });

  test('times that follow one another add up', () => {
    fc.assert(
      fc.property(events, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (all, cuts) => {
        const windows = new Windows(window);
        let at = 0;
        for (const { step, good, bad } of all) {
          at += step;
          windows.add(at, good, bad);
        }
        const from = Math.max(0, at - 62 * day);
        const edges = [from, ...cuts.map((share) => from + share * (at - from)).toSorted((a, b) => a - b), at + 1];
        const parts = edges.slice(1).map((to, index) => windows.between(edges[index] ?? 0, to));
        const sum = parts.reduce((one, other) => ({ good: one.good + other.good, bad: one.bad + other.bad }));
        expect(sum).toEqual(windows.last(at, at - from));
        expect(parts.every(({ good, bad }) => good >= 0 && bad >= 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
