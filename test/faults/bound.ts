// Whether a fault shows within the bound that the daemon exports: the one place of this room where that is judged.
import { expect } from 'vitest';
import type { HealthBody, Sidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';

export type Bound = {
  /**
   * From now on the fault is in force. Within the bound /health says so: 503, `degraded`, this check `unhealthy`, of one
   * of these classes. What postpones `unhealthy` is a run that the daemon itself calls inconclusive, and what the kernel
   * lets it wait for a core, by as much as they cost; it is not healthy within the bound all the same.
   */
  seen(classes: string | readonly string[], options?: SeenOptions): Promise<void>;
  /** From now on nothing is wrong any more: within the bound /health is 200, postponed by the same alone. */
  past(): Promise<void>;
};

export type SeenOptions = {
  /** Is given every answer until then. */
  readonly beside?: (body: HealthBody) => void;
  /** It may be unhealthy with other classes first. */
  readonly otherwiseFirst?: boolean;
};

export type BoundOptions = {
  /** What is added to the bound, in milliseconds: until then a fault is hidden by what the check holds. */
  readonly moreMs?: number;
};

/** The bound of these tests' checks is so many runs long, of which one that says nothing costs one more. */
const runs = 3;
/** The daemon must have waited for a core for so long at least, so that a run of these tests says nothing. */
const silencingMs = 100;

/** To be called before the fault. */
export async function boundOf(daemon: Sidewarden, check: string, { moreMs = 0 }: BoundOptions = {}): Promise<Bound> {
  const inconclusive = async (): Promise<number> =>
    (await daemon.metric('sidewarden_check_runs_total', { check, result: 'inconclusive' })) as number;
  const seconds = (await daemon.metric('sidewarden_check_detection_bound_seconds', { check })) as number;
  const boundMs = moreMs + seconds * 1000;
  const runMs = (seconds * 1000) / runs;
  const before = await inconclusive();

  /** Asks until it holds; no answer may be otherwise that was asked for after the bound and what is excused. */
  const within = async (holds: (body: HealthBody, code: number, late: boolean) => boolean): Promise<void> => {
    const waited = waitedSince(daemon);
    const begin = performance.now();
    for (;;) {
      const askedMs = performance.now() - begin;
      const { code, body } = await daemon.get('/health');
      const late = askedMs > boundMs;
      if (holds(body, code, late)) return;
      if (late) {
        const waitedMs = waited();
        const silent = Math.min((await inconclusive()) - before, Math.floor(waitedMs / silencingMs));
        const excusedMs = silent * runMs + waitedMs;
        const said = `${check} after ${askedMs} ms, of which ${excusedMs} ms are excused: ${code} ${JSON.stringify(body)}`;
        expect(askedMs - excusedMs, said).toBeLessThanOrEqual(boundMs);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    seen: (wanted, { beside = () => {}, otherwiseFirst = false } = {}) =>
      within((body, code, late) => {
        beside(body);
        const { status, error = '' } = body.checks[check] ?? {};
        const shows = status === 'unhealthy' && [wanted].flat().includes(error);
        const said = `${check}: ${code} ${JSON.stringify(body)}`;
        if (status === 'unhealthy' && !otherwiseFirst) expect(shows, said).toBe(true);
        if (late) expect(status, said).not.toBe('healthy');
        if (late || shows) expect([code, body.status], said).toEqual([503, 'degraded']);
        return shows;
      }),
    past: () => within((_, code) => code === 200),
  };
}
