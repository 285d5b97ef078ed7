// The alerts of the presets `cache` and `database`, each quiet, loud, and quiet again.
import { type Case, gauge, type Line, steady } from '../../case.ts';
import { type Buckets, both, databaseDown, databaseHalfDown, down, fewer, firing, histogram, of } from './series.ts';

const gets = (cache: string, result: string, quiet: number, loud = quiet): readonly Line[] =>
  both('cache_requests_total', `cache="${cache}",result="${result}"`, quiet, loud);
const operations = (operation: string, count: number, quiet: number, loud = quiet): readonly Line[] => [
  ...both('cache_operation_duration_seconds_count', `cache="products",operation="${operation}"`, count / 2),
  ...both('cache_operation_duration_seconds_count', `cache="prices",operation="${operation}"`, count / 2),
  ...both('cache_errors_total', `operation="${operation}"`, quiet, loud),
];
const coherent = (cache: string, pod: number): string => of('cache_coherency_ratio', `cache="${cache}"`, pod);
/** Of two pools of 20 connections. */
const pool = (quiet: number, loud: number): readonly Line[] => [
  gauge(of('db_connections_active', '', 1), quiet, loud),
  steady(of('db_connections_active', '', 2), 17),
  ...[1, 2].map((pod) => steady(of('db_connections_max', '', pod), 20)),
];
const waiting = (quiet: number, loud: number): readonly Line[] => [
  gauge(of('db_connections_waiting', '', 1), quiet, loud),
  ...[2, 3, 4, 5].map((pod) => steady(of('db_connections_waiting', '', pod), 1)),
];
const statements = (total: number, buckets: Buckets): readonly Line[] =>
  ['select', 'update'].flatMap((operation) =>
    histogram('db_query_duration_seconds', `operation="${operation}"`, total / 2, fewer(buckets, 2)),
  );
const oneInTwenty: Buckets = { '0.07': [90, 90], '0.1': [95.5, 94.6], '0.15': [99.6, 99.6] };
const failing = (total: number, quiet: number, loud: number): readonly Line[] => [
  ...both('db_queries_total', 'operation="select"', total / 2),
  ...both('db_queries_total', 'operation="insert"', total / 2),
  ...both('db_errors_total', 'error_type="timeout"', quiet / 2, loud / 2),
  ...both('db_errors_total', 'error_type="deadlock"', quiet / 2, loud / 2),
];

export const dataCases: readonly Case[] = [
  {
    alert: 'AppCacheHitRatioLow',
    lines: [
      ...gets('products', 'hit', 48.18, 44.42),
      ...gets('products', 'miss', 17.82, 21.58),
      ...gets('prices', 'hit', 48.18),
      ...gets('prices', 'miss', 17.82),
    ],
    delay: 2,
    fires: [{ cache: 'products' }],
    says: 'The cache products has 67.3% of what it is asked for. Look for invalidations (cache_invalidations_total by entity), evictions and keys that changed.',
  },
  {
    alert: 'AppCacheHitRatioLow',
    shows: 'hardly asked, beside one that is asked much',
    lines: [
      ...gets('products', 'hit', 43, 4),
      ...gets('products', 'miss', 11, 50),
      ...gets('prices', 'hit', 730),
      ...gets('prices', 'miss', 270),
    ],
    delay: 10,
  },
  {
    alert: 'AppCacheErrorsHigh',
    lines: [...operations('get', 40, 1.84, 2.14), ...operations('set', 40, 1.84)],
    delay: 2,
    fires: [{ operation: 'get' }],
    says: '5.35% of the operations get of the caches fail. Look whether the check of the cache server fails now and then, and at the log of the service.',
  },
  {
    alert: 'AppCacheErrorsHigh',
    shows: 'just below, of many',
    lines: operations('get', 1000, 46),
    delay: 10,
  },
  {
    alert: 'AppCacheErrorsHigh',
    shows: 'few errors, beside an operation with many',
    lines: [...operations('get', 20, 0, 1.8), ...operations('set', 1000, 20)],
    delay: 10,
  },
  {
    alert: 'AppCacheErrorsHigh',
    shows: 'the cache server is down, which the service needs',
    lines: [...operations('get', 1000, 46, 530), ...down],
    delay: 10,
  },
  {
    alert: 'AppCacheIncoherent',
    lines: [
      gauge(coherent('products', 1), 0.96, 0.94),
      steady(coherent('products', 2), 0.99),
      steady(coherent('prices', 1), 0.96),
    ],
    fires: [{ cache: 'products' }],
    says: '94% of the entries of the cache products equal the database. Users see old data: look at what invalidates it, then empty it.',
  },
  {
    alert: 'AppDbPoolHigh',
    lines: [...pool(18, 20), ...databaseHalfDown],
    fires: [{}],
    says: '92.5% of the connections of the pools are in use. Look for slow statements and open transactions (PostgresLongTransaction) before you raise the pool.',
  },
  { alert: 'AppDbPoolHigh', shows: 'the database is down', lines: [...pool(18, 20), ...databaseDown] },
  {
    alert: 'AppDbPoolWaiting',
    lines: [...waiting(1, 2), ...databaseHalfDown, firing('PostgresConnectionsExhausted', 'warning')],
    fires: [{}],
    says: '1.2 callers per process wait for a connection of the pool, and the database answers. Look in pg_stat_activity for what holds the connections.',
  },
  { alert: 'AppDbPoolWaiting', shows: 'the database is down', lines: [...waiting(1, 50), ...databaseDown] },
  {
    alert: 'AppDbPoolWaiting',
    shows: 'the page for the connections of the server is out',
    lines: [...waiting(1, 50), firing('PostgresConnectionsExhausted')],
  },
  { alert: 'AppDbPoolWaiting', shows: 'a check that the service needs is down', lines: [...waiting(1, 50), ...down] },
  {
    alert: 'AppDbLatencyP95High',
    lines: statements(6.6, fewer(oneInTwenty, 100 / 6.6)),
    delay: 2,
    fires: [{}],
    says: 'One statement in twenty takes 104ms or longer. pg_stat_statements says which; where the server is fast, look at the network between them.',
  },
  {
    alert: 'AppDbLatencyP95High',
    shows: 'hardly any statement',
    lines: statements(5.5, fewer(oneInTwenty, 100 / 5.5)),
    delay: 10,
  },
  {
    alert: 'AppDbErrorsHigh',
    lines: [...failing(200, 1.82, 2.16), ...databaseHalfDown],
    delay: 2,
    fires: [{}],
    says: '1.08% of the SQL statements fail. sum by (error_type) (rate(shop_db_errors_total[5m])) says how.',
  },
  {
    alert: 'AppDbErrorsHigh',
    shows: 'just below, of many',
    lines: failing(1000, 9.2, 9.2),
    delay: 10,
  },
  { alert: 'AppDbErrorsHigh', shows: 'few errors', lines: failing(50, 0, 1.8), delay: 10 },
  {
    alert: 'AppDbErrorsHigh',
    shows: 'the database is down',
    lines: [...failing(1000, 9.1, 500), ...databaseDown],
    delay: 10,
  },
];
