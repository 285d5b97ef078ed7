// The health endpoints over the app: codes, kept answers and when they are rendered anew, our own liveness.
import { expect, test } from 'vitest';
import type { Belief } from '../../src/core/check.ts';
import { healthy, makeEntry, unhealthy, unknown } from '../core/entries.ts';
import { serve } from './serve.ts';

test('each path answers its own view', async () => {
  const { ask, drain } = serve([
    makeEntry('database'),
    makeEntry('search', { required: false, gates: [], says: unhealthy('timeout') }),
    makeEntry('app', { gates: ['live'], says: unknown }),
    makeEntry('keys', { gates: ['startup'], finishedRun: false, says: unknown, lastResult: undefined }),
  ]);
  const seen = async (path: string) => {
    const { statusCode, body } = await ask(path);
    const { reason = '-', failing = [], checks } = JSON.parse(body);
    return [statusCode, reason, ...failing, '/', ...Object.keys(checks)].join(' ');
  };
  expect(await seen('/health')).toBe('503 required app keys / database search app keys');
  expect(await seen('/health/ready')).toBe('503 starting keys / database');
  expect(await seen('/health/live')).toBe('200 - /');
  expect(await seen('/health/live/app')).toBe('200 optional app / app');
  expect(await seen('/health/startup')).toBe('503 starting keys / keys');
  expect(await seen('/health/checks/database')).toBe('200 - / database');
  expect(await seen('/health/checks/search')).toBe('503 required search / search');
  drain.start();
  expect(await seen('/health/ready')).toBe('503 draining keys / database');
});

test('the body of the requirements', async () => {
  const { ask } = serve([makeEntry('database')]);
  const { json, headers } = await ask('/health');
  expect(json()).toEqual({
    status: 'healthy',
    version: '1.2.3',
    timestamp: '1970-01-01T00:00:01.000Z',
    checks: { database: { status: 'healthy', latency_ms: 1.23 } },
  });
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    vary: 'Accept',
    'content-type': 'application/json; charset=utf-8',
  });
});

test('without any check every view is healthy and says how to add one, in every format', async () => {
  const { ask } = serve([], { token: () => 'secret' });
  const note = /no check is configured, so this says nothing of any dependency: set one of DATABASE_URL, /;
  const paths = ['/health', '/health/ready', '/health/live/app', '/health/startup', '/health?exclude=a'];
  for (const path of [...paths, '/health/detailed']) {
    const { json, statusCode } = await ask(path, { authorization: 'Bearer secret' });
    expect([statusCode, json().notes[0]], path).toEqual([200, expect.stringMatching(note)]);
  }
  for (const path of paths) {
    expect((await ask(path, { accept: 'application/health+json' })).json().notes[0], path).toMatch(note);
    expect((await ask(path, { accept: 'text/plain' })).body, path).toMatch(new RegExp(`^warn: ${note.source}`));
  }
  expect((await serve([makeEntry('a')]).ask('/health/startup')).json().notes).toBeUndefined();
});

test('HEAD answers as GET, without the body', async () => {
  const { ask } = serve([makeEntry('database', { says: unhealthy() })]);
  for (const path of ['/health', '/health/ready', '/health/live', '/health/live/app', '/health/startup', '/metrics']) {
    const [get, head] = [await ask(path), await ask(path, {}, 'HEAD')];
    expect([head.statusCode, head.headers['content-length'], head.body], path).toEqual([
      get.statusCode,
      get.headers['content-length'],
      '',
    ]);
  }
});

test('a kept answer is given until something changes: the board, draining, or its second', async () => {
  const { ask, board, clock, drain } = serve([makeEntry('database')]);
  await ask('/health');
  clock.at += 999;
  expect((await ask('/health')).json().timestamp).toBe('1970-01-01T00:00:01.000Z');
  expect(board.reads).toBe(1);
  clock.at += 1;
  expect((await ask('/health')).json().timestamp).toBe('1970-01-01T00:00:02.000Z');
  board.set([makeEntry('database', { says: unhealthy() })]);
  expect((await ask('/health')).statusCode).toBe(503);
  const before = board.reads;
  drain.start();
  expect((await ask('/health/ready')).json().reason).toBe('draining');
  drain.undo();
  expect((await ask('/health/ready')).json().reason).toBe('required');
  expect(board.reads).toBe(before + 2);
});

test('an answer is never given after a belief in it has ended, though no result came', async () => {
  const believed: Belief = { ...healthy, until: 1500 };
  const check = makeEntry('database', { belief: (now) => (now < 1500 ? believed : unknown) });
  const { ask, clock, board } = serve([check]);
  for (const path of ['/health', '/health/ready', '/health/checks/database']) {
    clock.at = 1000;
    board.set([check]);
    expect((await ask(path)).statusCode, path).toBe(200);
    clock.at = 1499.9;
    expect((await ask(path)).statusCode, path).toBe(200);
    clock.at = 1500;
    const { statusCode, json } = await ask(path);
    expect([statusCode, json().checks.database.error], path).toEqual([503, 'stale']);
  }
});

test('late, and still late one turn of the loop later: not live', async () => {
  const { ask } = serve([], { late: () => 30_001 });
  expect((await ask('/health/live')).statusCode).toBe(503);
  expect((await ask('/health/live/app')).statusCode).toBe(200);
});

test('late because of a freeze: the overdue timers run first, then the answer', async () => {
  let late = 31_000;
  const { ask } = serve([], {
    late: () => {
      // As after a freeze: the scheduler's timer is due already when the request is read.
      setTimeout(() => {
        late = 0;
      }, 0);
      return late;
    },
  });
  expect((await ask('/health/live')).statusCode).toBe(200);
});

test('a dependency never makes it not live', async () => {
  const { ask } = serve([makeEntry('a', { says: unhealthy() }), makeEntry('b', { says: unknown })]);
  expect((await ask('/health/live')).statusCode).toBe(200);
});

test('exclude leaves a check out of the body and of the decision, and says which names are none', async () => {
  const { ask } = serve([makeEntry('a'), makeEntry('b', { says: unhealthy() }), makeEntry('c', { says: unhealthy() })]);
  const codes = async (query: string) => (await ask(`/health${query}`)).statusCode;
  expect([await codes(''), await codes('?exclude=b'), await codes('?exclude=b&exclude=c')]).toEqual([503, 503, 200]);
  const { json } = await ask('/health?exclude=b&exclude=nope&exclude=%3Cscript%3E');
  expect(Object.keys(json().checks)).toEqual(['a', 'c']);
  expect(json().notes).toEqual(['cannot exclude nope: no check has this name', 'cannot exclude: not a check name']);
  expect((await ask('/health?exclude=nope', { accept: 'text/plain' })).body).toMatch(/^warn: cannot exclude nope/);
});
