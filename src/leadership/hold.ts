// The hold of a lease: from proof to proof, by two clocks. Each begins when no other replica can believe in a proof any more.
import type { Clock, Instant } from '../core/clock.ts';
import { type LeaseTimes, provenMs } from '../core/lease-times.ts';

/** The same moment by both clocks: a paused machine may stop the monotonic one. */
export type Moment = { readonly at: Instant; readonly wallMs: number };

export const momentOf = (clock: Clock): Moment => ({ at: clock.now(), wallMs: clock.wall().getTime() });

export interface Hold {
  /** Decided now: a hold whose last proof is too old ends by this question. */
  readonly held: boolean;
  readonly signal: AbortSignal;
  /** The place said that this replica leads, when it was asked at that moment. */
  proven(asked: Moment): void;
  /** This replica leads no more, or cannot know. */
  lost(): void;
}

export type HoldOptions = {
  readonly clock: Clock;
  readonly times: LeaseTimes;
  /** A hold began or ended. */
  changed(): void;
};

/** A hold looks at the clocks as often, for those who wait for its signal. */
const lookMs = 1000;
/** The clocks of two machines may run apart by so much. */
const drift = 1.01;

export function createHold({ clock, times, changed }: HoldOptions): Hold {
  const countsMs = provenMs(times);
  let leads = false;
  /** The question of the last proof. */
  let proof: Moment | undefined;
  /** Before this instant the one that led before may still believe that it does. */
  let holdFrom: Instant = Number.POSITIVE_INFINITY;
  let hold = new AbortController();
  hold.abort();
  let timer: NodeJS.Timeout | undefined;

  /** How long the last proof still counts, by the clock that says less. */
  const leftMs = (): number => {
    if (proof === undefined) return 0;
    return countsMs - Math.max(clock.now() - proof.at, clock.wall().getTime() - proof.wallMs);
  };
  const isHeld = (): boolean => !hold.signal.aborted;
  const end = (): void => {
    hold.abort();
    changed();
  };
  const look = (): void => {
    const now = clock.now();
    const holds = leads && now >= holdFrom && leftMs() > 0;
    if (isHeld() && !holds) end();
    else if (!isHeld() && holds) {
      hold = new AbortController();
      changed();
    }
    arm();
  };
  const arm = (): void => {
    clearTimeout(timer);
    if (!leads) return;
    if (isHeld()) timer = setTimeout(look, Math.ceil(Math.min(lookMs, Math.max(0, leftMs()))));
    else if (clock.now() < holdFrom) timer = setTimeout(look, Math.ceil(holdFrom - clock.now()));
  };
  const endIfOver = (): void => {
    if (isHeld() && leftMs() <= 0) end();
  };

  return {
    get held() {
      endIfOver();
      return isHeld();
    },
    get signal() {
      endIfOver();
      return hold.signal;
    },
    proven(asked) {
      // Even while a proof of ours still counts: whoever won the lead in between may begin to hold by a proof of its own.
      if (!leads) holdFrom = clock.now() + drift * countsMs;
      leads = true;
      proof = asked;
      look();
    },
    lost() {
      leads = false;
      clearTimeout(timer);
      if (isHeld()) end();
    },
  };
}
