// What a run's end means: an error becomes a class, a phase and a message here, and nowhere else.
import type { PhaseRecord } from '../core/check.ts';
import { type DependencyClass, isOwnExhaustion } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { Definition } from '../dependencies/define.ts';
import { brief, classify, type Knowing, messageOf, overdue } from '../dependencies/fault.ts';

export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'threw'; readonly error: unknown };

export type Found =
  | { kind: 'passed' }
  | { kind: 'failed'; errorClass: DependencyClass; message: string; phases: readonly PhaseRecord[] }
  | { kind: 'inconclusive'; errorClass: 'throttled' | 'self'; message: string; phases: readonly PhaseRecord[] };

/** What the judge must know of a check. */
export type Judged = Knowing & {
  readonly definition: Pick<Definition, 'phases' | 'classes'>;
  readonly timeoutMs: number;
  readonly redact: Redact;
};

/** Our loop late by more than this share of the timeout: then a timeout says nothing about the dependency. */
const selfShare = 0.25;

/** @param lateMs how late our own event loop was during the run. */
export function judge(judged: Judged, ran: readonly PhaseRecord[], verdict: Verdict, lateMs: number): Found {
  if (verdict.kind === 'passed') return verdict;
  const { error } = verdict;
  const { errorClass, phase } = classify(judged, error);
  const phases = endingAt(ran, phase ?? ran.at(-1)?.name ?? (judged.definition.phases[0] as string));
  const message = brief(messageOf(error, judged.timeoutMs), judged.redact);
  if (isOwnExhaustion(error)) return { kind: 'inconclusive', errorClass: 'self', message, phases };
  if (isTimeout(errorClass, error) && lateMs > judged.timeoutMs * selfShare) {
    const late = `own event loop was ${Math.round(lateMs)} ms late`;
    return { kind: 'inconclusive', errorClass: 'self', message: late, phases };
  }
  return errorClass === 'throttled'
    ? { kind: 'inconclusive', errorClass, message, phases }
    : { kind: 'failed', errorClass, message, phases };
}

/** A resolver that did not answer in time is a timeout too, though its class is `dns`. */
function isTimeout(errorClass: DependencyClass, error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause;
  return error === overdue || errorClass === 'timeout' || (errorClass === 'dns' && cause?.code === 'ETIMEOUT');
}

/** The phases as far as the one that failed; one call can cover two, and only its error tells which. */
function endingAt(phases: readonly PhaseRecord[], name: string): readonly PhaseRecord[] {
  const place = phases.findIndex((phase) => phase.name === name);
  return place < 0 ? [...phases, { name, ms: 0 }] : phases.slice(0, place + 1);
}
