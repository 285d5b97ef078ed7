// Servers that speak Redis' protocol with words and numbers of their own: KeyDB, Dragonfly, Valkey, Redis Enterprise.
import { describe, expect, it } from 'vitest';
import { judgeRole } from '../../../src/dependencies/redis/role.ts';
import { info } from '../../../src/dependencies/redis/statistics/info.ts';
import type { RedisSource } from '../../../src/dependencies/redis/statistics/source.ts';
import { parse } from './run.ts';

const judge = (reply: unknown, expected: 'primary' | 'replica' | 'any'): string => {
  try {
    judgeRole(reply, expected);
    return 'good';
  } catch (error) {
    const { errorClass, message } = error as { errorClass?: string; message: string };
    return `${errorClass}: ${message}`;
  }
};

const link = (role: string, state: string, host = 'one'): unknown[] => [role, host, 6379, state, 1234];
const aReplica = 'readonly: is a replica of one:6379, a primary was expected';
const without = (state: string, host = 'one') =>
  `server: replica without its primary ${host}:6379: the link is "${state}"`;

describe('ROLE', () => {
  it.each<[string, unknown, Record<'primary' | 'replica' | 'any', string>]>([
    [
      'KeyDB, active-replica, alone',
      ['master', 0, []],
      { primary: 'good', replica: 'readonly: is a primary, a replica was expected', any: 'good' },
    ],
    ['KeyDB, active-replica', link('active-replica', 'connected'), { primary: 'good', replica: 'good', any: 'good' }],
    [
      'KeyDB, active-replica whose other is gone',
      link('active-replica', 'connect'),
      { primary: 'good', replica: without('connect'), any: 'good' },
    ],
    [
      'KeyDB, multi-master',
      [link('active-replica', 'connected'), link('active-replica', 'connected', 'two')],
      { primary: 'good', replica: 'good', any: 'good' },
    ],
    [
      'KeyDB, multi-master, one of which is gone',
      [link('active-replica', 'connected'), link('active-replica', 'connecting', 'two')],
      { primary: 'good', replica: without('connecting', 'two'), any: 'good' },
    ],
    [
      'KeyDB, a replica of two',
      [link('slave', 'connected'), link('slave', 'connected', 'two')],
      { primary: aReplica, replica: 'good', any: 'good' },
    ],
    [
      'KeyDB, a replica of two, one of which is gone',
      [link('slave', 'connected'), link('slave', 'sync', 'two')],
      { primary: aReplica, replica: without('sync', 'two'), any: without('sync', 'two') },
    ],
    [
      'Dragonfly, a primary',
      ['master', []],
      { primary: 'good', replica: 'readonly: is a primary, a replica was expected', any: 'good' },
    ],
    ['Dragonfly, a replica', ['slave', 'one', '6379', 'online'], { primary: aReplica, replica: 'good', any: 'good' }],
    [
      'Dragonfly, in its own words',
      ['replica', 'one', '6379', 'stable_sync'],
      { primary: aReplica, replica: 'good', any: 'good' },
    ],
    [
      'Dragonfly, being filled',
      ['replica', 'one', '6379', 'full_sync'],
      { primary: aReplica, replica: without('full_sync'), any: without('full_sync') },
    ],
    ['Redis, a replica', link('slave', 'connected'), { primary: aReplica, replica: 'good', any: 'good' }],
    [
      'Redis, a replica alone',
      link('slave', 'connect'),
      { primary: aReplica, replica: without('connect'), any: without('connect') },
    ],
    [
      'a word that nobody knows',
      ['leader', 0],
      {
        primary: 'server: ROLE answered leader',
        replica: 'server: ROLE answered leader',
        any: 'server: ROLE answered leader',
      },
    ],
    [
      'no list',
      'OK',
      {
        primary: 'server: ROLE answered nothing',
        replica: 'server: ROLE answered nothing',
        any: 'server: ROLE answered nothing',
      },
    ],
    [
      'an empty list',
      [],
      {
        primary: 'server: ROLE answered nothing',
        replica: 'server: ROLE answered nothing',
        any: 'server: ROLE answered nothing',
      },
    ],
  ])('%s', (_, reply, wanted) => {
    const found = (['primary', 'replica', 'any'] as const).map((expected) => [expected, judge(reply, expected)]);
    expect(Object.fromEntries(found)).toEqual(wanted);
  });
});

