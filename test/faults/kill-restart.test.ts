// Killed with SIGKILL at any moment of its life and started again at the same addresses, ten times in a row.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { freePort, runFolder, type ServerProcess } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { startSidewarden } from '../servers/sidewarden.ts';
import { type Asked, type AskOptions, ask, openLine } from './ask.ts';
import { type FaultProxy, type Mode, startProxy } from './proxy.ts';

/** For what takes milliseconds on a machine that is not busy. */
const soon = { timeout: 15_000, interval: 5 };

/** Whoever creates a table, as the phase `write` does, waits a minute. */
const slowTables = `
  CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END';
  CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION slow()`;

/** Leaves its socket behind, as every daemon of this test does. */
const dieListening =
  "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";

let database: PostgresServer;
let redis: RedisServer;
let proxy: FaultProxy;
let control: string;
let url: string;
let daemon: ServerProcess | undefined;

beforeAll(async () => {
  [database, redis] = await Promise.all([startPostgres(), startRedis()]);
  await database.query(slowTables);
  proxy = await startProxy(database);
  control = join(await runFolder('control'), 'control.sock');
  spawnSync(process.execPath, ['-e', dieListening, control]);
  url = `http://127.0.0.1:${await freePort()}`;
});
afterEach(async () => {
  daemon?.kill(); // if it failed before
  await daemon?.exited;
});
afterAll(async () => {
  await Promise.all([database?.remove(), redis?.remove(), proxy?.stop()]);
});

/** Resolves as soon as there is a process. Its database is asked by way of the proxy. */
async function spawn(mode: Mode, settings: Record<string, unknown> = {}): Promise<ServerProcess> {
  await proxy.set(mode);
  const proxied = new URL(database.url);
  proxied.host = `${proxy.host}:${proxy.port}`;
  const common = { interval: '1m', timeout: '50s' };
  daemon = await startSidewarden({
    args: [`--listen=${new URL(url).host}`],
    configuration: {
      control,
      drain_delay: '1m',
      statistics: { mode: 'off' }, // the connections counted below are the probes'
      checks: {
        database: { type: 'postgres', url: proxied.href, ...common, gates: ['startup', 'ready'], ...settings },
        redis: { type: 'redis', url: redis.url, ...common },
      },
    },
    awaitLive: false,
  });
  return daemon;
}

const get = (path: string, options?: AskOptions): Promise<Asked> => ask(url + path, options);
const codes = (...paths: string[]): Promise<number[]> => Promise.all(paths.map(async (path) => (await get(path)).code));

/** The first answer's code; what the process said, if it ended without one. */
async function firstCode(path: string, options?: AskOptions): Promise<number | string> {
  let ended = false;
  void daemon?.exited.then(() => {
    ended = true;
  });
  for (const deadline = performance.now() + soon.timeout; performance.now() < deadline; ) {
    if (ended) break;
    try {
      return (await get(path, options)).code;
    } catch {
      await wait(soon.interval); // it does not listen yet
    }
  }
  return `no answer: ${daemon?.output()}`;
}

/** It serves before it knows anything, and counts as started only when its `startup` check says so. */
async function held(): Promise<void> {
  expect(await firstCode('/health/live')).toBe(200);
  expect(await firstCode('/health/live', { socketPath: control })).toBe(200);
  expect(await codes('/health/startup', '/health/ready')).toEqual([503, 503]);
  await expect.poll(() => proxy.connections.open, soon).toBe(1);
  expect(await codes('/health/live', '/health/startup', '/health/ready')).toEqual([200, 503, 503]);
}

async function started(): Promise<void> {
  await held();
  await proxy.set('pass');
  await expect.poll(() => codes('/health/startup'), soon).toEqual([200]);
}

async function healthy(): Promise<void> {
  await started();
  await expect.poll(() => codes('/health', '/health/ready'), soon).toEqual([200, 200]);
  await expect.poll(connected, soon).toEqual({ database: ['sidewarden'], redis: ['sidewarden'], proxied: 1 });
}

/** By the names of its clients, whoever is connected beside the one who asks. */
async function connected(): Promise<{ database: unknown[]; redis: unknown[]; proxied: number }> {
  const sessions = await database.query(
    "SELECT application_name AS name FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  const clients = String(await redis.command('CLIENT', 'LIST'))
    .trim()
    .split('\n');
  return {
    database: sessions.map(({ name }) => name),
    redis: clients.filter((line) => !line.includes(' cmd=client')).map((line) => / name=(\S*)/.exec(line)?.[1]),
    proxied: proxy.connections.open,
  };
}

const controlMadeAt = (): number => lstatSync(control, { throwIfNoEntry: false })?.ctimeMs ?? 0;

type Moment = readonly [
  string,
  {
    /** What the proxy does at the start; unless said, it holds the database back. */
    readonly mode?: Mode;
    /** Of the check of the database. */
    readonly settings?: Record<string, unknown>;
    /** Resolves when the moment has come. */
    come(process: ServerProcess): Promise<void>;
  },
];

const moments: readonly Moment[] = [
  ['idle', { settings: { wait_for: 'healthy' }, come: healthy }],
  ['before it does anything', { come: async () => {} }],
  [
    'as soon as it listens',
    {
      async come() {
        const before = controlMadeAt();
        await expect.poll(controlMadeAt, { ...soon, interval: 1 }).toBeGreaterThan(before);
      },
    },
  ],
  ['while its database is silent', { come: held }],
  ['while it logs in', { mode: 'drip', come: held }],
  [
    'while a statement runs',
    {
      mode: 'pass',
      // PostgreSQL sees that nobody is there any more when the statement ends, which its own time limit sees to.
      settings: { write: {}, timeout: '2s' },
      async come() {
        const sleeping =
          "SELECT 1 FROM pg_stat_activity WHERE application_name = 'sidewarden' AND wait_event = 'PgSleep'";
        await expect.poll(() => database.query(sleeping), soon).toHaveLength(1);
      },
    },
  ],
  ['as soon as it has started', { come: started }],
  [
    'under load',
    {
      async come() {
        await healthy();
        let answered = 0;
        const keepAsking = async (): Promise<void> => {
          const line = await openLine(url);
          try {
            while ((await line.ask('/health')).code === 200) answered += 1;
          } catch {
            line.close(); // it was killed
          }
        };
        for (let clients = 0; clients < 4; clients += 1) void keepAsking();
        await expect.poll(() => answered, soon).toBeGreaterThan(200);
      },
    },
  ],
  [
    'while it drains',
    {
      async come({ pid }) {
        await healthy();
        process.kill(pid, 'SIGTERM');
        await expect.poll(async () => (await get('/health/ready')).body, soon).toMatchObject({ reason: 'draining' });
        expect(await codes('/health/live')).toEqual([200]);
      },
    },
  ],
  [
    'while its database is away, which `startup` does not wait for unless told to',
    {
      mode: 'refuse',
      settings: { failure_threshold: 1 },
      async come() {
        expect(await firstCode('/health/live')).toBe(200);
        await expect.poll(() => codes('/health/startup'), soon).toEqual([200]);
        expect(await codes('/health/live', '/health/ready', '/health')).toEqual([200, 503, 503]);
      },
    },
  ],
];

describe('killed', () => {
  test.each(moments)('%s', async (_, { mode = 'silent', settings, come }) => {
    expect(existsSync(control), 'a socket is left behind').toBe(true);
    const alive = await spawn(mode, settings);
    await come(alive);
    process.kill(alive.pid, 'SIGKILL');
    expect(await alive.exited).toBeNull();
    await expect.poll(connected, soon).toEqual({ database: [], redis: [], proxied: 0 });
  });
});
