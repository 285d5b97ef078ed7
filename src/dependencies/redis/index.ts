// The dependency type redis: what it proves, what it is told, how it can fail.
import type { Cost } from '../../core/cost.ts';
import { endpointText } from '../../core/endpoint.ts';
import { dependencyClasses } from '../../core/failure.ts';
import { secretVariables } from '../aws/settings.ts';
import { defineDependency } from '../define.ts';
import type { Phase } from './probe.ts';
import { problems } from './problems.ts';
import type { RedisSession } from './session.ts';
import { type RedisSettings, settings } from './settings.ts';
import type { RedisSource } from './statistics/source.ts';
import { parseRedisUrl } from './url.ts';

export const redis = defineDependency<'redis', typeof settings, Phase, RedisSession, RedisSource>({
  type: 'redis',
  summary: 'Redis or Valkey answers, has the role expected of it, and its cluster is whole.',
  settings,
  phases: ['connect', 'auth', 'ping', 'role', 'write'],
  classes: dependencyClasses.filter((one) => one !== 'throttled'),
  warnings: ['skipped'],
  keeps: 'connection',
  secretVariables,
  environment: { variable: 'REDIS_URL', check: 'redis', settings: (value) => ({ url: value }) },
  target,
  problems,
  restMs: ({ write }) => write?.interval ?? 0,
  cost,
  load: async () => (await import('./driver.ts')).driver,
  statistics: async () => (await import('./statistics/index.ts')).statistics,
});

function target({ url, sentinel, cluster }: RedisSettings): string {
  if (sentinel !== undefined) return sentinel.name;
  if (cluster !== undefined) return cluster.addresses[0] ?? '';
  const known = url?.newest((value) => {
    const parsed = parseRedisUrl(value);
    return 'url' in parsed ? endpointText(parsed.url.endpoint) : undefined;
  });
  return known ?? (url !== undefined && 'file' in url.source ? url.source.file : '');
}

/** PING and ROLE, CLUSTER INFO too of a cluster; AUTH, SELECT and CLIENT SETNAME of a new connection at most. */
function cost({ cluster, write }: RedisSettings): Cost {
  const [ofRun, ofConnection] = cluster === undefined ? [2, 3] : [3, 4];
  const nodes = cluster?.addresses.length ?? 1;
  return {
    logIns: 1,
    calls: [
      { name: 'command', count: ofRun, most: ofRun * nodes, per: 'run' },
      { name: 'command of a new connection', count: ofConnection, most: ofConnection * nodes, per: 'session' },
      ...(write === undefined ? [] : [{ name: 'SET', count: 1, per: { restMs: write.interval } }]),
    ],
  };
}
