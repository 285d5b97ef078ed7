import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { classify, RedisReply } from '../../../src/dependencies/redis/errors.ts';
import { redis } from '../../../src/dependencies/redis/index.ts';
import { parseRedisUrl } from '../../../src/dependencies/redis/url.ts';
import { parse } from './run.ts';

const sentinel = { addresses: ['a.test:26379'], name: 'shop' };
const cluster = { addresses: ['a.test:7000', '[::1]:7001'] };
const complaints = (given: Record<string, unknown>) =>
  (redis.problems?.(parse(given)) ?? []).map(({ path }) => path.join('.'));

describe('a Redis URL', () => {
  it.each([
    ['redis://', { endpoint: { host: 'localhost', port: 6379 }, tls: false }],
    ['redis://h:7000/2', { endpoint: { host: 'h', port: 7000 }, tls: false, database: 2 }],
    ['redis://h?db=3', { endpoint: { host: 'h', port: 6379 }, tls: false, database: 3 }],
    ['rediss://u:p%40s@[::1]:1', { endpoint: { host: '::1', port: 1 }, tls: true, username: 'u', password: 'p@s' }],
    ['redis://:100%@h', { endpoint: { host: 'h', port: 6379 }, tls: false, password: '100%' }],
    ['unix:///run/redis%20a.sock?db=1', { endpoint: { path: '/run/redis a.sock' }, tls: false, database: 1 }],
  ])('%s', (text, wanted) => {
    expect(parseRedisUrl(text)).toEqual({ url: wanted });
  });
});

describe('settings', () => {
  it('are refused when they exclude each other, at the one that is wrong', () => {
    expect(complaints({})).toEqual(['url']);
    expect(complaints({ url: 'redis://h', sentinel })).toEqual(['sentinel']);
    expect(complaints({ sentinel, cluster })).toEqual(['cluster']);
    expect(complaints({ sentinel, expect: 'replica' })).toEqual(['expect']);
    expect(complaints({ cluster, expect: 'primary', write: {}, database: 1 })).toEqual(['expect', 'write', 'database']);
    expect(complaints({ url: 'redis://h', expect: 'replica', write: {} })).toEqual(['write']);
    for (const good of [{ url: 'redis://h/1', expect: 'replica' }, { sentinel, write: {} }, { cluster }]) {
      expect(complaints(good)).toEqual([]);
    }
  });

  it('show where the server is, and no password', () => {
    expect(redis.target(parse({ url: 'redis://u:secret@[::1]:7000/2' }))).toBe('[::1]:7000');
    expect(redis.target(parse({ url: Secret.fromFile('/run/secrets/url') }))).toBe('/run/secrets/url');
    expect(redis.target(parse({ sentinel }))).toBe('shop');
    expect(redis.target(parse({ cluster }))).toBe('a.test:7000');
    expect(redis.environment?.settings('redis://h')).toEqual({ url: 'redis://h' });
  });

  it('say how long a write rests', () => {
    expect(redis.restMs?.(parse({ url: 'redis://h' }))).toBe(0);
    expect(redis.restMs?.(parse({ url: 'redis://h', write: {} }))).toBe(60_000);
    expect(redis.restMs?.(parse({ url: 'redis://h', write: { interval: '5m' } }))).toBe(300_000);
  });
});

// Replies that the servers at hand do not give, or not on demand; the others are provoked in driver.test.ts.
describe('replies', () => {
  it.each([
    ['ERR max number of clients + cluster connections reached', 'capacity', 'connect'],
    ['DENIED Redis is running in protected mode because', 'permission', 'connect'],
    ['ERR invalid password', 'auth', 'auth'],
    ['ERR Client sent AUTH, but no password is set', 'auth', 'auth'],
    ['MISCONF Redis is configured to save RDB snapshots', 'server', undefined],
    ['NOREPLICAS Not enough good replicas to write.', 'server', undefined],
    ['CLUSTERDOWN The cluster is down', 'server', undefined],
  ])('%s', (text, errorClass, phase) => {
    expect(classify(new RedisReply(text))).toEqual(phase === undefined ? { errorClass } : { errorClass, phase });
  });
});
