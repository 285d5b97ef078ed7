// A name moves from the old primary to the promoted one, and the old one stays up as a standby that can only be read: what
// a connection held for ever would hide, its role or its age finds, without a restart. PostgreSQL and Redis.
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Address } from '../contract/rig.ts';
import { type DnsServer, startDnsServer } from '../servers/dns.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../servers/postgres.ts';
import { freePort, serverUser } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type OwnResolvConf, ownResolvConf } from '../servers/resolv-conf.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundOf } from './bound.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const maxAgeMs = 2000;
/** A name keeps its port, so both servers of a pair have an address of their own with the same port. */
const addresses = { old: '127.0.0.2', promoted: '127.0.0.3' } as const;
const name = 'primary.test';

let postgres: PostgresServer;
let standby: PostgresStandby;
let redis: RedisServer;
let replica: RedisServer;
let names: DnsServer;
let etc: OwnResolvConf;
let daemon: Sidewarden;
const proxies: FaultProxy[] = [];

beforeAll(async () => {
  [postgres, redis, names] = await Promise.all([startPostgres({ standby: true }), startRedis(), startDnsServer([])]);
  if (postgres.standby === undefined) throw new Error('started without a standby');
  standby = postgres.standby;
  replica = await startRedis({ password: redis.password, replicaOf: redis });
  await replica.until((role) => role.includes('connected'), 'ROLE');
  const ports = { postgres: await pair(postgres, standby), redis: await pair(redis, replica) };
  move('old');
  etc = ownResolvConf(`nameserver [${names.host}]:${names.port}\n`);
  const named = (url: string, port: number): string => {
    const moved = new URL(url);
    moved.host = `${name}:${port}`;
    return moved.href;
  };
  const often = { interval: '500ms', timeout: '450ms' };
  const database = { type: 'postgres', url: named(postgres.url, ports.postgres), ...often };
  const sessions = { type: 'redis', url: named(redis.url, ports.redis), expect: 'primary', ...often };
  const aged = { max_connection_age: `${maxAgeMs}ms` };
  daemon = await startSidewarden({
    through: etc.through,
    configuration: {
      statistics: { mode: 'off' }, // they ask every 15 s, and follow no sooner
      checks: {
        database: { ...database, expect: 'primary' },
        sessions,
        'aged-database': { ...database, expect: 'primary', ...aged },
        'aged-sessions': { ...sessions, ...aged },
        reader: { ...database, url: `${database.url}?application_name=reader`, ...aged },
      },
    },
  });
}, 120_000);
afterAll(async () => {
  await daemon?.stop();
  etc?.remove();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await Promise.all([postgres?.remove(), redis?.remove(), replica?.remove(), names?.stop()]);
});

/** @returns the port that both have, each on its address. */
async function pair(old: Address, promoted: Address): Promise<number> {
  const port = await freePort();
  proxies.push(await startProxy(old, { host: addresses.old, port }));
  proxies.push(await startProxy(promoted, { host: addresses.promoted, port }));
  return port;
}

function move(to: keyof typeof addresses): void {
  names.records = [{ type: 'A', name, data: addresses[to] }];
}

/** As an operator does it: a clean stop hands over all of the log, so that the old primary can follow the new one. */
async function switchPostgres(): Promise<void> {
  const [old] = await postgres.query('SHOW data_directory');
  const [conninfo] = await standby.query('SHOW primary_conninfo');
  const signal = join(String(old?.data_directory), 'standby.signal');
  await postgres.stop();
  await standby.promote();
  writeFileSync(signal, '');
  const user = serverUser();
  if (user !== undefined) chownSync(signal, user.uid, user.gid);
  const following = String(conninfo?.primary_conninfo).replace(`port=${postgres.port}`, `port=${standby.port}`);
  await postgres.start({ primary_conninfo: following });
  await postgres.until('SELECT pg_is_in_recovery()');
}

/** Whoever is connected stays so. */
async function switchRedis(): Promise<void> {
  await replica.command('REPLICAOF', 'NO', 'ONE');
  await redis.command('CONFIG', 'SET', 'masterauth', redis.password);
  await redis.command('REPLICAOF', replica.host, String(replica.port));
}

/** Their connection is held for 5 minutes; that of those below is not. */
const held = ['database', 'sessions'] as const;
const aged = ['aged-database', 'aged-sessions'] as const;
/** What is to be seen from the call of what it returns on: before the name's servers say `readonly`, they are away. */
async function readonly(checks: readonly string[], moreMs = 0): Promise<() => Promise<unknown>> {
  const bounds = await Promise.all(checks.map((check) => boundOf(daemon, check, { moreMs })));
  return () => Promise.all(bounds.map((bound) => bound.seen('readonly', { otherwiseFirst: true })));
}

test('readonly while the name is behind, healthy again once it has moved', async () => {
  await daemon.until((_, code) => code === 200, 30_000);
  const seen = await readonly([...held, ...aged]);
  await Promise.all([switchPostgres(), switchRedis()]);
  await seen();
  const bound = await boundOf(daemon, 'database');
  move('promoted');
  await bound.past();
});

test('a check that is content with any role follows the name at the age of its connection', async () => {
  const count = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'reader'";
  const readers = async (server: Pick<PostgresServer, 'query'>): Promise<unknown> => (await server.query(count))[0]?.n;
  const waited = waitedSince(daemon);
  const begin = performance.now();
  await expect.poll(() => readers(standby)).toBe(1);
  await expect.poll(() => readers(postgres)).toBe(0);
  expect(performance.now() - begin - waited()).toBeLessThan(maxAgeMs + 3000);
});

test('a connection that is in order does not hide that its name leads elsewhere', async () => {
  const seen = await readonly(aged, maxAgeMs);
  move('old');
  await seen();
  const { checks } = (await daemon.get('/health')).body;
  for (const check of held) expect(checks[check]?.status, check).toBe('healthy'); // who asks the old connection alone
  const bound = await boundOf(daemon, 'database');
  move('promoted');
  await bound.past();
});
