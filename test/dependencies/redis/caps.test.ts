// What collectors give when every cap is reached is below what a collector may give by default.
import { expect, test } from 'vitest';
import { info } from '../../../src/dependencies/redis/statistics/info.ts';
import { infoFields } from '../../../src/dependencies/redis/statistics/info-fields.ts';
import { latency, latencyHistogram } from '../../../src/dependencies/redis/statistics/latency.ts';
import type { RedisSource } from '../../../src/dependencies/redis/statistics/source.ts';
import { atDefault } from '../at-default.ts';
import { parse } from './run.ts';

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const settings = parse({ url: 'redis://localhost' });

/** Of twice as many of everything as there are series for. */
const lines = [
  ...['role:slave', 'redis_version:7.4.0', 'master_host:h', 'master_port:1', 'master_link_status:up'],
  ...infoFields.map(({ field }) => `${field}:1`),
  ...many(64, (n) => `used_active_time_io_thread_${n}:1`),
  ...many(64, (n) => `slave${n}:ip=h${n},port=1,state=online,offset=1,lag=1`),
  ...many(128, (n) => `db${n}:keys=1,expires=1,avg_ttl=1`),
  ...many(200, (n) => `cmdstat_c${n}:calls=${n + 1},usec=1,usec_per_call=1,rejected_calls=1,failed_calls=1`),
  ...many(200, (n) => `latency_percentiles_usec_c${n}:p50=1,p99=1,p99.9=1,p100=1`),
  ...many(100, (n) => `errorstat_E${n}:count=1`),
].join('\r\n');

const answers: Readonly<Record<string, unknown>> = {
  INFO: lines,
  'LATENCY LATEST': many(100, (n) => [`e${n}`, 1, 1, 1]),
  'LATENCY HISTOGRAM': many(200, (n) => [
    `c${n}`,
    ['calls', n + 1, 'histogram_usec', many(21, (bucket) => [2 ** bucket, bucket]).flat()],
  ]).flat(),
};
const source: RedisSource = {
  instance: 'cache:6379',
  facts: { major: 7, cluster: false, user: 'default' },
  ask: async (command, argument) => answers[command] ?? answers[`${command} ${argument}`],
  leave() {},
};

test.each([
  [info, 32 + 64 + 100 + 50, 900],
  [latency, 50, 150],
  [latencyHistogram, 120, 80 * 24],
] as const)('$name', async (collector, beyond, least) => {
  const found = await atDefault(collector, source, settings);
  expect([found.cut, found.lines.length]).toEqual([beyond, found.samples]);
  expect(found.samples).toBeGreaterThanOrEqual(least);
});

test('what a server has one of comes first, so that no cut takes it', async () => {
  const { lines: found } = await atDefault(info, source, settings);
  const names = found.map((line) => line.slice(0, line.indexOf('{')));
  const single = names.filter((one) => names.indexOf(one) === names.lastIndexOf(one));
  const threads = names.filter((one) => one === 'redis_active_time_io_thread_seconds_total').length;
  expect(single.length).toBeGreaterThan(150);
  expect(names.slice(0, single.length + threads).filter((one) => !single.includes(one))).toHaveLength(threads);
});
