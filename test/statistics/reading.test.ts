// What one replica shows of one dependency: faults, grants, caps and schedules.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { MissingPrivilege, UnreadableAnswer } from '../../src/dependencies/statistics.ts';
import { intervalMs, Server, startReplica } from './world.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const messages = (log: { lines: readonly { message: string }[] }) => log.lines.map(({ message }) => message);

/** One replica that reads one server, as every replica does; ended with the test. */
async function readAll(server: Server) {
  const replica = startReplica(0, { cache: { server } }, 'all');
  await replica.start();
  await pass(100);
  return replica;
}

test('a frozen server: up is 0 within a timeout, what was read goes when it is stale, and it returns', async () => {
  const server = new Server();
  const replica = await readAll(server);
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 1\n');
  server.frozen = true;
  await pass(intervalMs + 2000);
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 0\n');
  expect(replica.page()).toContain('cache_value');
  expect([...replica.ups], 'no collector of a server that cannot be reached is up').toEqual([
    ['cache often', false],
    ['cache seldom', false],
  ]);
  await pass(2 * intervalMs - 2000);
  expect(replica.page()).not.toContain('cache_value');
  expect(replica.page()).toContain('cache_size'); // read every 5 minutes: still held
  for (let second = 0; second < 900; second += 1) {
    await pass(1000);
    expect(replica.latenessMs(), 'a hanging server makes no job late').toBeLessThan(1000);
  }
  expect(replica.page()).not.toContain('cache_size');
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 0\n');
  server.frozen = false;
  server.value = 2;
  await pass(2 * intervalMs);
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 1\n');
  expect(replica.page()).toContain('cache_value{check="cache",instance="server:1"} 2\n');
  expect(replica.page()).toContain('cache_size{check="cache",instance="server:1"} 200\n');
  expect(messages(replica.log)).toEqual([
    'cache: its statistics cannot be read (timeout)',
    'cache: its statistics are read again',
  ]);
  expect(replica.latenessMs()).toBe(0);
  await replica.kill();
});

