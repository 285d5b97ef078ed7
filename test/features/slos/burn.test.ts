// What is told of a budget that burns: when it begins and ends, and never to and fro.
import { expect, test } from 'vitest';
import type { Belief } from '../../../src/core/check.ts';
import { slos } from '../../../src/features/slos/index.ts';
import { createLogSink } from '../../../src/sinks/log.ts';
import { healthy, makeEntry, unhealthy } from '../../core/entries.ts';
import { asked } from '../daemon.ts';
import { createStage } from './stage.ts';

const minute = 60_000;
const hour = 60 * minute;
const database = { indicator: { check: 'database' }, objective: 99.9 };

async function begin(objective: Record<string, unknown> = database) {
  const check = { isBad: (_: number): boolean => false };
  const stage = createStage({
    checks: [{ ...makeEntry('database'), belief: (now): Belief => (check.isBad(now) ? unhealthy() : healthy) }],
  });
  await stage.configure([asked(slos, { database: objective })]);
  return {
    ...stage,
    check,
    /** What was told, with minutes. */
    async told(ms: number): Promise<readonly string[]> {
      const found: string[] = [];
      const end = stage.clock.now() + ms;
      while (stage.clock.now() < end) {
        await stage.pass(minute);
        for (const event of stage.events.splice(0))
          if (event.kind === 'objective')
            found.push(`${stage.clock.now() / minute} ${event.burn}${event.exhausted ? ' exhausted' : ''}`);
      }
      return found;
    },
  };
}

test('a total outage is told within minutes, and its end within as many', async () => {
  const { check, told } = await begin();
  expect(await told(2 * hour)).toEqual([]);
  check.isBad = () => true;
  // 1.44 % of the last hour is 52 s, and it has to hold as long as the rule waits.
  expect(await told(10 * minute)).toEqual(['125 fast']);
  check.isBad = () => false;
  // First the last 5 minutes are without the outage, and then the last 30; the last 6 hours are not.
  expect(await told(3 * hour)).toEqual(['135 steady', '160 slow']);
});

test('the budget is spent by the bad events that the whole window may have, however short a time was counted', async () => {
  const { check, told } = await begin({ ...database, window: '7d' });
  expect(await told(2 * hour)).toEqual([]);
  check.isBad = () => true;
  // Of 7 days 604.8 s may be bad.
  expect(await told(12 * minute)).toEqual(['125 fast', '131 fast exhausted']);
  check.isBad = () => false;
  expect((await told(4 * hour)).at(-1)).toMatch(/ slow exhausted$/);
});

test('a few bad events are not told, whatever their share is', async () => {
  const { check, told } = await begin({ ...database, min_bad_events: 10 });
  check.isBad = (now) => now >= 60_000 && now < 69_000;
  expect(await told(30 * minute)).toEqual([]);
});

test('burning that goes to and fro about its rate is told once', async () => {
  const { check, told } = await begin({ ...database, objective: 99 });
  // 14.4 % of each 5 minutes, and 13 % of each other.
  check.isBad = (now) => now % (5 * minute) < (now % (10 * minute) < 5 * minute ? 48_000 : 40_000);
  const all = await told(3 * hour);
  expect(all.filter((one) => one.includes('fast'))).toHaveLength(1);
  expect(all).toHaveLength(new Set(all.map((one) => one.split(' ').slice(1).join(' '))).size);
});

test('the log has a line for each', () => {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const sink = createLogSink(
    { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    { flush: async () => undefined },
  );
  const told = { kind: 'objective', slo: 'checkout' } as const;
  sink.accept({ ...told, burn: 'fast', exhausted: false });
  sink.accept({ ...told, burn: 'slow', exhausted: true });
  sink.accept({ ...told, burn: 'none', exhausted: true });
  sink.accept({ ...told, burn: 'none', exhausted: false });
  const fields = '{"event.kind":"state","event.action":"objective","labels.slo":"checkout"}';
  expect(lines).toEqual([
    `warn the error budget of checkout burns fast ${fields}`,
    `warn the error budget of checkout is spent, and burns slowly ${fields}`,
    `warn the error budget of checkout is spent; nothing burns it now ${fields}`,
    `info the error budget of checkout lasts again ${fields}`,
  ]);
});
