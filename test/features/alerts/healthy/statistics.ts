// Statistics that one replica reads, and what the replicas say of it.
import { counter, type Line, steady } from '../case.ts';

const ups = {
  database: 'pg_up',
  sessions: 'redis_up',
  search: 'elasticsearch_clusterinfo_up',
  keys: 'sidewarden_kms_up',
} as const;

export const lines: readonly Line[] = Object.entries(ups).flatMap(([check, up]) => [
  steady(`${up}{check="${check}",instance="${check}:1"}`, 1),
  // The one that reads has 1, the other 0: the fixture says which is which.
  steady(`sidewarden_statistics_leader{check="${check}"}`, 1),
  steady(`sidewarden_statistics_mode{check="${check}",mode="leader"}`, 1),
  steady(`sidewarden_collector_up{check="${check}",collector="first"}`, 1),
  counter(`sidewarden_collector_cut_total{check="${check}",collector="first"}`, 0, 0),
  steady(`sidewarden_statistics_privilege{check="${check}",collector="first",privilege="pg_monitor"}`, 1),
]);
