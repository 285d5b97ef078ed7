// PostgreSQL's postmaster frozen alone: the session at hand answers, new log-ins hang. The connection's age finds it.
import { afterAll, beforeAll, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { boundOf } from './bound.ts';

const maxConnectionAgeMs = 2000;
let server: PostgresServer;
let daemon: Sidewarden;

beforeAll(async () => {
  server = await startPostgres();
  const database = { type: 'postgres', url: server.url, interval: '500ms', timeout: '450ms', max_connection_age: '2s' };
  daemon = await startSidewarden({ configuration: { checks: { database } } });
}, 120_000);
afterAll(async () => {
  await daemon?.stop();
  await server?.remove();
});

test('timeout within the connection age plus the bound, and back by itself', async () => {
  await daemon.until((_, code) => code === 200, 20_000);
  const bound = await boundOf(daemon, 'database', { moreMs: maxConnectionAgeMs });
  server.freezePostmaster();
  try {
    await bound.seen('timeout');
  } finally {
    server.thaw();
  }
  await daemon.until((_, code) => code === 200, 30_000);
});
