// Several servers, and several addresses of one: in which order, for how long, and what is said when none fits.
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { checkAttrs, Misfit, parseUrl } from '../../../src/dependencies/postgres/libpq/index.ts';
import { createSearch, type Plan } from '../../../src/dependencies/postgres/search.ts';
import { openSocket } from '../../../src/dependencies/postgres/socket.ts';
import { loopTime } from '../../patience.ts';
import { type Listening, startListening } from '../../servers/listening.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { freePort } from '../../servers/process.ts';
import { makeAttempt } from '../attempt.ts';
import { createTrial, type Outcome } from './trial.ts';

let server: PostgresServer;
let standby: PostgresStandby;
let silent: Listening;
let nobody: number;
beforeAll(async () => {
  [server, silent, nobody] = await Promise.all([
    startPostgres({ standby: true }),
    startListening(() => createServer(() => {})),
    freePort(),
  ]);
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
});
afterAll(() => Promise.all([server?.remove(), silent?.stop()]));

const url = (ports: readonly number[], query = ''): string =>
  `postgres://app:${encodeURIComponent(server.password)}@${ports.map((port) => `127.0.0.1:${port}`).join()}/shop?${query}`;

async function run(given: string, timeoutMs = 5000) {
  const trial = createTrial({ url: given }, timeoutMs);
  onTestFinished(trial.end);
  const begin = performance.now();
  let outcome: Outcome = { outcome: 'not run', phases: '', message: '' };
  const loopMs = await loopTime(async () => {
    outcome = await trial.run();
  });
  const ms = performance.now() - begin;
  const { current } = trial;
  const { at } = current;
  const port = async () => (await current.query("SELECT current_setting('port')::int AS port", makeAttempt())).port;
  return {
    ...outcome,
    at,
    ms,
    loopMs,
    port: outcome.outcome === 'passed' ? await port() : undefined,
  };
}

describe('of several hosts', () => {
  test('a silent one takes its share of the time, not all of it', async () => {
    const found = await run(url([silent.port, nobody, server.port]), 9000);
    expect(found).toMatchObject({ outcome: 'passed', port: server.port, at: `127.0.0.1:${server.port}` });
    expect(found.ms).toBeGreaterThan(2800);
    expect(found.ms).toBeLessThan(6000);
  });

  test('all silent: told of each, before the run is cut', async () => {
    const found = await run(url([silent.port, silent.port]), 1000);
    expect(found.outcome).toBe('timeout');
    expect(found.message.match(new RegExp(`127.0.0.1:${silent.port}: no answer within \\d+ ms`, 'g'))).toHaveLength(2);
    expect(found.loopMs).toBeLessThan(1000);
  });

  test('each is named, and the class is of the one that got furthest', async () => {
    const found = await run(url([silent.port, standby.port, nobody], 'target_session_attrs=primary'));
    expect(found.outcome).toBe('readonly');
    for (const port of [silent.port, standby.port, nobody]) expect(found.message).toContain(`127.0.0.1:${port}: `);
    expect(found.message).not.toContain(server.password);
  });

  test('one that hangs tells more than one that does not listen', async () => {
    expect(await run(url([silent.port, nobody]), 1500)).toMatchObject({ outcome: 'timeout' });
  });

  test('one that is not ready yet is passed over', async () => {
    await standby.stop();
    await standby.start({ hot_standby: 'off' });
    onTestFinished(async () => {
      await standby.stop();
      await standby.start();
    });
    expect(await run(url([standby.port, server.port]))).toMatchObject({ outcome: 'passed', port: server.port });
    expect(await run(url([standby.port, nobody]))).toMatchObject({ outcome: 'starting' });
  });

  test('load_balance_hosts=random begins with either', async () => {
    const ports = new Set<unknown>();
    for (let tries = 0; ports.size < 2 && tries < 60; tries += 1) {
      ports.add((await run(url([server.port, standby.port], 'load_balance_hosts=random'))).port);
    }
    expect(ports).toEqual(new Set([server.port, standby.port]));
  });

  test('nothing more is tried once the session is destroyed', async () => {
    const trial = createTrial({ url: url([silent.port, server.port]) });
    const before = silent.accepted;
    const running = trial.run();
    await expect.poll(() => silent.accepted).toBe(before + 1);
    trial.end();
    expect(await running).toMatchObject({
      outcome: 'refused',
      message: expect.not.stringContaining(`:${server.port}`),
    });
  });
});

