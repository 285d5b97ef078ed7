// The alerts on checks, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../case.ts';

const info = (check: string, required: boolean): Line =>
  steady(
    `sidewarden_check_info{check="${check}",type="postgres",required="${required}",gates="ready",instance="shop-1:9090"}`,
    1,
  );
const up = (check: string, pod: number, quiet: number, loud: number): Line =>
  gauge(`sidewarden_check_up{check="${check}",type="postgres",instance="shop-${pod}:9090"}`, quiet, loud);
/** Both replicas say so. */
const both = (check: string, quiet: number, loud: number): readonly Line[] =>
  [1, 2].map((pod) => up(check, pod, quiet, loud));
/** Nine replicas, of which so many say that it is up. */
const nine = (check: string, quiet: number, loud: number): readonly Line[] =>
  Array.from({ length: 9 }, (_, pod) => up(check, pod, pod < quiet ? 1 : 0, pod < loud ? 1 : 0));
const database = [{ check: 'database', type: 'postgres' }];
const app = [{ check: 'app', type: 'postgres' }];
const warning = (name: string, type: string, check: string, quiet: number, loud: number): Line =>
  gauge(
    `sidewarden_check_warning{check="${check}",type="${type}",warning="${name}",instance="shop-1:9090"}`,
    quiet,
    loud,
  );
const runs = (check: string, result: string, quiet: number, loud: number): Line =>
  counter(
    `sidewarden_check_runs_total{check="${check}",type="postgres",result="${result}",instance="shop-1:9090"}`,
    quiet,
    loud,
  );
/** A hundred runs a minute, of which so many take longer than 0.5 s, and half of them up to 0.25 s. */
const slow = (check: string, quiet: number, loud: number): readonly Line[] =>
  (
    [
      ['0.25', 50, 50],
      ['0.5', 100 - quiet, 100 - loud],
      ['1', 100, 100],
      ['+Inf', 100, 100],
    ] as const
  ).map(([le, before, after]) =>
    counter(
      `sidewarden_check_duration_seconds_bucket{check="${check}",type="postgres",le="${le}",instance="shop-1:9090"}`,
      before,
      after,
    ),
  );
/** A replica that started at this minute, and whose check of the database has not passed. */
const young = (pod: number, minute: number, check = 'database'): readonly Line[] => [
  onlyIn('loud', up(check, pod, 0, 0)),
  onlyIn('loud', steady(`sidewarden_process_start_time_seconds{instance="shop-${pod}:9090"}`, minute * 60 - 20)),
];
const passed = (check: string, pod: number): Line =>
  steady(
    `sidewarden_check_last_success_timestamp_seconds{check="${check}",type="postgres",instance="shop-${pod}:9090"}`,
    600,
  );
/** A replica whose `instance` is its node, which has others too. */
const onNode = (family: string, pod: number, value: number): Line =>
  steady(`${family}instance="node-1",pod="shop-${pod}"}`, value);
const upOnNode = 'sidewarden_check_up{check="database",type="postgres",';
const startedOnNode = 'sidewarden_process_start_time_seconds{';
const passedOnNode = 'sidewarden_check_last_success_timestamp_seconds{check="database",type="postgres",';
/** Another page is out. */
const firing = (alertname: string, check = 'cache'): Line =>
  steady(`ALERTS{alertname="${alertname}",alertstate="firing",severity="critical",check="${check}"}`, 1);
const lookAtHealth = "On a pod, `sidewarden healthcheck '/health?verbose'` says the class and phase of the failure.";
/** Minutes since 1970 at which a certificate ends, so that it has so many seconds left at the change. */
const ends = (check: string, secondsLeft: number, changeMinute = 30): Line =>
  steady(
    `sidewarden_expiry_timestamp_seconds{check="${check}",what="server_certificate",instance="shop-1:9090"}`,
    changeMinute * 60 + secondsLeft,
  );

