// What holds for every request: unknown paths and methods, request ids, errors, the token, draining.
import { describe, expect, test } from 'vitest';
import { makeEntry } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { routesOf } from './routes-of.ts';
import { pageOf, serve } from './serve.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('twins', () => {
  const { server } = serve([makeEntry('a')], { token: () => 'secret' });
  const answer = async (method: 'GET' | 'HEAD' | 'POST' | 'DELETE', url: string) => {
    const headers = { 'x-request-id': 'one', ...bearer('secret') };
    const { statusCode, body, headers: got } = await server.app.inject({ method, url, headers });
    return { statusCode, body, headers: { ...got, date: '' } };
  };
  const others = Object.entries({
    '/health': '/healthz',
    '/health/ready': '/readyz',
    '/health/live': '/livez',
    '/health/startup': '/startupz',
  });

  test('a slash behind any path, and the names that Kubernetes has, change nothing', async () => {
    await server.app.ready();
    const routes = routesOf(server.app.printRoutes({ commonPrefix: false }));
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      const [method, path = ''] = route.replace(':name', 'a').split(' ') as ['GET', string];
      const same = [`${path}/`, ...others.flatMap(([one, other]) => (one === path ? [other, `${other}/`] : []))];
      for (const query of ['', '?verbose', '?exclude=a/']) {
        const wanted = await answer(method, path + query);
        expect(wanted.statusCode).toBe(200);
        for (const twin of same)
          expect(await answer(method, twin + query), `${method} ${twin}${query}`).toEqual(wanted);
      }
    }
  });
});

describe('unknown paths and methods', () => {
  const { server, ask } = serve([makeEntry('a')]);
  test.each(['/', '//', '/nope', '/nope/', '/health//', '/healthz/ready', '/health/checks/', '/health/checks/nope'])(
    '%s is 404',
    async (path) => {
      const { statusCode, json } = await ask(path);
      expect([statusCode, json().error]).toEqual([404, 'not_found']);
    },
  );
  test.each([
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/health/checks/a', 'GET, HEAD'],
    ['PUT', '/metrics', 'GET, HEAD'],
    ['POST', '/metrics/', 'GET, HEAD'],
    ['DELETE', '/readyz', 'GET, HEAD'],
    ['GET', '/drain', 'DELETE, POST'],
  ] as const)('%s %s is 405', async (method, url, allow) => {
    const { statusCode, json, headers } = await server.app.inject({ method, url });
    expect([statusCode, json().error, headers.allow]).toEqual([405, 'method_not_allowed', allow]);
  });
  test('a path that cannot be read is 400', async () => {
    const { statusCode, json, headers } = await ask('/health/%zz', { 'x-request-id': 'abc' });
    expect([statusCode, json().error, headers['x-request-id']]).toEqual([400, 'bad_request', 'abc']);
  });
  test.each(['/health?', '/nope?', '/health/detailed?'])(
    '%s with 4096 characters is taken, with more it is 414',
    async (path) => {
      const codes = [200, 403, 404];
      expect(codes).toContain((await ask(path.padEnd(4096, 'x'))).statusCode);
      const { statusCode, json, headers } = await ask(path.padEnd(4097, 'x'), { 'x-request-id': 'abc' });
      expect([statusCode, json().error, headers['x-request-id']]).toEqual([414, 'uri_too_long', 'abc']);
    },
  );
  test('a body is not read, and a large one refused', async () => {
    const send = (payload: string) => server.app.inject({ method: 'POST', url: '/health', payload });
    expect((await send('x')).statusCode).toBe(405);
    const { statusCode, json } = await send('x'.repeat(20_000));
    expect([statusCode, json().error]).toEqual([413, 'body_too_large']);
  });
});

