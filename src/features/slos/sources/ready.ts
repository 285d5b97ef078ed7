// Whether this process is ready, as /health/ready answers.
import type { Instant } from '../../../core/clock.ts';
import { report } from '../../../core/report.ts';
import type { House } from '../../define.ts';

/** A pod that has just begun gets no traffic yet; one that is not ready by then has failed. */
const beginMs = 300_000;

/** What is known of the process: a reload does not change it. */
export type Readiness = {
  readonly begun: Instant;
  /** It was ready at least once. */
  reached: boolean;
};

/** @returns asked each second: whether it is ready; undefined where that says nothing of the service. */
export const createReady =
  ({ board, draining }: Pick<House, 'board' | 'draining'>, readiness: Readiness) =>
  (now: Instant): boolean | undefined => {
    const { ok, why } = report('ready', board.entries(), { now, draining: draining() });
    if (draining() || why?.reason === 'starting') return undefined;
    if (ok) readiness.reached = true;
    return ok || readiness.reached || now - readiness.begun >= beginMs ? ok : undefined;
  };
