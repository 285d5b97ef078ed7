// The objectives of the history: one of each kind of indicator.
import { type SloSettings, settings } from '../../../../src/features/slos/settings.ts';
import type { Kind } from './events.ts';

/** Under the name of its indicator, as they are written. */
export const written = {
  ready: { indicator: { ready: true }, objective: 99.9 },
  check: { indicator: { check: 'database' }, objective: 99.9 },
  ratio: {
    indicator: { ratio: { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' } },
    objective: 99.9,
  },
  histogram: { indicator: { histogram: 'http_request_duration_seconds', threshold: 0.2 }, objective: 95 },
  expression: {
    indicator: {
      expression: {
        bad: 'increase(pg_stat_database_xact_rollback[$window])',
        total: 'increase(pg_stat_database_xact_commit[$window]) + increase(pg_stat_database_xact_rollback[$window])',
      },
    },
    objective: 99.5,
  },
} satisfies Readonly<Record<Kind, object>>;

/** As the configuration has them, each under the name of its indicator. */
export const objectives = settings.parse(written);
export function objectiveOf(kind: Kind): SloSettings {
  const found = objectives[kind];
  if (found === undefined) throw new Error(`no objective is called ${kind}`);
  return found;
}
