// Whether something shows within a bound of the daemon's own: what the machine kept from it is not counted, nor what runs
// cost that it itself calls inconclusive.
import { expect } from 'vitest';
import type { CheckBody, HealthBody, Sidewarden } from '../servers/sidewarden.ts';

/** A safety net, shorter than a test may take. */
const patienceMs = 50_000;

export type BoundOptions = {
  /** Milliseconds from now until it has to show. */
  readonly boundMs: number;
  /** What a run costs at most that says nothing: an interval with its jitter, and a timeout. */
  readonly runMs?: number;
  /** What is awaited is no timeout: those that come are the machine's, on which the servers are late too, and cost a run. */
  readonly timeoutsToo?: boolean;
  /** Is given every answer until then. */
  readonly beside?: (body: HealthBody) => void;
};

/** As `sidewarden_check_detection_bound_seconds` has it. */
export const boundMsOf = async (daemon: Sidewarden, check: string): Promise<number> =>
  ((await daemon.metric('sidewarden_check_detection_bound_seconds', { check })) as number) * 1000;

/** Polls the one check until its body is as wanted. @returns that body */
export async function showsWithin(
  daemon: Sidewarden,
  check: string,
  holds: (body: CheckBody) => boolean,
  { boundMs, runMs = 2000, timeoutsToo = false, beside = () => {} }: BoundOptions,
): Promise<CheckBody> {
  const silent = async (): Promise<number> => {
    const inconclusive = await daemon.metric('sidewarden_check_runs_total', { check, result: 'inconclusive' });
    const timeouts = await daemon.metric('sidewarden_check_failures_total', { check, class: 'timeout' });
    return (inconclusive as number) + (timeoutsToo ? (timeouts as number) : 0);
  };
  const before = await silent();
  let found: CheckBody | undefined;
  const took = await daemon.until((body) => {
    beside(body);
    found = body.checks[check];
    return found !== undefined && holds(found);
  }, patienceMs);
  const excusedMs = took > boundMs ? ((await silent()) - before) * runMs : 0;
  expect(took - excusedMs, `${check}, of which ${excusedMs} ms are excused`).toBeLessThanOrEqual(boundMs);
  return found as CheckBody;
}
