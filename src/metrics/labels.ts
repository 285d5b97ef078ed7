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

/** What came of a request. */
export const requestResults = ({ classes }: DeclaredCheck): readonly string[] => ['ok', ...classes];
