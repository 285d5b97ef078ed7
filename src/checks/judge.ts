// What a run's end means: an error becomes a class, a rung and a message here, and nowhere else.
import type { RungRecord } from '../core/check.ts';
import { type DependencyClass, isOwnExhaustion } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { Definition } from '../dependencies/define.ts';
import { brief, classify, type Knowing, messageOf, overdue } from '../dependencies/fault.ts';

export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'threw'; readonly error: unknown };

export type Found =
  | { kind: 'passed' }
  | { kind: 'failed'; errorClass: DependencyClass; message: string; rungs: readonly RungRecord[] }
  | { kind: 'inconclusive'; errorClass: 'throttled' | 'self'; message: string; rungs: readonly RungRecord[] };

/** What the judge must know of a check. */
export type Judged = Knowing & {
  readonly definition: Pick<Definition, 'rungs' | 'classes'>;
  readonly timeoutMs: number;
  readonly redact: Redact;
};

/** Our loop late by more than this share of the timeout: then a timeout says nothing about the dependency. */
const selfShare = 0.25;

/** @param lateMs how late our own event loop was during the run. */
export function judge(judged: Judged, climbed: readonly RungRecord[], verdict: Verdict, lateMs: number): Found {
  if (verdict.kind === 'passed') return verdict;
  const { error } = verdict;
  const { errorClass, rung } = classify(judged, error);
  const rungs = endingAt(climbed, rung ?? climbed.at(-1)?.name ?? (judged.definition.rungs[0] as string));
  const message = brief(messageOf(error, judged.timeoutMs), judged.redact);
  if (isOwnExhaustion(error)) return { kind: 'inconclusive', errorClass: 'self', message, rungs };
  if (isTimeout(errorClass, error) && lateMs > judged.timeoutMs * selfShare) {
    const late = `own event loop was ${Math.round(lateMs)} ms late`;
    return { kind: 'inconclusive', errorClass: 'self', message: late, rungs };
  }
  return errorClass === 'throttled'
    ? { kind: 'inconclusive', errorClass, message, rungs }
    : { kind: 'failed', errorClass, message, rungs };
}

/** A resolver that did not answer in time is a timeout too, though its class is `dns`. */
function isTimeout(errorClass: DependencyClass, error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause;
  return error === overdue || errorClass === 'timeout' || (errorClass === 'dns' && cause?.code === 'ETIMEOUT');
}

/** The rungs as far as the one that failed; one call can cover two, and only its error tells which. */
function endingAt(rungs: readonly RungRecord[], name: string): readonly RungRecord[] {
  const place = rungs.findIndex((rung) => rung.name === name);
  return place < 0 ? [...rungs, { name, ms: 0 }] : rungs.slice(0, place + 1);
}
