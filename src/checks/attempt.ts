// One run through a probe's phases: which it reached, how long each took, and what rested.
import type { Expiries, ExpiryKind, PhaseRecord, ProbeWarning } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Attempt, Election } from '../dependencies/define.ts';

/** Until when each costly phase of one check rests. Lives as long as the check. */
export type Rests = Map<string, Instant>;

export interface RecordedAttempt extends Attempt {
  readonly phases: readonly PhaseRecord[];
  readonly warnings: readonly ProbeWarning[];
  readonly expiries: Expiries;
  /** Forgets the phases so far: the run begins anew on another session. */
  restart(): void;
}

export type AttemptOptions = {
  readonly signal: AbortSignal;
  readonly deadline: Instant;
  readonly rests: Rests;
  readonly election?: Election | undefined;
  readonly count?: Attempt['count'];
};

export function createAttempt(
  clock: Clock,
  { signal, deadline, rests, election, count }: AttemptOptions,
): RecordedAttempt {
  let phases: PhaseRecord[] = [];
  /** The phase that runs. */
  let open: { readonly place: number; readonly begin: Instant } | undefined;
  const warnings = new Set<ProbeWarning>();
  const expiries = new Map<ExpiryKind, Date>();

  const phase = async <T>(name: string, step: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const begin = clock.now();
    const place = phases.push({ name, ms: 0 }) - 1;
    const records = phases;
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
    phase,
    ...(election && { election }),
    ...(count && { count }),
    remainingMs: () => Math.max(0, deadline - clock.now()),
    async rest(name, restMs, step) {
      const until = rests.get(name);
      if (until !== undefined && clock.now() < until) {
        phases.push({ name, ms: 0, note: 'rested' });
        return;
      }
      rests.delete(name);
      const begin = clock.now();
      await phase(name, step);
      rests.set(name, begin + restMs);
    },
    skip(name, why) {
      const last = phases.at(-1);
      if (last?.name === name) phases.pop();
      phases.push({ name, ms: last?.name === name ? last.ms : 0, note: 'skipped', why });
      warnings.add('skipped');
    },
    tell(name, of) {
      const place = phases.findIndex((phase) => phase.name === name);
      const phase = phases[place];
      if (phase !== undefined) phases[place] = { ...phase, ...of };
    },
    warn: (warning) => void warnings.add(warning),
    expires(kind, when) {
      if (when === undefined) expiries.delete(kind);
      else expiries.set(kind, when);
    },
    get phases() {
      const hanging = open === undefined ? undefined : phases[open.place];
      if (open === undefined || hanging === undefined) return phases;
      return phases.with(open.place, { ...hanging, ms: clock.now() - open.begin });
    },
    get warnings() {
      return [...warnings];
    },
    get expiries() {
      return Object.fromEntries(expiries);
    },
    restart() {
      phases = [];
      open = undefined;
      warnings.clear();
      expiries.clear();
    },
  };
}
