// The statistics of Redis and Valkey, under the names of redis_exporter.
import { defineStatistics } from '../../statistics.ts';
import type { RedisSettings } from '../settings.ts';
import { cluster } from './cluster.ts';
import { gauge } from './family.ts';
import { info } from './info.ts';
import { latency, latencyHistogram } from './latency.ts';
import { sentinel } from './sentinel.ts';
import { slowlog, slowlogLast } from './slowlog.ts';
import type { RedisSource } from './source.ts';

export const statistics = defineStatistics<RedisSettings, RedisSource>({
  up: gauge('up', 'Whether the server answers.'),
  lastError: gauge(
    'exporter_last_scrape_error',
    '1 when the last round did not read all that it should, else 0; a missing grant does not set it.',
  ),
  collectors: [info, slowlog, slowlogLast, latency, latencyHistogram, cluster, sentinel],
});
