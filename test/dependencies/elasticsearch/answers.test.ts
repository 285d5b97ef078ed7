import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { classify, explain, readHealth } from '../../../src/dependencies/elasticsearch/errors.ts';

const healthy = {
  status: 'green',
  timed_out: false,
  number_of_nodes: 3,
  active_primary_shards: 5,
  unassigned_shards: 0,
};
const error = (type: string, reason = 'because') => ({ error: { type, reason }, status: 0 });

const failureOf = (statusCode: number, body: unknown, index?: string): { errorClass: string; message: string } => {
  try {
    readHealth({ statusCode, body }, index);
  } catch (failure) {
    if (failure instanceof Failure) return { errorClass: failure.errorClass, message: failure.message };
    throw failure;
  }
  throw new Error('it did not fail');
};

describe('an answer to _cluster/health', () => {
  it.each(['green', 'yellow', 'red'] as const)('%s is read', (status) => {
    const health = readHealth({ statusCode: 200, body: { ...healthy, status } }, undefined);
    expect(health).toEqual({ status, details: '3 nodes, 0 unassigned shards' });
  });

  it('a wait in vain (408) still tells the status', () => {
    const body = { ...healthy, status: 'yellow', timed_out: true };
    expect(readHealth({ statusCode: 408, body }, undefined)?.status).toBe('yellow');
  });

  it.each([
    [401, error('security_exception'), 'auth'],
    [401, 'Unauthorized', 'auth'],
    [403, error('security_exception'), 'permission'],
    [429, error('circuit_breaking_exception'), 'throttled'],
    [404, error('index_not_found_exception'), 'misconfig'],
    [404, '<html>', 'server'],
    [408, 'Request Timeout', 'server'],
    [410, '<html>gone</html>', 'server'],
    [410, { error: 'gone' }, 'server'],
    [410, { message: 'This API version was retired.' }, 'server'],
    [410, error('gone_exception'), 'server'],
    [302, '', 'server'],
    [503, error('master_not_discovered_exception'), 'server'],
    [503, healthy, 'server'],
    [200, '<html>welcome</html>', 'server'],
    [200, 'hello', 'server'],
    [200, { status: 'fine' }, 'server'],
    [200, null, 'server'],
    [500, { error: 'a string' }, 'server'],
  ])('%i %j fails as %s', (statusCode, body, errorClass) => {
    expect(failureOf(statusCode, body).errorClass).toBe(errorClass);
  });

  it('says what the server said, on one line', () => {
    const { message } = failureOf(503, error('master_not_discovered_exception', 'no\n  master'));
    expect(message).toContain('HTTP 503: master_not_discovered_exception: no master');
    expect(message).not.toContain('\n');
  });

  it('an index that does not exist is waited for in vain and red; a pattern without a match is green', () => {
    const absent = { ...healthy, status: 'red', timed_out: true, active_primary_shards: 0 };
    expect(failureOf(408, absent, 'shop')).toMatchObject({ errorClass: 'misconfig', message: /index shop/ });
    expect(failureOf(200, { ...healthy, active_primary_shards: 0 }, 'shop-*').errorClass).toBe('misconfig');
    expect(readHealth({ statusCode: 200, body: { ...healthy, active_primary_shards: 0 } }, undefined)?.status).toBe(
      'green',
    );
    const creating = { ...healthy, status: 'yellow', active_primary_shards: 0 };
    expect(readHealth({ statusCode: 200, body: creating }, 'shop')?.status).toBe('yellow');
    expect(readHealth({ statusCode: 200, body: { ...absent, timed_out: false } }, 'shop')?.status).toBe('red');
  });

  it.each([
    [410, error('api_not_available_exception')],
    [410, { error: 'Request for uri [/_cluster/health] exists but is not available when running in serverless mode' }],
    [404, { error: 'Request for uri [/_cluster/health] exists but is not available when running in serverless mode' }],
    [401, { Message: "Your request: '/_cluster/health' is not allowed." }],
    [403, { Message: "Your request: '/_cluster/health/shop' is not allowed for verb: GET" }],
  ])('%i %j: the service does not offer it', (statusCode, body) => {
    expect(readHealth({ statusCode, body }, undefined)).toBeUndefined();
  });

  it.each([
    [401, { Message: "Your request: '/wrong/_cluster/health' is not allowed." }, 'auth'],
    [403, { Message: 'User: anonymous is not authorized to perform: es:ESHttpGet' }, 'permission'],
    [503, { ok: false, message: 'The requested deployment is currently unavailable.' }, 'server'],
  ])('%i %j is none of these, and says why', (statusCode, body, errorClass) => {
    const failure = failureOf(statusCode, body);
    expect(failure.errorClass).toBe(errorClass);
    expect(failure.message).toContain(Object.values(body).at(-1));
  });
});

describe('what the client throws', () => {
  const thrown = (name: string, message: string, code?: string) => Object.assign(new Error(message), { name, code });
  const classOf = (one: unknown) => (one instanceof Failure ? one.errorClass : one);

  it('the error of the socket is what is reported', () => {
    const cut = thrown('Error', 'read ECONNRESET', 'ECONNRESET');
    expect(explain(thrown('ConnectionError', 'read ECONNRESET - Local: unknown'), cut)).toBe(cut);
  });

  it.each([
    ['ConnectionError', 'socket hang up', undefined, 'refused'],
    ['ConnectionError', 'Parse Error: Expected HTTP/', undefined, 'server'],
    ['DeserializationError', 'Unexpected token', undefined, 'server'],
    ['Error', 'incorrect header check', 'Z_DATA_ERROR', 'server'],
    ['RequestAbortedError', 'The content length is bigger', undefined, 'server'],
    ['TypeError', 'Invalid character in header content', 'ERR_INVALID_CHAR', 'auth'],
  ])('%s %s %s is %s', (name, message, code, errorClass) => {
    expect(classOf(explain(thrown(name, message, code), undefined))).toBe(errorClass);
  });

  it('an error that nobody knows stays what it is', () => {
    const unknown = new Error('surprise');
    expect(explain(unknown, undefined)).toBe(unknown);
    expect(classify(unknown)).toBeUndefined();
  });

  it('credentials belong to auth and certificates to connect, whenever they come to light', () => {
    expect(classify(new Failure('auth', 'no'))).toEqual({ errorClass: 'auth', phase: 'auth' });
    const alert = thrown('Error', 'alert', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    expect(classify(alert)).toEqual({ errorClass: 'tls', phase: 'connect' });
    expect(classify(new Failure('server', 'red'))).toBeUndefined();
  });
});
