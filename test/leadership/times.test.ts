// The times of a lease hold together, and are the server's too.
import { expect, test } from 'vitest';
import { leaseTimes, provenMs } from '../../src/core/lease-times.ts';
import { sessionQuery } from '../../src/dependencies/postgres/limits.ts';

const settingsOf = (query: string): Record<string, string> =>
  Object.fromEntries(
    [...query.matchAll(/set_config\('(\w+)', '(\w+)', false\)/g)].map(([, name, value]) => [name, value]),
  );
const version = 180_000;

test('a live leader is never cut, and a frozen one holds nothing when another leads', () => {
  const { beatMs, proofMs, silenceMs } = leaseTimes;
  expect(beatMs + proofMs).toBeLessThan(silenceMs);
  expect(provenMs(leaseTimes)).toBe(beatMs + proofMs);
  expect(proofMs, 'a slow proof delays the next beat by less than the silence').toBeLessThan(silenceMs - beatMs);
});

test('the server waits for a sign of life as long as the lease says: of the process, of its node, of the network', () => {
  const set = settingsOf(sessionQuery(1000, version, leaseTimes));
  const { silenceMs } = leaseTimes;
  expect(set.idle_session_timeout).toBe(`${silenceMs / 1000}s`);
  expect(set.tcp_user_timeout).toBe(`${silenceMs / 1000}s`);
  const { tcp_keepalives_idle: idle, tcp_keepalives_interval: interval, tcp_keepalives_count: count } = set;
  expect((Number(idle) + Number(interval) * Number(count)) * 1000).toBe(silenceMs);
});

test('a connection that only reads is never idle for too long, and a server before PostgreSQL 14 is not told', () => {
  expect(settingsOf(sessionQuery(1000, version)).idle_session_timeout).toBe('0');
  expect(settingsOf(sessionQuery(1000, 130_000, leaseTimes))).not.toHaveProperty('idle_session_timeout');
});