export const cases: readonly Case[] = [
  {
    alert: 'DependencyDown',
    lines: [
      ...[info('database', true), info('orders', true), info('app', true)],
      ...nine('database', 5, 4),
      ...both('orders', 1, 1),
      ...both('app', 1, 1),
      // A replica that starts changes nothing for the others.
      ...young(9, 10),
    ],
    quiet: 10,
    fires: database,
    says: `The check database (postgres) is healthy on 44.44% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'another page tells why',
    lines: [
      ...[info('database', true), ...both('database', 1, 0), onlyIn('loud', firing('KmsKeyDisabled', 'database'))],
      // Another check passes all the time, though a page of its server is out.
      ...[...both('orders', 1, 1), firing('RedisPersistenceFailing', 'orders')],
    ],
    quiet: 12,
    delay: 12,
  },
  {
    alert: 'DependencyDown',
    shows: 'that page was out before, and the check took no notice',
    lines: [
      ...[info('database', true), ...both('database', 1, 0)],
      ...[firing('RedisPersistenceFailing', 'database'), firing('KmsKeyDisabled', 'orders')],
    ],
    quiet: 11,
    fires: database,
    says: `The check database (postgres) is healthy on 0% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'that page was out before, and most replicas took no notice',
    lines: [info('database', true), ...nine('database', 5, 4), firing('RedisPersistenceFailing', 'database')],
    quiet: 12,
    fires: database,
    says: `The check database (postgres) is healthy on 44.44% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'that page was out before, and most replicas took notice',
    lines: [info('database', true), ...nine('database', 4, 4), firing('RedisPersistenceFailing', 'database')],
    quiet: 20,
  },
  {
    alert: 'DependencyDown',
    shows: 'it was out for a few minutes before',
    lines: [info('database', true), ...both('database', 1, 0), firing('RedisPersistenceFailing', 'database')],
    quiet: 9,
  },
  {
    alert: 'DependencyDown',
    shows: 'a replica that starts does not count until it has passed, or for five minutes',
    lines: [
      ...[info('database', true), ...both('database', 1, 1), ...[3, 4, 5].flatMap((pod) => young(pod, 10))],
      // What another replica or another check has passed is not meant.
      ...[passed('database', 1), ...[3, 4, 5].map((pod) => passed('orders', pod))],
    ],
    quiet: 10,
    calm: 1,
  },
  {
    alert: 'DependencyDown',
    shows: 'replicas that started and never passed',
    lines: [info('database', true), ...both('database', 1, 1), ...[3, 4, 5].flatMap((pod) => young(pod, 10))],
    quiet: 10,
    delay: 5,
    calm: 'never',
    fires: database,
    says: `The check database (postgres) is healthy on 40% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'replicas that started and passed once',
    lines: [
      ...[info('database', true), ...both('database', 1, 1)],
      ...[3, 4, 5].flatMap((pod) => [...young(pod, 10), onlyIn('loud', passed('database', pod))]),
      // Another check has not.
      ...[3, 4, 5].flatMap((pod) => young(pod, 10, 'orders').slice(0, 1)),
    ],
    quiet: 10,
    fires: database,
    says: `The check database (postgres) is healthy on 40% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'a replica that starts on the node of those that are down',
    lines: [
      ...[info('database', true), onNode(upOnNode, 1, 1)],
      ...[2, 3, 4].map((pod) => onlyIn('loud', onNode(upOnNode, pod, 0))),
      ...[1, 2, 3].map((pod) => onNode(startedOnNode, pod, -3600)),
      onNode(startedOnNode, 4, 600),
    ],
    quiet: 10,
    fires: database,
    says: `The check database (postgres) is healthy on 33.33% of the replicas. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyDown',
    shows: 'replicas that start on the node of one that passed',
    lines: [
      ...[info('database', true), onNode(upOnNode, 1, 1), onNode(passedOnNode, 1, 600)],
      ...[2, 3].map((pod) => onlyIn('loud', onNode(upOnNode, pod, 0))),
      ...[2, 3].map((pod) => onNode(startedOnNode, pod, 600)),
    ],
    quiet: 10,
    calm: 1,
  },
  {
    alert: 'DependencyDown',
    quiet: 5,
    shows: 'half of the replicas still have it',
    lines: [info('database', true), up('database', 1, 1, 0), up('database', 2, 1, 1)],
  },
  {
    alert: 'DependencyDown',
    quiet: 5,
    shows: 'neither an optional one nor the service itself',
    lines: [info('cache', false), ...both('cache', 1, 0), info('app', true), ...both('app', 1, 0)],
  },
  {
    alert: 'AppDown',
    lines: [...[info('app', true), ...nine('app', 5, 4)], ...[info('database', true), ...nine('database', 5, 5)]],
    fires: app,
    says: `The check app (postgres) of the service is healthy on 44.44% of the replicas, and no dependency that it needs is down. ${lookAtHealth}`,
  },
  {
    alert: 'AppDown',
    shows: 'the page of a dependency is out',
    lines: [info('app', true), ...both('app', 1, 0), firing('DependencyDown')],
  },
  {
    alert: 'AppDown',
    shows: 'the service can do without it, though not without another one',
    lines: [info('app', false), ...both('app', 1, 0), info('database', true), ...both('database', 1, 1)],
  },
  {
    alert: 'AppDown',
    shows: 'a dependency alone',
    lines: [info('app', true), ...both('app', 1, 1), info('database', true), ...both('database', 1, 0)],
  },
  {
    alert: 'OptionalDependencyDown',
    lines: [
      ...[info('cache', false), ...nine('cache', 5, 4)],
      ...[info('search', false), ...both('search', 1, 1), info('database', true)],
    ],
    fires: [{ check: 'cache', type: 'postgres' }],
    says: `The check cache (postgres) is healthy on 44.44% of the replicas; the service is degraded. ${lookAtHealth}`,
  },
  {
    alert: 'OptionalDependencyDown',
    shows: 'a required one is another alert',
    lines: [info('database', true), ...both('database', 1, 0)],
  },
  {
    alert: 'DependencyPartiallyDown',
    lines: [up('database', 1, 1, 0), up('database', 2, 1, 1), ...both('orders', 1, 1)],
    fires: database,
    says: `The check database (postgres) is healthy on 50% of the replicas. Look at what the others do not share: node, network policy, DNS, credentials. ${lookAtHealth}`,
  },
  {
    alert: 'DependencyPartiallyDown',
    shows: 'one of nine',
    lines: nine('database', 9, 8),
    fires: database,
    says: `The check database (postgres) is healthy on 88.89% of the replicas. Look at what the others do not share: node, network policy, DNS, credentials. ${lookAtHealth}`,
  },
  { alert: 'DependencyPartiallyDown', shows: 'it is down for most', lines: nine('database', 9, 4) },
  {
    alert: 'DependencyFlapping',
    lines: [
      {
        series: 'sidewarden_check_up{check="database",type="postgres",instance="shop-1:9090"}',
        course: { kind: 'turns', quiet: 3, loud: 2 },
      },
      ...both('orders', 1, 1),
    ],
    delay: 8,
    calm: 20,
    fires: database,
    says: 'The check database (postgres) changed 7 times within 15 minutes on one replica. The history in /health/detailed shows which runs fail.',
  },
  {
    alert: 'DependencySlow',
    lines: [
      ...[...slow('database', 0, 6), ...slow('orders', 0, 0), ...slow('rare', 0, 6), ...nine('database', 9, 5)],
      ...both('reports', 0, 0),
      // A little more than 40 runs in 15 minutes, and a little less.
      ...[runs('database', 'passed', 2.9, 2.9), runs('rare', 'passed', 2.5, 2.5)],
      counter(
        'sidewarden_check_runs_total{check="rare",type="postgres",result="passed",instance="shop-2:9090"}',
        2.5,
        2.5,
      ),
    ],
    delay: 12,
    calm: 20,
    fires: database,
    says: 'One in twenty runs of the check database (postgres) takes 583.3ms or longer. The phases in /health/detailed show which step is slow.',
  },
  {
    alert: 'DependencySlow',
    shows: 'it is down, which is told',
    lines: [...slow('database', 0, 50), ...nine('database', 9, 4), runs('database', 'passed', 12, 12)],
    calm: 4,
  },
  {
    alert: 'DependencyProbeErrors',
    lines: [
      ...[runs('database', 'failed', 47, 53), runs('database', 'passed', 953, 947)],
      ...[runs('orders', 'failed', 0, 0), runs('orders', 'passed', 1000, 1000)],
      ...[...both('database', 1, 1), ...both('reports', 0, 0)],
    ],
    delay: 2,
    fires: database,
    says: '5.3% of the runs of the check database (postgres) fail. sidewarden_check_failures_total says the class, /health/detailed the phase.',
  },
  {
    alert: 'DependencyProbeErrors',
    shows: 'it is down on a replica, which is told',
    lines: [...[runs('database', 'failed', 0, 500), runs('database', 'passed', 1000, 500)], ...nine('database', 9, 8)],
  },
  {
    alert: 'DependencyThrottled',
    lines: [
      warning('throttled', 'elasticsearch', 'search', 0, 1),
      warning('throttled', 'elasticsearch', 'logs', 0, 0),
      warning('throttled', 'kms', 'keys', 0, 1),
    ],
    fires: [{ check: 'search', type: 'elasticsearch' }],
    says: 'The check search (elasticsearch) is throttled: nobody knows whether the dependency works. Ask less often, or raise its quota.',
  },
  {
    alert: 'CheckSkipped',
    lines: [warning('skipped', 'elasticsearch', 'search', 0, 1), warning('slow', 'redis', 'cache', 1, 1)],
    fires: [{ check: 'search', type: 'elasticsearch' }],
    says: 'The check search (elasticsearch) leaves out a phase: it is not offered or not permitted, there is no room for a new connection, or one of several nodes is silent. /health/detailed says which, and why.',
  },
  {
    alert: 'TlsCertificateExpiringSoon',
    lines: [ends('database', 14 * 86_400), ends('orders', 60 * 86_400)],
    quiet: 30,
    delay: 1,
    calm: 'never',
    fires: [{ check: 'database', what: 'server_certificate' }],
    says: 'The certificate that the server of the check database shows ends in 13d 22h 59m 0s. Renew it, and look whether the server has taken the new one over.',
  },
  {
    alert: 'TlsCertificateExpiringSoon',
    shows: 'it was renewed',
    lines: [
      gauge(
        'sidewarden_expiry_timestamp_seconds{check="database",what="server_certificate",instance="shop-1:9090"}',
        60 * 86_400,
        13 * 86_400,
      ),
    ],
    quiet: 30,
    fires: [{ check: 'database', what: 'server_certificate' }],
    says: 'The certificate that the server of the check database shows ends in 12d 22h 30m 0s. Renew it, and look whether the server has taken the new one over.',
  },
  {
    alert: 'TlsCertificateExpiringNow',
    lines: [
      ...[ends('database', 3 * 86_400), ends('orders', 60 * 86_400)],
      ...[...nine('database', 5, 5), ...both('reports', 0, 0)],
    ],
    quiet: 30,
    delay: 1,
    calm: 'never',
    fires: [{ check: 'database', what: 'server_certificate' }],
    says: 'The certificate that the server of the check database shows ends in 2d 23h 44m 0s; then connections fail. Renew it now.',
  },
  {
    alert: 'TlsCertificateExpiringNow',
    shows: 'the check has failed by now, and is the page',
    lines: [ends('database', 3600), ...nine('database', 4, 4)],
  },
];
