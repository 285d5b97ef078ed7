import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../servers/process.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { crowd } from '../../servers/redis-crowd.ts';
import { makeAttempt } from '../attempt.ts';
import { openSession, run } from './run.ts';

const secret = 'p@ss:w/rd%41';
let server: RedisServer;
let as: (user: string, rest?: string) => string;

beforeAll(async () => {
  server = await startRedis({
    acl: [
      `shallow on >${secret} +ping`,
      `probe on >${secret} ~sidewarden:* +ping +role +set +cluster|info`,
      `mute on >${secret} -@all`,
    ],
  });
  as = (user, rest = '') => `redis://${user}:${encodeURIComponent(secret)}@${server.host}:${server.port}${rest}`;
});
afterAll(() => server.remove());

describe('a server alone', () => {
  it('passes, running every phase, and the costly one where it is wanted', async () => {
    expect(await run({ url: as('probe'), expect: 'primary', write: {} })).toMatchObject({
      passed: true,
      phases: ['connect', 'auth', 'ping', 'role', 'write'],
      skipped: [],
    });
    expect(await server.command('TTL', 'sidewarden:write')).toBeGreaterThan(0);
    expect(await run({ url: as('probe') })).toMatchObject({
      passed: true,
      phases: ['connect', 'auth', 'ping', 'role'],
    });
  });

  it('passes over a Unix socket', async () => {
    expect(await run({ url: `unix://${server.socket}`, password: server.password, database: 3 })).toMatchObject({
      passed: true,
    });
  });

  it('reuses its connection, and names it where it may', async () => {
    const session = openSession({ url: server.url });
    await run({ url: server.url }, session);
    const clients = String(await server.command('CLIENT', 'LIST'));
    expect(clients).toContain('name=sidewarden');
    const id = /id=(\d+).*name=sidewarden/.exec(clients)?.[1];
    expect(await run({ url: server.url }, session)).toMatchObject({ passed: true, phases: ['ping', 'role'] });
    expect(/id=(\d+).*name=sidewarden/.exec(String(await server.command('CLIENT', 'LIST')))?.[1]).toBe(id);
    session.destroy();
    expect(session.closed).toBe(true);
    await server.until((list) => !list.includes('name=sidewarden'), 'CLIENT', 'LIST');
  });

  it('is healthy for a user with +ping alone, and says what it could not see', async () => {
    const outcome = await run({ url: as('shallow'), expect: 'primary' });
    expect(outcome).toMatchObject({ passed: true, phases: ['connect', 'auth', 'ping', 'role'] });
    expect(outcome.skipped).toEqual([{ phase: 'role', why: expect.stringContaining('NOPERM') }]);
  });

  it('sends nothing that a user with +ping alone is refused but the name and ROLE', async () => {
    await server.command('ACL', 'LOG', 'RESET');
    await run({ url: as('shallow') });
    const refused = (await server.command('ACL', 'LOG')) as string[][];
    expect(refused.map((entry) => entry[entry.indexOf('object') + 1]).toSorted()).toEqual(['client|setname', 'role']);
  });

  it.each([
    ['no password', () => ({ url: `redis://${server.host}:${server.port}` }), 'auth', 'auth'],
    ['a wrong password', () => ({ url: as('probe'), password: 'wrong' }), 'auth', 'auth'],
    ['an unknown user', () => ({ url: server.url, username: 'nobody' }), 'auth', 'auth'],
    ['a user who may not PING', () => ({ url: as('mute') }), 'permission', 'ping'],
    ['a user who may not write there', () => ({ url: as('probe'), write: { key: 'other' } }), 'permission', 'write'],
    ['a database that is not there', () => ({ url: `${server.url}/99` }), 'misconfig', 'auth'],
    ['a primary for a replica', () => ({ url: server.url, expect: 'replica' }), 'readonly', 'role'],
    ['a socket that is not there', () => ({ url: 'unix:///nowhere/redis.sock' }), 'refused', 'connect'],
    ['a host that is not there', () => ({ url: 'redis://nowhere.invalid' }), 'dns', 'connect'],
  ])('%s', async (_, given, errorClass, phase) => {
    const outcome = await run(given());
    expect(outcome).toMatchObject({ passed: false, errorClass, phase });
    expect(outcome.message).not.toContain(secret);
    expect(outcome.message).not.toContain(server.password);
  });

  it('a password where none is wanted is not taken for healthy', async () => {
    const open = await startRedis({ password: false });
    expect(await run({ url: open.url })).toMatchObject({ passed: true });
    expect(await run({ url: open.url, password: 'x' })).toMatchObject({
      passed: false,
      errorClass: 'auth',
      phase: 'auth',
    });
    await open.remove();
  });

  it('a refused command is quoted without its arguments', async () => {
    const session = openSession({ url: server.url });
    await session.connect(1000);
    await session.logIn(makeAttempt());
    await expect(session.call('NOSUCH', secret)).rejects.toThrow(/^ERR unknown command 'NOSUCH'$/);
    session.destroy();
  });
});

