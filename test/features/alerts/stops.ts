// The healthy service, in which after a while something stops for good: what its replicas and Prometheus say from then on.
import { type Input, lines, seriesOf } from './healthy/index.ts';

/** The last minute of health. */
export const stopped = 18;

/** Until every `for` and window is over: those of the alerts on statistics that are not read take the longest. */
export const judgedAfterMin = 34;

/** What becomes of a series; undefined: it goes on. `turns`: it is 0 in one minute of so many, and 1 else. */
type Fate = 'gone' | { readonly is: number } | { readonly turns: number } | { readonly times: number } | undefined;

export type Stop = {
  readonly what: string;
  /** How often the rules are evaluated, in minutes; 4 unless said. */
  readonly everyMin?: number;
  /** The alerts that fire because of it, with their `check`, sorted. A page is one of severity critical. */
  readonly pages: readonly string[];
  readonly others: readonly string[];
  fate(series: string): Fate;
};

const of = (series: string, family: RegExp, label = ''): boolean =>
  family.test(series) && (label === '' || series.includes(label));

/** A check fails on every replica, and nothing is known of what its server says. */
const checkIsDown =
  (check: string, up: string) =>
  (series: string): Fate => {
    const label = `check="${check}"`;
    if (of(series, /^sidewarden_check_up/, label)) return { is: 0 };
    if (of(series, /^sidewarden_check_runs_total/, label))
      return series.includes('result="failed"') ? { times: 12 } : { times: 0 };
    if (of(series, /^sidewarden_ready/)) return { is: 0 };
    if (of(series, /^sidewarden_slo_events/, 'slo="availability"'))
      return { times: series.includes('result="bad"') ? 60 : 0 };
    if (of(series, /^sidewarden_collector_up/, label)) return { is: 0 };
    if (series.startsWith(`${up}{`) && series.includes(label)) return { is: 0 };
    return of(series, /shop-statistics/, label) ? 'gone' : undefined;
  };

/** The service fails since what it needs fails: errors, waits, slow answers. */
const serviceSuffers = (series: string): Fate => {
  if (of(series, /^shop_db_connections_waiting/)) return { is: 50 };
  if (of(series, /^shop_http_requests_total/, 'code="500"')) return { times: 60 };
  if (of(series, /^shop_queries_total/, 'status="error"')) return { times: 60 };
  return undefined;
};

const first = (...fates: readonly Fate[]): Fate => fates.find((fate) => fate !== undefined);

/** The objective allows ten minutes in a week. */
const spent = ['SloBudgetExhausted'];

export const stops: readonly Stop[] = [
  {
    what: 'PostgreSQL',
    pages: ['DependencyDown database'],
    others: spent,
    fate: (series) => first(checkIsDown('database', 'pg_up')(series), serviceSuffers(series)),
  },
  {
    what: 'the pools of the service, since PostgreSQL has no connection left',
    pages: ['PostgresConnectionsExhausted database'],
    others: ['PostgresConnectionsForecast database', 'PostgresConnectionsHigh database'],
    fate: (series) =>
      first(
        of(series, /^sidewarden_postgres_backends/, 'backend_type="client backend"') ? { is: 99 } : undefined,
        serviceSuffers(series),
      ),
  },
  {
    what: 'PostgreSQL for a minute, again and again',
    everyMin: 2,
    pages: ['AppDbPoolWaiting'],
    others: ['AppErrorRateHigh', 'AppQueryErrorsHigh', 'DependencyFlapping database'],
    fate: (series) =>
      first(
        /^(sidewarden_check_up|pg_up)/.test(series) && series.includes('check="database"') ? { turns: 4 } : undefined,
        serviceSuffers(series),
      ),
  },
  {
    what: 'Redis',
    pages: ['DependencyDown sessions'],
    others: spent,
    fate: (series) => first(checkIsDown('sessions', 'redis_up')(series), serviceSuffers(series)),
  },
  {
    what: 'Elasticsearch',
    pages: ['DependencyDown search'],
    others: spent,
    fate: (series) => first(checkIsDown('search', 'elasticsearch_clusterinfo_up')(series), serviceSuffers(series)),
  },
  {
    what: 'KMS',
    pages: ['DependencyDown keys'],
    others: spent,
    fate: (series) =>
      first(
        checkIsDown('keys', 'sidewarden_kms_up')(series),
        of(series, /^sidewarden_kms_requests_total/, 'result="timeout"') ? { times: 12 } : undefined,
        serviceSuffers(series),
      ),
  },
  {
    what: 'a check that the service can do without',
    pages: [],
    others: ['OptionalDependencyDown mirror'],
    fate: (series) => (of(series, /^sidewarden_(ready|slo_)/) ? undefined : checkIsDown('mirror', 'none')(series)),
  },
  {
    what: 'the service itself',
    pages: ['AppDown app'],
    others: spent,
    fate: (series) =>
      first(
        of(series, /^sidewarden_app_up/) ? { is: 0 } : undefined,
        of(series, /^shop_/) ? 'gone' : undefined,
        checkIsDown('app', 'none')(series),
      ),
  },
  {
    what: 'the service itself, since PostgreSQL has stopped',
    pages: ['DependencyDown database'],
    others: spent,
    fate: (series) => first(checkIsDown('app', 'none')(series), checkIsDown('database', 'pg_up')(series)),
  },
  {
    what: 'one replica of Sidewarden',
    pages: [],
    others: ['SidecarDown'],
    fate(series) {
      if (of(series, /^sidewarden_statistics_leader/)) return { is: series.includes('shop-1') ? 0 : 1 };
      if (!series.includes('instance="shop-1:9090"')) return undefined;
      return series.startsWith('up{') ? { is: 0 } : 'gone';
    },
  },
  {
    what: 'every replica of Sidewarden',
    pages: ['SidecarAbsent'],
    others: [],
    fate: (series) =>
      series.startsWith('up{') ? { is: 0 } : /^(kube|kubelet|container)_/.test(series) ? undefined : 'gone',
  },
];

/** Without the takeover of the healthy service: one thing at a time. */
export const inputOf = (stop: Stop): readonly Input[] =>
  lines.flatMap((line) =>
    seriesOf(line).map(({ series, valueAt }) => {
      const fate = stop.fate(series);
      const values = Array.from({ length: stopped + judgedAfterMin + 1 }, (_, minute) => {
        if (minute <= stopped || fate === undefined) return valueAt(minute);
        if (fate === 'gone') return '_';
        if ('is' in fate) return fate.is;
        if ('turns' in fate) return minute % fate.turns === 0 ? 0 : 1;
        return valueAt(stopped) + (minute - stopped) * fate.times;
      });
      return { series, values: values.join(' ') };
    }),
  );
