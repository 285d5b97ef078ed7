// Replicas that are killed, cut off, and frozen: no two of them hold the lease at a time, and the next does in time.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../servers/postgres.ts';
import { createStage, frozenMs, slow, takeoverMs, times, within } from './stage.ts';

test('killed, cut off with and without a word, frozen and thawed', { timeout: slow }, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const stage = createStage(server);
  onTestFinished(() => stage.stop());
  await stage.start(3);
  const first = (await stage.holder()).one;

  first.child.kill('SIGKILL');
  await stage.start(1);
  const alive = () => stage.replicas.filter(({ child }) => child.signalCode === null);
  const second = await stage.holder(alive());
  within(second.tookMs, takeoverMs);

  // The connection is cut, and both sides are told: whoever is quicker.
  await second.one.proxy.set('reset');
  await expect.poll(() => second.one.lines.at(-1)).toMatch(/ free /);
  await second.one.proxy.set('pass');
  const third = await stage.holder(alive());
  within(third.tookMs, takeoverMs);

  // The server ends it, and no word of that arrives: the lead is free at once, and this one still believes in its proof.
  await third.one.proxy.set('silent');
  await server.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'",
  );
  const others = alive().filter((one) => one !== third.one);
  const fourth = await stage.holder(others);
  within(fourth.tookMs, takeoverMs);
  await third.one.proxy.set('pass');

  // Before PostgreSQL 14 no server ends a connection for its silence: nobody takes over from a frozen process.
  const [{ version } = {}] = await server.query("SELECT current_setting('server_version_num')::int AS version");
  fourth.one.child.kill('SIGSTOP');
  const frozenAt = performance.now();
  const left = alive().filter((one) => one !== fourth.one);
  if (Number(version) >= 140_000) within((await stage.holder(left)).tookMs, times.silenceMs + takeoverMs);
  await sleep(Math.max(0, frozenAt + frozenMs - performance.now()));
  if (Number(version) < 140_000) {
    for (const { lines } of left) expect(lines.at(-1), 'nobody takes over').toMatch(/ free silent$/);
  }
  fourth.one.child.kill('SIGCONT');
  const before = fourth.one.lines.length;
  await expect.poll(() => fourth.one.lines.length, { timeout: 60_000 }).toBeGreaterThan(before + 50);
  expect(fourth.one.lines[before]?.split(' ')[1], 'the first thing that it reads').toBe('free');
  if (Number(version) < 140_000) await stage.holder([fourth.one]);
  await expect.poll(() => stage.speakers().filter(({ child }) => child.signalCode === null).length).toBe(1);
  stage.judge();
});