/** The families that INFO gives, by name and labels but for those of the server itself; and whether it was left. */
async function read(lines: readonly string[], settings: object = { url: 'redis://shop' }) {
  let left = false;
  const source = {
    ...{ instance: 'shop:6379', facts: { cluster: false, user: 'default' } },
    ask: async () => lines.join('\r\n'),
    leave: () => {
      left = true;
    },
  } as RedisSource;
  const limits = { signal: new AbortController().signal, remainingMs: () => 1000, cut: () => {} };
  const samples = await info.collect(source, parse({ ...settings }), limits);
  const values = samples
    .filter(({ family }) => family.name !== 'redis_instance_info')
    .map(({ family, labels, value }) => [[family.name.replace('redis_', ''), ...labels].join(' '), value]);
  return { left, values: Object.fromEntries(values) as Record<string, number> };
}

describe('INFO', () => {
  it.each<[string, string, Record<string, number>]>([
    [
      'Dragonfly: a mean time that it does not know',
      'db0:keys=3,expires=1,avg_ttl=-1',
      { 'db_keys db0': 3, 'db_keys_expiring db0': 1 },
    ],
    [
      'Dragonfly: with hits',
      'db0:keys=3,expires=0,hits=7,misses=1,hit_ratio=87.50,avg_ttl=-1',
      { 'db_keys db0': 3, 'db_keys_expiring db0': 0 },
    ],
    [
      'a mean time that is absurd',
      'db0:keys=1,expires=1,avg_ttl=18446744073709551615',
      { 'db_keys db0': 1, 'db_keys_expiring db0': 1 },
    ],
    [
      'a mean time that is no number',
      'db0:keys=1,expires=1,avg_ttl=nan',
      { 'db_keys db0': 1, 'db_keys_expiring db0': 1 },
    ],
    [
      'a mean time',
      'db0:keys=1,expires=1,avg_ttl=2500',
      { 'db_keys db0': 1, 'db_keys_expiring db0': 1, 'db_avg_ttl_seconds db0': 2.5 },
    ],
    ['keys that are unknown', 'db0:keys=-1,expires=-1,avg_ttl=0', {}],
    ['Dragonfly: refusals that it does not count', 'rejected_connections:-1', {}],
    [
      'KeyDB: cached keys',
      'db0:keys=3,expires=1,avg_ttl=0,cached_keys=3',
      { 'db_keys db0': 3, 'db_keys_expiring db0': 1 },
    ],
    ['a wrapped size', 'used_memory_dataset:18446744073709526016', {}],
    ['a size with a unit', 'used_memory:1.50M', {}],
    ['a share in percent', 'mem_fragmentation_ratio:12.5%', {}],
    ['a ratio that is none', 'mem_fragmentation_ratio:-nan', {}],
    ['a ratio without end', 'mem_fragmentation_ratio:inf', {}],
    ['an empty one', 'maxmemory:', {}],
    ['a word', 'evicted_keys:disabled', {}],
    ['less than nothing, which is possible', 'mem_fragmentation_bytes:-4096', { mem_fragmentation_bytes: -4096 }],
    ['never', 'rdb_last_bgsave_time_sec:-1', { rdb_last_bgsave_duration_sec: -1 }],
    ['calls that are unknown', 'cmdstat_get:calls=-1,usec=-1,usec_per_call=0.00', {}],
    ['errors that are unknown', 'errorstat_ERR:count=-1', {}],
  ])('%s', async (_, line, wanted) => {
    expect((await read(['# Any', 'redis_version:7.0.0', line])).values).toEqual(wanted);
  });

  it.each([
    ['slave', true, true],
    ['replica', true, true],
    ['active-replica', true, false],
    ['master', false, false],
  ])('of a server that is %s', async (role, hasPrimary, isLeft) => {
    const lines = [`role:${role}`, 'master_host:one', 'master_port:6379', 'master_link_status:up', 'slave_read_only:1'];
    const behind = { sentinel: { addresses: ['s:26379'], name: 'shop' } };
    const { left, values } = await read(lines, behind);
    expect([left, values['master_link_up one 6379']]).toEqual([isLeft, hasPrimary ? 1 : undefined]);
  });
});
