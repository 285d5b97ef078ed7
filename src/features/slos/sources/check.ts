// Whether a check is healthy: its belief each second, since runs come faster after a failure and slower in a long outage.
import type { Instant } from '../../../core/clock.ts';
import type { House } from '../../define.ts';

/** @returns asked each second: whether the check of this name is healthy; undefined before its first run has ended. */
export const createCheck =
  ({ board }: Pick<House, 'board'>, name: string) =>
  (now: Instant): boolean | undefined => {
    const check = board.entries().find((one) => one.name === name);
    return check?.finishedRun === true ? check.belief(now).status === 'healthy' : undefined;
  };
