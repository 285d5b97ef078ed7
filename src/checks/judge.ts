// What a run's end means: an error becomes a class, a rung and a message here, and nowhere else.
import type { RungRecord } from '../core/check.ts';
import { classifyTransport, type DependencyClass, isOwnExhaustion } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { Classified, Definition } from '../dependencies/define.ts';

/** The deadline passed, or the daemon stops, before the probe ended. */
export const overdue = Symbol('the deadline passed');

export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'threw'; readonly error: unknown };

export type Found =
  | { kind: 'passed' }
  | { kind: 'failed'; errorClass: DependencyClass; message: string; rungs: readonly RungRecord[] }
  | { kind: 'inconclusive'; errorClass: 'throttled' | 'self'; message: string; rungs: readonly RungRecord[] };

/** What the judge must know of a check. */
export type Judged = {
  readonly definition: Pick<Definition, 'rungs' | 'classes'>;
  readonly driver: { classify(error: unknown): Classified | undefined };
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

/** The type's own word first, then what any system error means; always a class that the type declares. */
export function classify({ driver, definition }: Judged, error: unknown): Classified {
  const { errorClass, rung } = error === overdue ? { errorClass: 'timeout' as const } : known(driver, error);
  const declared = declare(definition.classes, errorClass);
  return rung === undefined ? { errorClass: declared } : { errorClass: declared, rung };
}

function known(driver: Judged['driver'], error: unknown): { errorClass?: DependencyClass; rung?: string } {
  try {
    const found = driver.classify(error);
    if (found !== undefined) return found;
  } catch {
    // A driver that fails over an error must not end the daemon; what the error itself says is still good.
  }
  const errorClass = classifyTransport(error);
  return errorClass === undefined ? {} : { errorClass };
}

/** The class, or the nearest that the type can have: labels are a closed set. */
function declare(classes: readonly DependencyClass[], errorClass: DependencyClass | undefined): DependencyClass {
  const wanted: readonly (DependencyClass | undefined)[] = [errorClass, 'server', 'refused', classes[0]];
  return wanted.find((one) => one !== undefined && classes.includes(one)) ?? 'server';
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

/** Characters of a text, which a server can make as long as it likes. */
const longestMessage = 400;
const longestRead = 16 * 1024;

/** What a server may have written. Cut only after it was redacted: half a secret would not be known as one. */
export function brief(message: string, redact: Redact): string {
  const redacted = redact(message.slice(0, longestRead));
  if (redacted.length > longestMessage) return `${redacted.slice(0, longestMessage)}…`;
  return message.length > longestRead ? 'a message that is too long' : redacted;
}

function messageOf(error: unknown, timeoutMs: number): string {
  if (error === overdue) return `no answer within ${timeoutMs} ms`;
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((part) => messageOf(part, timeoutMs)).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
