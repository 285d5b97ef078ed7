// How the daemon ends: unready first, then what is in flight, then its connections; and how a start that cannot be ends.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../servers/listening.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { ask } from './ask.ts';

const drainDelayMs = 1000;
let database: PostgresServer;
let redis: RedisServer;
let silent: Listening;
let daemon: Sidewarden | undefined;

beforeAll(async () => {
  [database, redis, silent] = await Promise.all([startPostgres(), startRedis(), startTcpServer()]);
});
afterEach(() => daemon?.stop());
afterAll(async () => {
  await Promise.all([database?.remove(), redis?.remove(), silent?.stop()]);
});

async function start(control: string): Promise<Sidewarden> {
  const common = { interval: '1s', timeout: '500ms' };
  const before = silent.accepted;
  const started = await startSidewarden({
    configuration: {
      control,
      drain_delay: `${drainDelayMs}ms`,
      checks: {
        database: { type: 'postgres', url: database.url, ...common },
        redis: { type: 'redis', url: redis.url, ...common },
        // In flight for as long as anybody waits: the stop must not.
        hanging: {
          type: 'tcp',
          address: `127.0.0.1:${silent.port}`,
          expect: 'x',
          timeout: '50s',
          interval: '1m',
          required: false,
        },
      },
    },
  });
  daemon = started;
  await started.until((_, code) => code === 200, 20_000);
  await expect.poll(() => silent.accepted).toBeGreaterThan(before);
  return started;
}

const backends = async (): Promise<number> => {
  const [row] = await database.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sidewarden'",
  );
  return row?.n as number;
};
/** The probes' are named `sidewarden`; all begin with it. */
const clients = async (name = 'sidewarden'): Promise<number> =>
  String(await redis.command('CLIENT', 'LIST')).split(`name=${name}`).length - 1;

/** A request of which the last line is missing still: the daemon has begun to read it. */
async function halfRequest(daemon: Sidewarden): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname: host, port } = new URL(daemon.url);
  const socket = connect({ host, port: Number(port) });
  const answer = (async () => {
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  })();
  await once(socket, 'connect');
  socket.write('GET /health HTTP/1.1\r\nHost: daemon\r\n');
  return { socket, answer };
}

const refuses = async (daemon: Sidewarden): Promise<boolean> => {
  const { hostname: host, port } = new URL(daemon.url);
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true; // nobody listens any more
  } finally {
    socket.destroy();
  }
};

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('unready and alive for the drain delay, then what is in flight ends, and nothing stays connected', async () => {
    const control = join(await runFolder('control'), 'control.sock');
    const daemon = await start(control);
    expect([await backends(), await clients('sidewarden ')]).toEqual([1, 1]);
    expect((await daemon.get('/health/ready')).code).toBe(200);
    const { socket, answer } = await halfRequest(daemon);

    const begin = performance.now();
    process.kill(daemon.pid, signal);
    await expect.poll(async () => (await daemon.get('/health/ready')).code).toBe(503);
    const [ready, live, health] = [
      await daemon.get('/health/ready'),
      await daemon.get('/health/live'),
      await daemon.get('/health'),
    ];
    expect(ready.body).toMatchObject({ status: 'degraded', reason: 'draining' });
    expect([live.code, health.code]).toEqual([200, 200]);
    expect(await daemon.metric('sidewarden_draining')).toBe(1);
    expect(await daemon.metric('sidewarden_ready')).toBe(0);
    const undone = await ask(`${daemon.url}/drain`, { method: 'DELETE', socketPath: control });
    expect(undone.code).toBe(409);

    await expect.poll(() => refuses(daemon), { timeout: 5000 }).toBe(true);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(drainDelayMs);
    socket.write('\r\n');
    const said = await answer;
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    expect(said).toMatch(/^connection: close\r$/im);

    expect(await daemon.exited).toBe(0);
    expect(performance.now() - begin, 'no run in flight holds it up').toBeLessThan(drainDelayMs + 2000);
    await expect.poll(async () => [await backends(), await clients()]).toEqual([0, 0]);
    expect(daemon.log().map(({ message }) => message)).toContain(`stopping: ${signal}`);
  });
});

test('a port in use: exit code 1, one line, and nothing of its own opened', async () => {
  const taken = await startTcpServer();
  const daemon = await startSidewarden({
    args: [`--listen=127.0.0.1:${taken.port}`],
    configuration: { checks: { database: { type: 'postgres', url: database.url } } },
    awaitLive: false,
  });
  expect(await daemon.exited).toBe(1);
  expect(daemon.output()).toBe(
    `sidewarden: cannot listen on 127.0.0.1:${taken.port}: it is in use; another process listens there\n`,
  );
  expect(await backends()).toBe(0);
  await taken.stop();
});

test.each(['SIGQUIT', 'SIGUSR2'] as const)('%s ends it in order, and SIGUSR1 opens no debugger', async (signal) => {
  const daemon = await startSidewarden({ node: ['--inspect-port=0'] });
  process.kill(daemon.pid, 'SIGUSR1');
  for (let asked = 0; asked < 20; asked += 1) await daemon.get('/health'); // a debugger would open meanwhile
  process.kill(daemon.pid, signal);
  expect(await daemon.exited).toBe(0);
  expect(daemon.log().map(({ message }) => message)).toContain(`stopping: ${signal}`);
  expect(daemon.output()).not.toContain('Debugger');
});

test('a signal during the start is obeyed when the start is done, and leaves nothing behind', async () => {
  const control = join(await runFolder('control'), 'control.sock');
  const daemon = await startSidewarden({
    configuration: {
      control,
      checks: {
        database: { type: 'postgres', url: database.url },
        search: { type: 'elasticsearch', url: `http://127.0.0.1:${silent.port}`, required: false },
      },
    },
    awaitLive: false,
  });
  while (!existsSync(control)) await new Promise((resolve) => setImmediate(resolve)); // it listens; clients are loading
  process.kill(daemon.pid, 'SIGTERM');
  expect(await daemon.exited).toBe(0);
  expect(existsSync(control)).toBe(false);
});
