// The families of the objectives: what is counted here, and what it says of each objective. They are this pod's.
import type { OwnFamily } from '../../core/own-family.ts';
import type { BurnWindow } from './budget.ts';

const family = (
  name: string,
  type: OwnFamily['type'],
  labels: readonly string[],
  help: string,
  why: string,
): OwnFamily => ({ name: `sidewarden_slo_${name}`, type, labels, help, detail: 'default', for: why });

/** What an event can be. */
export const results = ['good', 'bad'] as const;

/** Windows over which burn is a gauge: those of the alert that is the fastest, and the long ones of the others. */
export const burnGauges = ['5m', '1h', '6h', '1d', '3d'] as const satisfies readonly BurnWindow[];

export const families = {
  events: family(
    'events_total',
    'counter',
    ['slo', 'result'],
    'Events that this process counted, good and bad.',
    'alerts',
  ),
  objective: family('objective_ratio', 'gauge', ['slo'], 'The share of events that are to be good.', 'alerts'),
  compliance: family(
    'compliance_ratio',
    'gauge',
    ['slo'],
    'The share of good events in the window, of those that this pod counted.',
    'dashboards',
  ),
  budget: family(
    'error_budget_remaining_ratio',
    'gauge',
    ['slo'],
    'What is left of the error budget, of the events that this pod counted; below 0 it is overspent.',
    'dashboards',
  ),
  burn: family(
    'burn_rate',
    'gauge',
    ['slo', 'window'],
    'How many times faster than it may the error budget is spent, by the events that this pod counted.',
    'dashboards',
  ),
  since: family(
    'since_timestamp_seconds',
    'gauge',
    ['slo'],
    'When the first event was that this pod knows of.',
    'dashboards',
  ),
} as const;

/** One series, where counts are kept for a restart. */
export const stateUp = family(
  'state_up',
  'gauge',
  [],
  'Whether what was counted is saved in the folder for state, so that a restart goes on with it.',
  'alerts',
);

/** Series of an objective. */
const perObjective = Object.values(families).length + results.length - 1 + burnGauges.length - 1;

/** How many series a pod has with so many objectives. */
export const seriesOf = (objectives: number): number => objectives * perObjective + 1;
