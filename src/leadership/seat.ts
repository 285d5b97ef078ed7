// One place of election, alive: the connection that holds the lead, the beat that proves it, and the lease that follows.
import type { Clock, Instant } from '../core/clock.ts';
import type { DependencyClass } from '../core/failure.ts';
import type { Lease } from '../core/lease.ts';
import type { LeaseTimes } from '../core/lease-times.ts';
import type { Log } from '../core/log.ts';
import type { Reader } from '../dependencies/statistics.ts';
import type { Job } from '../schedule/job.ts';
import { withLimits } from '../schedule/limits.ts';
import { createRetry } from '../schedule/retry.ts';
import { createCandidate } from './candidate.ts';
import { createHold, type Moment, momentOf } from './hold.ts';
import { createListeners } from './listeners.ts';
import { reads } from './place.ts';

/** A server needs a moment to see that a connection is closed, and to free the lead that it held. */
const settleMs = 250;

export type SeatOptions = {
  readonly place: string;
  readonly key: bigint;
  readonly clock: Clock;
  readonly times: LeaseTimes;
  readonly random: () => number;
  readonly log: Log;
  /** A connection to the place, made without I/O. */
  open(): Reader;
  classOf(error: unknown): DependencyClass;
  nudge(job: Job): void;
  /** Something that those who follow the place go by may have changed. */
  changed(): void;
  /** The place could not be reached, and this replica answers for it. */
  unreachable(error: unknown): void;
};

export interface Seat {
  readonly job: Job;
  readonly lease: Lease;
  readonly key: bigint;
  /** Whether this replica tells when the place cannot be reached. */
  answers(): boolean;
  /** What a probe saw: whether anybody holds the lead. */
  seen(held: boolean): void;
  /** From now on it connects by this; a lead that it holds it lets go, and asks for it again. */
  aim(open: () => Reader): void;
  /** Gives the lead up. */
  close(): void;
}

export function createSeat(options: SeatOptions): Seat {
  const { clock, place, key, times } = options;
  let { open } = options;
  let reader: Reader | undefined;
  let asked: Moment = { at: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY };
  let proving = false;
  let closed = false;
  const retry = createRetry(times.beatMs, clock.now());
  const listeners = createListeners();
  let told = { standing: 'follows', held: false };

  /** To those who work under the lease, when something of it has changed. */
  const tell = (): void => {
    const { standing, held } = lease;
    if (standing === told.standing && held === told.held) return;
    told = { standing, held };
    listeners.tell();
  };
  const hold = createHold({ clock, times, changed: () => tell() });
  const candidate = createCandidate({
    ...options,
    check: place,
    changed() {
      if (closed) return; // by a probe that was on its way
      tell();
      options.changed();
      options.nudge(job);
    },
    elsewhere: () => letGo(),
  });
  const drop = (): void => {
    const gone = reader;
    reader = undefined;
    gone?.destroy();
  };
  /** First nobody may write any more, then the others are told. */
  const broke = (error: unknown): void => {
    drop();
    hold.lost();
    retry.broke(options.classOf(error), clock.now());
    candidate.broke();
    if (candidate.answers()) options.unreachable(error);
  };
  /** What it holds, it holds at the wrong place: it connects anew and asks there. */
  const letGo = (): void => {
    if (reader === undefined) return;
    hold.lost();
    drop();
    candidate.broke();
  };
  const connected = (): Reader => {
    if (reader !== undefined && !reader.closed) return reader;
    const opened = open();
    opened.onEnd?.(() => {
      if (reader !== opened) return;
      hold.lost();
      if (!proving) broke(closedByServer()); // else the proof fails by it
    });
    reader = opened;
    return opened;
  };
  const prove = async (signal: AbortSignal): Promise<void> => {
    if (candidate.state.standing === 'lost') await sleep(settleMs);
    signal.throwIfAborted();
    const asker = connected();
    const answer = await withLimits({ clock, timeoutMs: times.proofMs }, signal, async (limits) => {
      await asker.open(limits);
      if (asker.elect === undefined) throw new Error('a type that elects has a reader that does');
      asked = momentOf(clock);
      return asker.elect(key, limits);
    });
    if (asker.closed) throw closedByServer();
    retry.fixed();
    if (answer.kind !== 'leads') {
      hold.lost();
      drop(); // who follows holds no connection
    }
    candidate.asked(answer);
    if (answer.kind === 'leads') hold.proven(asked);
  };

  const nextProof = (): Instant => {
    if (closed) return Number.POSITIVE_INFINITY;
    if (candidate.state.standing === 'leads') return asked.at + times.beatMs;
    return reads(candidate.state) ? retry.notBefore : Math.max(retry.notBefore, candidate.askFrom());
  };
  const job: Job = {
    name: `leadership at ${place}`,
    class: 'reading',
    next: nextProof,
    async run(signal) {
      if (nextProof() === Number.POSITIVE_INFINITY) return;
      proving = true;
      try {
        await prove(signal);
      } catch (error) {
        if (!signal.aborted && !closed) broke(error);
        else {
          hold.lost();
          drop();
        }
      } finally {
        proving = false;
      }
    },
  };
  const lease: Lease = {
    place,
    get standing() {
      return candidate.state.standing;
    },
    get speaks() {
      return reads(candidate.state);
    },
    get held() {
      return hold.held;
    },
    get signal() {
      return hold.signal;
    },
    get toldUntil() {
      return candidate.toldUntil;
    },
    onChange: listeners.add,
  };
  return {
    job,
    lease,
    key,
    answers: candidate.answers,
    seen: candidate.seen,
    aim(next) {
      open = next;
      letGo();
    },
    close() {
      closed = true;
      hold.lost();
      drop();
    },
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const closedByServer = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
