// PostgreSQL's postmaster frozen alone: the session at hand answers, new log-ins hang. The connection's age finds it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const maxConnectionAgeMs = 4000;
let server: PostgresServer;
let daemon: Sidewarden;

beforeAll(async () => {
  server = await startPostgres();
  const database = { type: 'postgres', url: server.url, interval: '1s', timeout: '500ms', max_connection_age: '4s' };
  daemon = await startSidewarden({ configuration: { checks: { database } } });
}, 120_000);
afterAll(async () => {
  await daemon?.stop();
  await server?.remove();
});

test('timeout within the connection age plus the bound, and back by itself', async () => {
  await daemon.until((_, code) => code === 200, 20_000);
  const bound = (await daemon.metric('sidewarden_check_detection_bound_seconds', { check: 'database' })) as number;
  server.freezePostmaster();
  try {
    const within = maxConnectionAgeMs + bound * 1000;
    const took = await daemon.until(({ checks }) => checks.database?.status === 'unhealthy', within);
    expect(took).toBeLessThanOrEqual(within);
    expect((await daemon.get('/health')).body.checks.database).toMatchObject({ error: 'timeout' });
  } finally {
    server.thaw();
  }
  await daemon.until((_, code) => code === 200, 30_000);
}, 90_000);