describe('X-Request-Id', () => {
  const { ask } = serve([]);
  const idFor = async (path: string, id: string) => (await ask(path, { 'x-request-id': id })).headers['x-request-id'];
  test.each(['/health', '/metrics', '/nope', '/health/detailed'])('is echoed on %s', async (path) => {
    expect(await idFor(path, 'trace_1.a-B')).toBe('trace_1.a-B');
  });
  test.each(['', 'a b', 'a"b', 'ä', 'x'.repeat(129)])('%j is replaced', async (id) => {
    expect(await idFor('/health', id)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('an error of ours is 500 without internals, and the log has it under the id', async () => {
  const render = () => Promise.reject(new Error('/etc/passwd is missing'));
  const { ask, log } = serve([], { page: pageOf(render) });
  const { statusCode, body, json } = await ask('/metrics', { 'x-request-id': 'abc' });
  expect([statusCode, json().error, json().request_id]).toEqual([500, 'internal_error', 'abc']);
  expect(body).not.toContain('passwd');
  expect(log.lines).toEqual([
    expect.objectContaining({ level: 'error', 'http.request.id': 'abc', 'error.message': '/etc/passwd is missing' }),
  ]);
});

describe('the token', () => {
  const guarded = [['GET', '/health/detailed'], ['POST', '/drain'], ['DELETE', '/drain']] as const; // biome-ignore format: one line
  test.each(guarded)('%s %s: 403 without one and says how to set it', async (method, url) => {
    for (const token of [undefined, () => '']) {
      const { ask, drain } = serve([], token && { token });
      const { statusCode, json } = await ask(url, bearer('x'), method as 'GET');
      expect([statusCode, json().error, drain.draining]).toEqual([403, 'no_token', false]);
      expect(json().message).toContain('SIDEWARDEN_TOKEN');
    }
  });
  test.each(guarded)('%s %s: 401 with a wrong one, 200 with the right one', async (method, url) => {
    const { ask, drain } = serve([], { token: () => 'right' });
    for (const headers of [{}, bearer('wrong'), bearer('righ'), { authorization: 'Basic cmlnaHQ=' }, bearer('')]) {
      const { statusCode, headers: answered, json } = await ask(url, headers as Record<string, string>, method);
      expect(statusCode).toBe(401);
      expect(answered['www-authenticate']).toMatch(/^Bearer/);
      expect(json().message).toContain(
        Object.keys(headers).length === 0 ? 'token is missing' : 'not one that is configured',
      );
    }
    expect(drain.draining).toBe(false);
    expect((await ask(url, bearer('right'), method)).statusCode).toBe(200);
  });
  test('is read at each request, and one that cannot be read lets nobody in', async () => {
    let token = (): string => 'old';
    const { ask, log } = serve([], { token: () => token() });
    expect((await ask('/health/detailed', bearer('old'))).statusCode).toBe(200);
    token = () => 'new';
    expect((await ask('/health/detailed', bearer('old'))).statusCode).toBe(401);
    token = () => {
      throw new Error('cannot read the file');
    };
    const { statusCode, body } = await ask('/health/detailed', bearer('new'));
    expect([statusCode, body.includes('cannot read the file')]).toEqual([503, false]);
    expect(log.lines.some((line) => line['error.message'] === 'cannot read the file')).toBe(true);
  });
  test('health and metrics need none', async () => {
    const { ask } = serve([makeEntry('a')], { token: () => 'right' });
    for (const path of [
      '/health',
      '/health/ready',
      '/health/live',
      '/health/checks/a',
      '/metrics',
      '/metrics/checks',
    ]) {
      expect((await ask(path)).statusCode, path).toBe(200);
    }
  });
});

test('requests of guarded routes are logged with their id, others are not', async () => {
  const { ask, log } = serve([makeEntry('a')], { token: () => 'right' });
  await ask('/health');
  await ask('/metrics');
  expect(log.lines).toEqual([]);
  await ask('/drain?secret=1', { ...bearer('right'), 'x-request-id': 'abc' }, 'POST');
  expect(log.lines).toEqual([
    expect.objectContaining({
      level: 'info',
      'http.request.id': 'abc',
      'http.request.method': 'POST',
      'url.path': '/drain',
      'http.response.status_code': 200,
    }),
  ]);
});

test('draining is begun, repeated and undone, until the daemon stops', async () => {
  const { ask, drain } = serve([], { token: () => 't' });
  const send = async (method: 'POST' | 'DELETE') => {
    const { statusCode, json } = await ask('/drain', bearer('t'), method);
    return [statusCode, json().draining ?? json().error, (await ask('/health/ready')).statusCode];
  };
  expect(await send('POST')).toEqual([200, true, 503]);
  expect(await send('POST')).toEqual([200, true, 503]);
  expect(await send('DELETE')).toEqual([200, false, 200]);
  drain.stop();
  expect(await send('DELETE')).toEqual([409, 'stopping', 503]);
});

test('a message passes the redactor, also one of a driver that was careless', async () => {
  const lastResult = {
    ...makeResult('auth', 0),
    kind: 'failed',
    errorClass: 'auth',
    message: 'no hunter2 here',
  } as const;
  const { ask } = serve([makeEntry('a', { lastResult, target: 'app:hunter2@db:1' })], { token: () => 't' });
  const { body, json } = await ask('/health/detailed', bearer('t'));
  expect([body.includes('hunter2'), json().checks.a.last_run.message]).toEqual([false, 'no *** here']);
});

test('/health/detailed knows everything of a check', async () => {
  const { ask } = serve([makeEntry('a')], { token: () => 't' });
  expect((await ask('/health/detailed', bearer('t'))).json().checks.a).toMatchObject({
    status: 'healthy',
    type: 'redis',
    target: 'localhost:6379',
    last_run: { result: 'passed', phases: [{ name: 'connect', ms: 1 }] },
    schedule: { interval_ms: 5000, next_run_in_ms: 3000, detection_bound_ms: 22_500 },
    connection: { opened: '1970-01-01T00:00:00.000Z' },
  });
});