test('a server that was never reached has up 0, an error and nothing else, and its collectors are not up', async () => {
  const server = new Server();
  server.refuses = true;
  const replica = await readAll(server);
  await pass(intervalMs);
  expect(replica.page().replace(/^#.*\n/gm, '')).toBe(
    'cache_up{check="cache",instance="server:1"} 0\ncache_last_error{check="cache",instance="server:1"} 1\n',
  );
  expect(new Set(replica.runs.map(({ collector, ok, errorClass }) => `${collector} ${ok} ${errorClass}`))).toEqual(
    new Set(['often false refused', 'seldom false refused']),
  );
  await replica.kill();
});

test('a collector that fails costs the others nothing, and is said once for each class', async () => {
  const server = new Server();
  const replica = await readAll(server);
  server.failure = new Failure('server', 'hunter2 is wrong');
  await pass(4 * intervalMs);
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 1\n');
  expect(replica.page()).toContain('cache_size');
  expect(replica.page()).not.toContain('cache_value');
  const tries = () => replica.runs.filter(({ collector, ok }) => collector === 'often' && !ok).length;
  const before = tries();
  await pass(3_600_000);
  expect(tries() - before, 'ever more seldom, down to every 5 minutes').toBeLessThan(16);
  server.failure = undefined;
  await pass(300_000);
  expect(replica.page()).toContain('cache_value');
  expect(messages(replica.log)).toEqual([
    'cache: the collector often failed (server)',
    'cache: the collector often works again',
  ]);
  expect(replica.log.lines[0]).toMatchObject({ 'error.type': 'server', 'error.message': '*** is wrong' });
  await replica.kill();
});

test('a missing privilege: absent, named with its statement, tried again once a minute, and told when granted', async () => {
  const server = new Server();
  server.lacking = true;
  const replica = await readAll(server);
  await pass(600_000);
  expect(replica.page()).not.toContain('cache_value');
  expect(replica.page()).toContain('cache_size');
  expect(replica.privileges.get('cache often monitor')).toBe(false);
  expect(messages(replica.log)).toEqual([expect.stringContaining('To grant it: GRANT monitor TO "us";')]);
  const tries = replica.runs.filter(
    ({ collector, errorClass }) => collector === 'often' && errorClass === 'permission',
  );
  expect(tries.length).toBeGreaterThanOrEqual(10);
  expect(tries.length).toBeLessThanOrEqual(11);
  server.lacking = false;
  await pass(60_000);
  expect(replica.privileges.get('cache often monitor')).toBe(true);
  expect(replica.page()).toContain('cache_value');
  expect(messages(replica.log).at(-1)).toBe('cache: the privilege monitor is granted now');
  await replica.kill();
});

test('the last error is 1 while a collector fails or the server is away, and a missing grant is none', async () => {
  const server = new Server();
  server.lacking = true;
  const replica = await readAll(server);
  const lastError = () => /^cache_last_error\{.*\} (.*)$/m.exec(replica.page())?.[1];
  expect(lastError(), 'the grant is told by itself').toBe('0');
  server.lacking = false;
  server.failure = new Failure('server', 'no such column');
  await pass(61_000);
  expect(lastError()).toBe('1');
  await pass(2 * intervalMs);
  expect(lastError(), 'of rounds in which it was not tried again, too').toBe('1');
  server.failure = undefined;
  await pass(300_000);
  expect(lastError()).toBe('0');
  server.refuses = true;
  await pass(intervalMs);
  expect(lastError()).toBe('1');
  server.refuses = false;
  await pass(2 * intervalMs);
  expect(lastError()).toBe('0');
  await replica.kill();
});

test('before its first round has ended there is no last error', async () => {
  const server = new Server();
  server.customs = 1; // which takes 1.8 s
  const replica = await readAll(server);
  expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 1\n');
  expect(replica.page()).not.toContain('cache_last_error');
  await pass(2000);
  expect(replica.page()).toContain('cache_last_error{check="cache",instance="server:1"} 0\n');
  await replica.kill();
});

test('what several lack is tried by all once one of them has it', async () => {
  const server = new Server();
  server.lacking = true;
  server.lackingAll = true;
  const replica = await readAll(server);
  expect(messages(replica.log)).toHaveLength(1);
  expect([...replica.privileges]).toEqual([
    ['cache often monitor', false],
    ['cache seldom monitor', false],
  ]);
  await pass(20_000);
  server.lacking = false;
  server.lackingAll = false;
  await pass(45_000);
  expect(replica.page()).toContain('cache_value');
  expect(replica.page()).toContain('cache_size');
  expect(replica.privileges.get('cache often monitor')).toBe(true);
  await replica.kill();
});

test('of two grants that are missing one after the other, the first is granted', async () => {
  const server = new Server();
  server.lacking = true;
  const replica = await readAll(server);
  server.lacking = false;
  server.failure = new MissingPrivilege('other', 'GRANT other TO "us";');
  await pass(61_000);
  expect([...replica.privileges]).toEqual([
    ['cache often monitor', true],
    ['cache often other', false],
  ]);
  await replica.kill();
});

test('a grant is proven by an answer that is wrong in another way', async () => {
  const server = new Server();
  server.lacking = true;
  const replica = await readAll(server);
  server.lacking = false;
  server.failure = new Failure('server', 'no such column');
  await pass(61_000);
  expect(replica.privileges.get('cache often monitor')).toBe(true);
  await replica.kill();
});

test('what could be read of an answer that is wrong in part is shown for as long as it is so, and said once', async () => {
  const server = new Server();
  const value = { name: 'cache_value', type: 'gauge', help: 'Of a row.', labels: [] } as const;
  server.failure = new UnreadableAnswer('no number; 1 of 2 rows are left out', {
    samples: [{ family: value, labels: [], value: Number.NaN }],
  });
  const replica = await readAll(server);
  for (let minute = 0; minute < 20; minute += 1) {
    await pass(60_000);
    expect(replica.page()).toContain('cache_value{check="cache",instance="server:1"} NaN\n');
    expect(replica.ups.get('cache often')).toBe(false);
  }
  expect(messages(replica.log)).toEqual(['cache: the collector often failed (server)']);
  server.failure = undefined;
  await pass(intervalMs);
  expect(replica.ups.get('cache often')).toBe(true);
  await replica.kill();
});

test('what is beyond the cap is cut and counted', async () => {
  const server = new Server();
  server.count = 130;
  const replica = await readAll(server);
  expect(replica.page().match(/^cache_value\{/gm)).toHaveLength(100);
  expect(replica.runs.find(({ collector }) => collector === 'often')?.cut).toBe(30);
  await replica.kill();
});

test('a break that is over soon costs a second, each time, and what is costly is not read again for it', async () => {
  const server = new Server();
  const replica = await readAll(server);
  const seldom = () => replica.runs.filter(({ collector, ok }) => collector === 'seldom' && ok).length;
  for (let time = 0; time < 5; time += 1) {
    await pass(intervalMs);
    server.refuses = true;
    while (!replica.page().includes('cache_up{check="cache",instance="server:1"} 0\n')) await pass(100);
    server.refuses = false;
    expect(replica.ups.get('cache seldom')).toBe(false);
    await pass(1000);
    expect(replica.page()).toContain('cache_up{check="cache",instance="server:1"} 1\n');
    expect(replica.ups.get('cache seldom')).toBe(true);
  }
  expect(seldom()).toBe(1);
  await replica.kill();
});

test('slow queries of the settings hold up neither the type’s own collectors nor each other for ever', async () => {
  const server = new Server();
  server.customs = 16;
  const replica = await readAll(server);
  await pass(300_000);
  for (let second = 0; second < 300; second += 1) {
    await pass(1000);
    expect(replica.page()).toContain('cache_value{');
    expect(replica.latenessMs()).toBeLessThan(1000);
  }
  const often = replica.runs.filter(({ collector }) => collector === 'often').length;
  expect(often).toBeGreaterThan(30);
  for (let query = 0; query < 16; query += 1) {
    const ran = replica.runs.filter(({ collector }) => collector === `custom_${query}`).length;
    expect(ran, `custom_${query}`).toBeGreaterThan(10);
  }
  await replica.kill();
});

test('counters are read on their grid, costly gauges on theirs', async () => {
  const server = new Server();
  const replica = await readAll(server);
  await pass(600_000);
  const count = (collector: string) => replica.runs.filter((run) => run.collector === collector).length;
  expect(count('often')).toBe(41);
  expect(count('seldom')).toBe(3);
  await replica.kill();
});
