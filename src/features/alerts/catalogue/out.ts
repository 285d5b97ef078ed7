// Pages that are out. One cause is one page: what follows from it stands back while the page that tells of it fires. A level, such
// as `pg_up`, would not do: one that goes up and down would hold everything back, and be told by nobody.
import type { Facts } from '../../generate.ts';
import { type Bad, pagingOn } from './slo-objectives.ts';

/** Why a server is of no use to the service, though it answers. */
const servers = [
  'ElasticsearchClusterRed',
  'ElasticsearchDiskFloodStage',
  'KmsKeyDisabled',
  'KmsKeyPendingDeletion',
  'PostgresCommitsWaitForStandby',
  'PostgresConnectionsExhausted',
  'RedisClusterSlotsDown',
  'RedisConnectionsRejected',
  'RedisOutOfMemory',
  'RedisPersistenceFailing',
];
const dependencies = ['DependencyDown'];
const checks = [...dependencies, 'AppDown'];

/** Alerts by their names of the catalogue that fire, as long as they are pages. */
const firing = (names: readonly string[]): string =>
  `ALERTS{alertname=~"$prefix(${names.join('|')})", alertstate="firing", severity="critical"}`;

/** Who reads the statistics of the server gets no answer. @param up the family that says so, such as `pg_up` */
export const unanswered = (up: string): string => `on (check) (max by (check) (${up}{}) == 0)`;

/** One of these pages is out. */
export const paged = (...names: readonly string[]): string => `on () ${firing(names)}`;

/** A dependency that the service needs is down. */
export const dependencyIsOut = paged(...dependencies);
/** The service, or a dependency that it needs, is down. */
export const checkIsOut = paged(...checks);
/** Something that the service needs is down or of no use: what the service says of itself follows from it. */
export const causeIsOut = paged(...checks, ...servers);

const tellingOfService = firing([
  ...[...checks, ...servers, 'ServiceNotReady'],
  ...['AppDbPoolWaiting', 'AppErrorRateCritical', 'AppQueryErrorsCritical'],
]);
/**
 * The same, and what the service itself pages of: an objective that burns meanwhile says nothing new. A page that was out six hours
 * ago already explains nothing: a key that is deleted in 30 days would hold every page on objectives back until then.
 */
export const serviceIsPaged = `on () (${tellingOfService} unless ${tellingOfService} offset 6h)`;

/** These pages on burning budgets are out. @param slos names of objectives; of any unless said */
export const budgetPageIsOut = (names: string, slos: readonly string[] = []): string =>
  `ALERTS{alertname=~"$prefix(${names})", alertstate="firing", severity="critical"${slos.length === 0 ? '' : `, slo=~"${slos.join('|')}"`}}`;

/** A page is out on the budget of an objective that counts this metric of the catalogue of the app, and means the same by bad. */
export const budgetOf =
  (metric: string, bad: Bad) =>
  (facts: Facts): string | undefined => {
    const slos = pagingOn(metric, bad, facts);
    return slos.length === 0 ? undefined : `on () ${budgetPageIsOut('SloBurnsFast|SloBurnsSteadily', slos)}`;
  };

/** How many minutes of the last hours a server was of no use while its check passed all the same. */
export const uselessYetUp = {
  record: 'check:sidewarden_useless_yet_up:count6h',
  expr: `sum by (check) (count_over_time((${firing(servers)} and on (check) (check:sidewarden_check_up:avg{} >= 0.5))[6h:1m]))`,
};
/**
 * The check is down, and the page that tells why is out. A page of which the check took no notice for ten minutes does not
 * tell why.
 */
export const isExplained = `on (check) (${firing(servers)} unless on (check) (${uselessYetUp.record}{} > 10))`;