describe('of several addresses of a name', () => {
  const search = async (addresses: readonly string[], port: number, closed = false) => {
    const parsed = parseUrl(`postgres://app@db.test:${port}?sslmode=disable`);
    if ('problem' in parsed) throw new Error(parsed.problem);
    const { target } = parsed;
    const attempt = makeAttempt();
    const shares: (number | undefined)[] = [];
    const plan: Plan = {
      target,
      remainingMs: attempt.remainingMs,
      lookup: () => (_, __, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        ),
      open(candidate) {
        shares.push(candidate.reachWithinMs);
        const protection = { order: ['plain'], verifyChain: false, verifyName: false, files: {} } as const;
        return openSocket({ ...candidate, target, protection, tls: undefined }, protection.order);
      },
      own: (socket) => onTestFinished(() => void socket.destroy()),
      isClosed: () => closed,
    };
    const searching = createSearch(plan);
    const reached = await searching.reach();
    return { ...reached, shares, ...searching.where(reached) };
  };

  test('a name server that was silent for all of several hosts is told by its code, as for one', async () => {
    const parsed = parseUrl('postgres://app@a.test,b.test');
    if ('problem' in parsed) throw new Error(parsed.problem);
    const silence = Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' });
    const plan: Plan = {
      target: parsed.target,
      remainingMs: () => 1000,
      lookup: () => (_host, _options, callback) =>
        callback(new Failure('dns', 'the name server is silent', { cause: silence }) as NodeJS.ErrnoException, []),
      open: () => Promise.reject(new Error('nothing to open')),
      own: () => {},
      isClosed: () => false,
    };
    await expect(createSearch(plan).reach()).rejects.toMatchObject({ errorClass: 'dns', cause: silence });
  });

  test('the next is tried when one does not listen', async () => {
    const found = await search(['127.0.0.2', '127.0.0.1'], server.port);
    expect(found.candidate.address).toBe('127.0.0.1');
    expect(found.why).toMatch(/^db\.test:\d+ \(127\.0\.0\.2\): connect ECONNREFUSED/);
  });

  test('each may take its share of the time to be reached, the only one all of it', async () => {
    const { shares } = await search(['127.0.0.2', '127.0.0.1'], server.port);
    expect(shares).toEqual([expect.closeTo(4950, -2.8), expect.closeTo(9900, -2.8)]);
    expect((await search(['127.0.0.1'], server.port)).shares).toEqual([undefined]);
  });

  test('one that is not reached in its share of the time is left', async () => {
    const options = { server: { host: 'db.test', port: server.port }, address: '127.0.0.1', own: () => {} };
    const protection = { order: ['plain'], verifyChain: false, verifyName: false, files: {} } as const;
    const parsed = parseUrl('postgres://app@db.test');
    if ('problem' in parsed) throw new Error(parsed.problem);
    const opening = openSocket({ ...options, target: parsed.target, protection, tls: undefined, reachWithinMs: 1 }, [
      'plain',
    ]);
    const end = performance.now() + 20;
    while (performance.now() < end); // so the timer is due before the connection is told of
    await expect(opening).rejects.toMatchObject({ cause: { errorClass: 'timeout' } });
  });

  test('none is tried once the session is destroyed', async () => {
    await expect(search(['127.0.0.2', '127.0.0.1'], server.port, true)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('each is named when none listens', async () => {
    await expect(search(['127.0.0.2', '127.0.0.1'], nobody)).rejects.toMatchObject({
      errorClass: 'refused',
      message: expect.stringMatching(/db\.test:\d+ \(127\.0\.0\.2\): .*; db\.test:\d+ \(127\.0\.0\.1\): /),
    });
  });
});

describe('a server, or pooler, that does not report its state is asked', () => {
  test.each([
    ['read-write', 'off', true],
    ['read-write', 'on', false],
    ['read-only', 'on', true],
    ['primary', false, true],
    ['standby', false, false],
    ['prefer-standby', true, true],
  ] as const)('%s, answered %s', async (wanted, answer, fits) => {
    const checked = checkAttrs(wanted, new Map(), async (sql) =>
      sql.startsWith('SHOW') === (typeof answer === 'string') ? answer : undefined,
    );
    if (fits) await expect(checked).resolves.toBeUndefined();
    else await expect(checked).rejects.toBeInstanceOf(Misfit);
  });
});
