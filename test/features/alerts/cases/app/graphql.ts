// The alerts of the preset `graphql`, each quiet, loud, and quiet again.
import type { Case, Line } from '../../case.ts';
import { type Buckets, both, down, fewer, firing, histogram } from './series.ts';

const queries = (status: string, quiet: number, loud = quiet): readonly Line[] =>
  both('queries_total', `status="${status}"`, quiet, loud);
const lasting = (total: number, buckets: Buckets): readonly Line[] =>
  ['query', 'mutation'].flatMap((operation) =>
    histogram('query_duration_seconds', `operation="${operation}"`, total / 2, fewer(buckets, 2)),
  );
const oneInTwenty: Buckets = { '0.15': [90, 90], '0.2': [95.5, 94.6], '0.3': [99.6, 99.6] };
const oneInTen: Buckets = { '0.1': [91, 89.1], '0.15': [100, 100] };
const critical: readonly Line[] = [...queries('success', 114), ...queries('error', 5.5, 6.4)];

export const graphqlCases: readonly Case[] = [
  {
    alert: 'AppQueryErrorsHigh',
    lines: [...queries('success', 400), ...queries('error', 1.82, 2.18)],
    delay: 2,
    fires: [{}],
    says: '0.542% of the queries fail. sum by (error_type) (rate(shop_query_errors_total[5m])) says how they fail.',
  },
  {
    alert: 'AppQueryErrorsHigh',
    shows: 'just below, of many',
    lines: [...queries('success', 1000), ...queries('error', 4.6)],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsHigh',
    shows: 'few errors',
    lines: [...queries('success', 10), ...queries('error', 0, 1.8)],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsHigh',
    shows: 'a check that the service needs is down',
    lines: [...queries('success', 1000), ...queries('error', 4.55, 500), ...down],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsCritical',
    lines: [...critical, firing('AppErrorRateCritical', 'warning'), firing('AppErrorRateHigh')],
    delay: 2,
    fires: [{}],
    says: '5.316% of the queries fail. sum by (error_type) (rate(shop_query_errors_total[5m])) says how they fail. Ask first what was deployed last.',
  },
  {
    alert: 'AppQueryErrorsCritical',
    shows: 'just below, of many',
    lines: [...queries('success', 1000), ...queries('error', 48)],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsCritical',
    shows: 'few errors',
    lines: [...queries('success', 50), ...queries('error', 0, 5.6)],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsCritical',
    shows: 'the page for HTTP errors is out',
    lines: [...critical, firing('AppErrorRateCritical')],
    delay: 10,
  },
  {
    alert: 'AppQueryErrorsCritical',
    shows: 'the page for the pool is out',
    lines: [...critical, firing('AppDbPoolWaiting')],
    delay: 10,
  },
  {
    alert: 'AppQueryLatencyP95High',
    lines: [...queries('success', 6.6), ...lasting(6.6, fewer(oneInTwenty, 100 / 6.6))],
    delay: 2,
    fires: [{}],
    says: 'One query in twenty takes 208ms or longer. The same quantile by operation, and that of resolver_duration_seconds by resolver, say which.',
  },
  {
    alert: 'AppQueryLatencyP95High',
    shows: 'hardly any query',
    lines: [...queries('success', 5.5), ...lasting(5.5, fewer(oneInTwenty, 100 / 5.5))],
    delay: 10,
  },
  {
    alert: 'AppSlowQueryRatioHigh',
    lines: [...queries('success', 6.6), ...lasting(6.6, fewer(oneInTen, 100 / 6.6))],
    delay: 2,
    fires: [{}],
    says: '10.9% of the queries take longer than 100 ms. Look whether the database became slower (AppDbLatencyP95High) or the cache misses more (AppCacheHitRatioLow).',
  },
  {
    alert: 'AppSlowQueryRatioHigh',
    shows: 'hardly any query',
    lines: [...queries('success', 5.5), ...lasting(5.5, fewer(oneInTen, 100 / 5.5))],
    delay: 10,
  },
  {
    alert: 'AppQueryComplexityExtreme',
    shows: 'what else is down does not matter',
    lines: [...histogram('query_complexity_score', '', 100, { '2000': [90, 90], '5000': [99.91, 99.8928] }), ...down],
    delay: 5,
    calm: 15,
    fires: [{}],
    says: '1 queries within 10 minutes had a complexity above 5000. The log of the service says who sends them; refuse them by a limit.',
  },
];
