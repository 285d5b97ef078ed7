// Judges every answer against the faults that were in force: pure, instants in milliseconds of one monotonic clock.

/** One fault, filled in as it goes: a fault without `over` is not over. */
export type Fault = {
  /** The check whose dependency it is, or the daemon itself. */
  readonly target: string;
  readonly kind: string;
  /** Whether nothing can pass while it holds; a flood may be borne. */
  readonly certain: boolean;
  /** It was about to be made. */
  readonly begins: number;
  /** From here on it held. */
  holds?: number;
  /** It was about to be lifted. */
  lifted?: number;
  /** The server was ready again. */
  over?: number;
};

export type Answer = {
  readonly asked: number;
  readonly answered: number;
  /** 0 when there was none. */
  readonly code: number;
  /** The status of each check. */
  readonly statuses: Readonly<Record<string, string>>;
  /** The longest that a bare server on this machine took at about the same time, in milliseconds. */
  readonly bareMs: number;
};

export type Promised = 'healthy past the bound' | 'not healthy without a fault' | 'late' | 'wrong code' | 'no answer';
export type Broken = { readonly promise: Promised; readonly at: number; readonly what: string };

export type Terms = {
  /** How long after a fault a check may still be called healthy, in milliseconds: the longer of its bound and expiry. */
  readonly believedMs: Readonly<Record<string, number>>;
  /** How long an answer may take, on top of what the bare server took. */
  readonly answerMs: number;
};

/** The name under which the daemon's own freezes stand among the faults. */
export const itself = 'sidewarden';
/** The longest back-off there is: what a check may wait when its fault is over. */
const longestWaitMs = 60_000;

/** After a sleep the daemon answers first what has piled up meanwhile. */
const wakingMs = 3000;

/** How long after its end a fault excuses: the wait has grown with the fault's own length, then two runs must pass. */
export function recoveryMs(fault: Fault, believedMs: number): number {
  const lastedMs = (fault.over ?? Number.POSITIVE_INFINITY) - fault.begins;
  return believedMs + 1.1 * Math.min(longestWaitMs, lastedMs);
}

/** @param faults all there were until the answer, on any target */
export function judge(answer: Answer, faults: readonly Fault[], terms: Terms): readonly Broken[] {
  const broken: Broken[] = [];
  const say = (promise: Promised, what: string) => broken.push({ promise, at: answer.answered, what });
  const tookMs = answer.answered - answer.asked;
  const asleep = isAsleep(answer, faults);
  if (answer.code === 0 && !asleep) say('no answer', 'a request for /health was not answered');
  if (answer.code === 0) return broken;
  if (tookMs > terms.answerMs + answer.bareMs && !asleep) {
    say('late', `/health took ${tookMs.toFixed(0)} ms; the bare server ${answer.bareMs.toFixed(0)} ms`);
  }
  const statuses = Object.entries(answer.statuses);
  const expected = statuses.every(([, status]) => status === 'healthy') ? 200 : 503;
  if (answer.code !== expected) say('wrong code', `${answer.code} with ${JSON.stringify(answer.statuses)}`);
  for (const [check, status] of statuses) {
    const believedMs = terms.believedMs[check] ?? 0;
    const concerned = faults.filter(({ target }) => target === check || target === itself);
    const proof = concerned.find((fault) => fault.target === check && disproves(fault, answer, believedMs));
    if (status === 'healthy' && proof !== undefined) {
      say('healthy past the bound', `${check}: ${aged(proof, answer)}, and may be believed for ${seconds(believedMs)}`);
    }
    const excused = concerned.some((fault) => excuses(fault, answer, believedMs));
    if (status !== 'healthy' && !excused) say('not healthy without a fault', `${check} is ${status}`);
  }
  return broken;
}

/** Whether the daemon was frozen at some time between question and answer, or had just been. */
export const isAsleep = ({ asked, answered }: Pick<Answer, 'asked' | 'answered'>, faults: readonly Fault[]): boolean =>
  faults.some(
    ({ target, begins, over = Number.POSITIVE_INFINITY }) =>
      target === itself && begins <= answered && asked <= over + wakingMs,
  );

/** The whole answer lay in a time in which the last pass is too old to be believed. */
const disproves = ({ certain, holds, lifted }: Fault, { asked, answered }: Answer, believedMs: number): boolean =>
  certain && holds !== undefined && asked > holds + believedMs && answered < (lifted ?? Number.POSITIVE_INFINITY);

const excuses = (fault: Fault, { asked, answered }: Answer, believedMs: number): boolean =>
  fault.begins <= answered && (fault.over === undefined || asked <= fault.over + recoveryMs(fault, believedMs));

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const aged = ({ kind, holds = 0 }: Fault, { asked }: Answer): string => `${kind} for ${seconds(asked - holds)}`;
