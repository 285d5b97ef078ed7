// What objectives cost: the memory of ten of 30 days once every bucket is filled, and the time of an event.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createCounting } from '../../../src/features/slos/counting.ts';
import { families } from '../../../src/features/slos/families.ts';
import { noValues } from '../../../src/features/slos/heritage.ts';
import { ledgersOf } from '../../../src/features/slos/ledger.ts';
import { createSeconds } from '../../../src/features/slos/seconds.ts';
import { settings } from '../../../src/features/slos/settings.ts';
import { createMeters } from '../../../src/metrics/meters.ts';
import { makeBoard, makeEntry } from '../../core/entries.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const day = 86_400_000;
const objectives = 10;

/** Ten objectives of checks, whose clock the test sets. */
function begin() {
  const time = { now: 0 };
  const clock = { now: () => time.now, wall: () => new Date(time.now) };
  const names = Array.from({ length: objectives }, (_, index) => `check-${index}`);
  const all = settings.parse(
    Object.fromEntries(names.map((check) => [check, { indicator: { check }, objective: 99.9, window: '30d' }])),
  );
  const ledgers = ledgersOf(all, { clock, withApp: false, known: new Map() });
  const meters = createMeters({ prom: new Registry(), detail: 'default' }, () => {});
  const events = meters.add(families.events);
  const house = {
    ...{ clock, draining: () => false, meter: () => events, appPage: () => [] },
    board: makeBoard(names.map((name) => makeEntry(name))),
  };
  const readiness = { begun: 0, reached: true };
  const seconds = createSeconds(0);
  const counting = createCounting(all, house, { ledgers, readiness, seconds, values: noValues });
  return { time, ledgers, counting };
}

const used = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

test('ten objectives of 30 days take less than 5 MB, however long they are at work', () => {
  const before = used();
  const { ledgers } = begin();
  for (let at = 0; at < 100 * day; at += 300_000) for (const { windows } of ledgers.values()) windows.add(at, 300, 0);
  for (let at = 100 * day; at < 101 * day; at += 10_000)
    for (const { windows } of ledgers.values()) windows.add(at, 9, 1);
  const bytes = used() - before;
  expect(ledgers.size).toBe(objectives);
  expect(bytes).toBeGreaterThan(2e6); // it is measured
  expect(bytes).toBeLessThan(5e6);
});

test('an event takes less than 2 µs, with its counter', () => {
  const { time, counting } = begin();
  const rounds = Array.from({ length: 5 }, () => {
    const begun = process.cpuUsage(); // a busy machine is no cost
    const ticks = 5000;
    for (let tick = 0; tick < ticks; tick += 1) {
      counting.tick(time.now);
      time.now += 1000;
    }
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / (ticks * objectives);
  });
  expect(Math.min(...rounds)).toBeLessThan(2);
});
