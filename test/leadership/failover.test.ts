// A server that restarts, and one that fails over: no two replicas hold the lease at a time, and the next does in time.
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../servers/postgres.ts';
import { createStage, slow, takeoverMs, times, within } from './stage.ts';

test('a server that restarts, and a failover in which the old primary is stopped', {
  timeout: slow,
}, async () => {
  const server = await startPostgres({ standby: true });
  onTestFinished(() => server.remove());
  const stage = createStage(server);
  onTestFinished(() => stage.stop());
  const { standby } = server;
  if (standby === undefined) throw new Error('it was started with a standby');
  const hosts = `127.0.0.1:${server.port},127.0.0.1:${standby.port}`;
  const password = encodeURIComponent(server.password);
  await stage.start(3, { url: `postgres://app:${password}@${hosts}/shop?target_session_attrs=primary` });
  await stage.holder();

  await server.stop();
  await expect.poll(() => stage.replicas.every(({ lines }) => / free /.test(lines.at(-1) ?? ''))).toBe(true);
  await server.start();
  within((await stage.holder()).tookMs, takeoverMs + times.beatMs);

  server.freeze(); // as a machine that is gone: no word of it arrives
  await standby.promote();
  within((await stage.holder(stage.replicas)).tookMs, takeoverMs);
  await expect.poll(() => stage.replicas.filter(({ lines }) => / held /.test(lines.at(-1) ?? '')).length).toBe(1);
  await expect
    .poll(() => standby.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'"))
    .toHaveLength(1);
  await stage.holder();
  stage.judge();
});
