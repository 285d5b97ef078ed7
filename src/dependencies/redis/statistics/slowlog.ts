// The slow log: its length, and the number and duration of its newest entry; never what was called.
import { samples } from '../../../core/family.ts';
import { type Collector, notAsked } from '../../statistics.ts';
import type { RedisSettings } from '../settings.ts';
import { gauge } from './family.ts';
import { askGranted } from './grants.ts';
import type { RedisSource } from './source.ts';

const length = gauge('slowlog_length', 'Entries in the slow log, which holds slowlog-max-len of them.');
const lastId = gauge('slowlog_last_id', 'Number of the newest entry of the slow log; absent when it is empty.');
const lastDuration = gauge('last_slow_execution_duration_seconds', 'How long the call of its newest entry took.', {
  unit: 'seconds',
});

export const slowlog: Collector<RedisSettings, RedisSource> = {
  name: 'slowlog',
  intervalMs: 15_000,
  asks: 'SLOWLOG LEN',
  families: [length],
  privilege: 'slowlog|len',
  async collect(source, settings) {
    const answer = await askGranted(source, settings, 'slowlog|len', 'SLOWLOG', 'LEN');
    if (answer === undefined) return notAsked;
    return samples(length, typeof answer === 'number' ? answer : undefined);
  },
};

export const slowlogLast: Collector<RedisSettings, RedisSource> = {
  name: 'slowlog_last',
  intervalMs: 15_000,
  asks: 'SLOWLOG GET 1',
  families: [lastId, lastDuration],
  privilege: 'slowlog|get',
  wanted: ({ statistics }) => statistics.slowlog_get,
  async collect(source, settings) {
    const answer = await askGranted(source, settings, 'slowlog|get', 'SLOWLOG', 'GET', '1');
    if (answer === undefined) return notAsked;
    const entry: unknown = Array.isArray(answer) ? answer[0] : undefined;
    const [id, , micros] = Array.isArray(entry) ? entry : [];
    return [
      ...samples(lastId, typeof id === 'number' ? id : undefined),
      ...samples(lastDuration, typeof micros === 'number' ? micros / 1e6 : undefined),
    ];
  },
};
