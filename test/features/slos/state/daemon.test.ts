// The daemon itself, killed and stopped and started again: its objectives go on.
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readContents } from '../../../../src/features/slos/state/format.ts';
import { runFolder } from '../../../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../../../servers/sidewarden.ts';

const patience = { timeout: 30_000, interval: 20 };
const since = 'sidewarden_slo_since_timestamp_seconds';

test('a daemon that was killed goes on with its counts, and so does one after a stop', async () => {
  const stateDir = join(await runFolder('slo-daemon'), 'state');
  const start = (): Promise<Sidewarden> =>
    startSidewarden({
      configuration: { state_dir: stateDir, slos: { up: { indicator: { ready: true }, objective: 99 } } },
    });
  /** What the file has: of the only objective. */
  const saved = async () => {
    const { head, records } = readContents(await readFile(join(stateDir, 'slos', `${hostname()}.counts`)));
    const last = records.at(-1)?.entries[0];
    return { process: head.process, events: (last?.good ?? 0) + (last?.bad ?? 0) };
  };
  const lines = (daemon: Sidewarden) => daemon.log().map(({ message }) => String(message));

  await mkdir(stateDir);
  const first = await start();
  await vi.waitFor(async () => expect((await saved()).events).toBeGreaterThan(1), patience);
  const begun = await first.metric(since);
  const before = await saved();
  await first.kill();

  const second = await start();
  await vi.waitFor(async () => expect((await saved()).process).not.toBe(before.process), patience);
  const after = await saved();
  expect(after.events).toBeGreaterThanOrEqual(before.events);
  expect(after.events).toBeLessThanOrEqual(before.events + 4); // what either counted around the kill
  expect(await second.metric(since)).toBeCloseTo(begun ?? 0, -0.5);
  expect(lines(second).filter((line) => line.includes('go on from'))).toHaveLength(1);
  expect(await second.metric('sidewarden_slo_state_up')).toBe(1);
  await second.stop();
  const stopped = await saved();

  const third = await start();
  await vi.waitFor(async () => expect((await saved()).process).not.toBe(stopped.process), patience);
  const { events } = await saved();
  expect([events >= stopped.events, events <= stopped.events + 3]).toEqual([true, true]);
  await third.stop();
});
