// One run of one check: the only place that turns what a probe throws into a value.
import type { CheckResult, PhaseRecord } from '../core/check.ts';
import { type Clock, setDeadline } from '../core/clock.ts';
import type { ErrorClass } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { Attempt, Definition, Driver, Election, Session } from '../dependencies/define.ts';
import { brief, classify, overdue } from '../dependencies/fault.ts';
import type { Lane } from '../schedule/lane.ts';
import { createAttempt, type RecordedAttempt, type Rests } from './attempt.ts';
import { type Found, judge, type Verdict } from './judge.ts';
import { watchLateness } from './lateness.ts';

/** What a check keeps between its runs. */
export type Running = {
  readonly definition: Pick<Definition, 'phases' | 'classes' | 'keeps'>;
  readonly driver: Driver<unknown, string, Session>;
  readonly settings: unknown;
  readonly lane: Lane<Session>;
  readonly rests: Rests;
  readonly election?: Election | undefined;
  /** Where the requests of its runs are counted. */
  readonly count?: Attempt['count'];
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly redact: Redact;
};

/**
 * Probes once, within the timeout; whatever hangs at the deadline is cut.
 * @param signal the daemon stops: the run ends at once.
 * @returns undefined when it was stopped; otherwise what it found.
 */
export async function runCheck(running: Running, signal: AbortSignal): Promise<CheckResult | undefined> {
  const { clock, lane, timeoutMs, definition } = running;
  const at = clock.now();
  const time = clock.wall();
  const deadline = new AbortController();
  const attempt = createAttempt(clock, { ...running, signal: deadline.signal, deadline: at + timeoutMs });
  const lateness = watchLateness(clock, timeoutMs);
  const verdict = await untilDeadline(probeOnce(running, attempt), running, signal);
  deadline.abort();
  lateness.stop();
  const lateMs = lateness.lateMs();
  const end = clock.now();
  const found = signal.aborted ? undefined : judge(running, attempt.phases, verdict, lateMs);
  if (found === undefined || cutsAfter(found, definition.keeps)) lane.cut();
  if (found === undefined) return undefined;
  const phases = ('phases' in found ? found.phases : attempt.phases).map((phase) => briefPhase(phase, running.redact));
  const { warnings, expiries } = attempt;
  return { at, end, time, durationMs: end - at, lateMs, warnings, expiries, ...found, phases };
}

/** A server's own words are in these strings as they are in a message. */
function briefPhase({ at, why, ...phase }: PhaseRecord, redact: Redact): PhaseRecord {
  return { ...phase, ...(at && { at: brief(at, redact) }), ...(why && { why: brief(why, redact) }) };
}

/** On the session at hand, or first on its successor when it is old: a whole new log-in sees what an old one hides. */
async function probeOnce(running: Running, attempt: RecordedAttempt): Promise<void> {
  const { lane, driver, settings } = running;
  if (!lane.aged) return driver.probe(lane.session(), settings, attempt);
  try {
    await driver.probe(lane.successor(), settings, attempt);
    attempt.signal.throwIfAborted(); // too late: the lane is the next run's
    lane.adopt();
  } catch (error) {
    if (attempt.signal.aborted) throw error;
    // No room for a second connection beside ours says nothing about the dependency: ours goes on.
    if (classify(running, error).errorClass !== 'capacity') {
      lane.cut();
      throw error;
    }
    lane.postpone();
    attempt.restart();
    attempt.warn('skipped');
    await driver.probe(lane.session(), settings, attempt);
  }
}

/** Settles as the probe does, or at the deadline, or when the daemon stops. A late loop first reads what has arrived. */
async function untilDeadline(probe: Promise<void>, { timeoutMs }: Running, signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve) => {
    const settle = (verdict: Verdict): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onOverdue);
      resolve(verdict);
    };
    const onOverdue = (): void => settle({ kind: 'threw', error: overdue });
    const timer = setDeadline(onOverdue, timeoutMs);
    signal.addEventListener('abort', onOverdue);
    if (signal.aborted) onOverdue();
    probe.then(
      () => settle({ kind: 'passed' }),
      (error: unknown) => settle({ kind: 'threw', error }),
    );
  });
}

/** Answers of a server that is there: the connection they came on is as good as before. */
const answers: readonly ErrorClass[] = ['permission', 'throttled', 'misconfig', 'server'];

/**
 * Whether nothing of this run may be used again: what hung must not answer the next run, a wrong role may mean that the
 * name has moved, and some types keep nothing.
 */
function cutsAfter(found: Found, keeps: Definition['keeps']): boolean {
  return keeps === 'nothing' || (found.kind !== 'passed' && !answers.includes(found.errorClass));
}
