// Behind a pooler nobody can be sure to lead: nobody holds the lease, nobody speaks, and the log says why.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { provenMs } from '../../src/core/lease-times.ts';
import { startPgbouncer } from '../servers/pgbouncer.ts';
import { startPostgres } from '../servers/postgres.ts';
import { createStage, intervalMs, slow, times } from './stage.ts';

test('behind a pooler nobody holds it, and nobody speaks; past it one does', {
  timeout: slow,
}, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const bouncer = await startPgbouncer({
    mode: 'session',
    databases: { shop: { port: server.port, dbname: 'shop' } },
    users: { app: server.password },
  });
  onTestFinished(() => bouncer.remove());
  const stage = createStage(server, () => {
    return `postgres://app:${encodeURIComponent(server.password)}@127.0.0.1:${bouncer.port}/shop`;
  });
  onTestFinished(() => stage.stop());
  const behind = await stage.start(2);
  await expect
    .poll(() => behind.every(({ lines }) => lines.some((line) => / warns .*a pooler stands between/.test(line))))
    .toBe(true);
  await sleep(2 * intervalMs + provenMs(times));
  expect(behind.flatMap(({ lines }) => lines.filter((line) => / held | speaks$/.test(line)))).toEqual([]);
  const [past] = await stage.start(1, { statistics_url: server.url });
  expect((await stage.holder()).one).toBe(past);
  stage.judge();
});