describe('a server in trouble', () => {
  it('out of memory: server, at write', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    const outcome = await run({ url: server.url, write: {} });
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(outcome).toMatchObject({ passed: false, errorClass: 'server', phase: 'write' });
  });

  it('busy with a script: server, at ping', async () => {
    await server.command('CONFIG', 'SET', 'busy-reply-threshold', '50');
    const script = server.command('EVAL', 'while true do end', '0').catch(() => undefined);
    await server.until((answer) => answer.startsWith('BUSY'), 'PING');
    const outcome = await run({ url: server.url });
    await server.command('SCRIPT', 'KILL');
    await script;
    expect(outcome).toMatchObject({ passed: false, errorClass: 'server', phase: 'ping' });
    expect(await run({ url: server.url })).toMatchObject({ passed: true });
  });

  it.each([0, 50])('full: capacity, also when its reply came %i ms before we asked', async (pauseMs) => {
    const full = await startRedis({ maxclients: 5 });
    const leave = await crowd(full);
    const session = openSession({ url: full.url });
    await session.connect(1000);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    expect(await run({ url: full.url }, session)).toMatchObject({
      passed: false,
      errorClass: 'capacity',
      phase: 'connect',
    });
    leave();
    session.destroy();
    await full.remove();
  });

  it('loading: starting, then healthy on the same session', async () => {
    const slow = await startRedis();
    await slow.restartLoading();
    const session = openSession({ url: slow.url });
    expect(await run({ url: slow.url }, session)).toMatchObject({
      passed: false,
      errorClass: 'starting',
      phase: 'ping',
    });
    await slow.finishLoading();
    expect(await run({ url: slow.url }, session)).toMatchObject({ passed: true });
    session.destroy();
    await slow.remove();
  });

  it('restarted between probes: the session knows that it is closed; stopped: refused', async () => {
    const own = await startRedis();
    const session = openSession({ url: own.url });
    await run({ url: own.url }, session);
    await own.stop();
    expect(session.closed).toBe(true);
    expect(await run({ url: own.url })).toMatchObject({ passed: false, errorClass: 'refused', phase: 'connect' });
    await own.start();
    expect(await run({ url: own.url })).toMatchObject({ passed: true });
    session.destroy();
    await own.remove();
  });

  it('frozen: timeout at the phase that hung, and the session is gone', async () => {
    const session = openSession({ url: server.url });
    await run({ url: server.url }, session);
    server.freeze();
    const kept = await run({ url: server.url }, session, 1500);
    const fresh = await run({ url: server.url }, undefined, 1500);
    server.thaw();
    expect(kept).toMatchObject({ passed: false, errorClass: 'timeout', phase: 'ping' });
    expect(fresh).toMatchObject({ passed: false, errorClass: 'timeout', phase: 'auth' });
    expect(session.closed).toBe(true);
    expect(await run({ url: server.url })).toMatchObject({ passed: true });
  });
});

describe('a replica', () => {
  it('is one where one is expected, is readonly where a primary is, and is ill without its primary', async () => {
    const primary = await startRedis();
    const replica = await startRedis({ password: primary.password, replicaOf: primary });
    await replica.until((answer) => answer.includes('master_link_status:up'), 'INFO', 'replication');
    for (const role of ['any', 'replica']) {
      expect(await run({ url: replica.url, expect: role })).toMatchObject({ passed: true });
    }
    expect(await run({ url: replica.url, expect: 'primary' })).toMatchObject({ errorClass: 'readonly', phase: 'role' });
    expect(await run({ url: replica.url, write: {} })).toMatchObject({ errorClass: 'readonly', phase: 'write' });

    await primary.stop();
    await replica.until((answer) => answer.includes('master_link_status:down'), 'INFO', 'replication');
    expect(await run({ url: replica.url })).toMatchObject({ errorClass: 'server', phase: 'role' });
    await replica.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
    expect(await run({ url: replica.url })).toMatchObject({ errorClass: 'server', phase: 'ping' });

    await replica.command('REPLICAOF', 'NO', 'ONE');
    expect(await run({ url: replica.url, expect: 'primary' })).toMatchObject({ passed: true });
    await Promise.all([primary.remove(), replica.remove()]);
  });
});

describe('cutting', () => {
  it('while connecting to a silent listener leaves no socket and no timer', async () => {
    const accepted: Socket[] = [];
    const silent = createServer((socket) => accepted.push(socket));
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|TLSWrap|Timeout)/.test(name)).length;
    const before = handles();
    for (const url of [`redis://:x@127.0.0.1:${port}`, `rediss://:x@127.0.0.1:${port}`]) {
      const session = openSession({ url });
      const running = run({ url }, session, 5000);
      await once(silent, 'connection');
      session.destroy();
      session.destroy();
      expect(await running).toMatchObject({ passed: false, errorClass: 'refused' });
      const socket = accepted.at(-1) as Socket;
      if (!socket.closed)
        await once(
          socket.resume().on('error', () => undefined),
          'close',
        );
    }
    expect(handles()).toBeLessThanOrEqual(before);
    await new Promise((resolve) => silent.close(resolve));
  });

  it('before and right after the beginning of a connection is harmless', async () => {
    const unused = openSession({ url: server.url });
    unused.destroy();
    expect(unused.closed).toBe(true);
    expect(await run({ url: server.url }, unused)).toMatchObject({ passed: false, errorClass: 'refused' });
    const session = openSession({ url: server.url });
    const connecting = session.connect(1000);
    session.destroy();
    await expect(connecting).rejects.toThrow('given up');
    await server.until(
      (list) =>
        String(list)
          .split('\n')
          .filter((line) => line.includes('addr=127')).length === 0,
      'CLIENT',
      'LIST',
    );
  });
});
