// One climb of a probe's rungs: what was reached, how long each took, and what rested.
import type { ProbeWarning, RungRecord } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Attempt, Election } from '../dependencies/define.ts';

/** Until when each dear rung of one check rests. Lives as long as the check. */
export type Rests = Map<string, Instant>;

export interface Climb extends Attempt {
  readonly rungs: readonly RungRecord[];
  readonly warnings: readonly ProbeWarning[];
  /** Forgets what was climbed: the run begins anew on another session. */
  restart(): void;
}

export type ClimbOptions = {
  readonly signal: AbortSignal;
  readonly deadline: Instant;
  readonly rests: Rests;
  readonly election?: Election | undefined;
  readonly count?: Attempt['count'];
};

export function createClimb(clock: Clock, { signal, deadline, rests, election, count }: ClimbOptions): Climb {
  let rungs: RungRecord[] = [];
  /** The rung that is being climbed. */
  let open: { readonly place: number; readonly begin: Instant } | undefined;
  const warnings = new Set<ProbeWarning>();

  const climb = async <T>(name: string, step: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const begin = clock.now();
    const place = rungs.push({ name, ms: 0 }) - 1;
    const records = rungs;
    const opened = { place, begin };
    open = opened;
    try {
      return await step();
    } finally {
      records[place] = { ...records[place], name, ms: clock.now() - begin };
      if (open === opened) open = undefined;
    }
  };
  return {
    signal,
    climb,
    ...(election && { election }),
    ...(count && { count }),
    remainingMs: () => Math.max(0, deadline - clock.now()),
    async rest(name, restMs, step) {
      const until = rests.get(name);
      if (until !== undefined && clock.now() < until) {
        rungs.push({ name, ms: 0, note: 'rested' });
        return;
      }
      rests.delete(name);
      const begin = clock.now();
      await climb(name, step);
      rests.set(name, begin + restMs);
    },
    skip(name, why) {
      const last = rungs.at(-1);
      if (last?.name === name) rungs.pop();
      rungs.push({ name, ms: last?.name === name ? last.ms : 0, note: 'skipped', why });
      warnings.add('skipped');
    },
    tell(name, of) {
      const place = rungs.findIndex((rung) => rung.name === name);
      const rung = rungs[place];
      if (rung !== undefined) rungs[place] = { ...rung, ...of };
    },
    warn: (warning) => void warnings.add(warning),
    get rungs() {
      const hanging = open === undefined ? undefined : rungs[open.place];
      if (open === undefined || hanging === undefined) return rungs;
      return rungs.with(open.place, { ...hanging, ms: clock.now() - open.begin });
    },
    get warnings() {
      return [...warnings];
    },
    restart() {
      rungs = [];
      open = undefined;
      warnings.clear();
    },
  };
}
