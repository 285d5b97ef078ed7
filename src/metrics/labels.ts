// Which values the labels of a check's series have: what can occur in it, at the detail that is configured.
import { type ProbeWarning, type Status, statuses, type Warning, warnings } from '../core/check.ts';
import { type StatisticsMode, statisticsModes } from '../core/collecting.ts';
import type { Detail } from '../core/detail.ts';
import type { ErrorClass } from '../core/failure.ts';

/** What a type declares of its checks. */
export type DeclaredCheck = {
  readonly classes: readonly ErrorClass[];
  /** What its probe can warn of. */
  readonly warnings?: readonly ProbeWarning[] | undefined;
};

const ofEveryCheck: readonly Warning[] = ['intermittent', 'flapping', 'slow'];

/** The warnings that a check can have. */
export const warningsOf = ({ classes, warnings: own = [] }: DeclaredCheck): readonly Warning[] =>
  warnings.filter(
    (warning) =>
      ofEveryCheck.includes(warning) ||
      own.some((one) => one === warning) ||
      (warning === 'throttled' && classes.includes('throttled')),
  );

/** The states that have a series: healthy follows from `sidewarden_check_up`. */
export const statesOf = (detail: Detail): readonly Status[] =>
  statuses.filter((status) => detail === 'full' || status !== 'healthy');

/** The modes that have a series while one of them is in force. */
export const modesOf = (detail: Detail, inForce: StatisticsMode): readonly StatisticsMode[] =>
  detail === 'full' ? statisticsModes : [inForce];

/** What came of requests of this operation, as far as it is counted from the start. */
export function requestResults(
  { classes, requests }: Pick<DeclaredCheck, 'classes'> & { readonly requests?: RequestsOf | undefined },
  operation: string,
): readonly string[] {
  const later = requests?.follows?.includes(operation) ? ofConnecting : [];
  return ['ok', ...classes.filter((one) => !later.includes(one))];
}

type RequestsOf = { readonly follows?: readonly string[] };
/** They end the request before it. */
const ofConnecting: readonly ErrorClass[] = ['dns', 'refused', 'tls', 'auth'];
