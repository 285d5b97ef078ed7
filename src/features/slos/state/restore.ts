// From the file back to windows: what was saved, the seconds after it, and what this process has counted before it knew.
import type { Instant } from '../../../core/clock.ts';
import { Windows } from '../windows.ts';
import type { Contents, Record } from './format.ts';
import { elapsedBetween, type Stamp } from './machine.ts';
import { unpack } from './pack.ts';

/** Of what a process has counted itself, so much at a time is taken over: as wide as a bucket. */
const stepMs = 10_000;
const secondMs = 1000;
/** At the most so many steps, however long ago it began. */
const mostSteps = 2000;

/** When the file was written last, on the axis of this process. */
export function writtenAt({ head, records }: Contents, here: Stamp, now: Instant) {
  const last = records.at(-1);
  const stamp: Stamp = {
    boot: head.stamp.boot,
    upMs: head.stamp.upMs + (last?.afterMs ?? 0),
    wallMs: last?.wallMs ?? head.stamp.wallMs,
  };
  const { ms, backMs } = elapsedBetween(stamp, here);
  const at = now - ms;
  return { at, backMs, /** When the windows were. */ windowsAt: at - (last?.afterMs ?? 0) };
}

export type Saved = {
  readonly contents: Contents;
  /** Of the objective in the head. */
  readonly index: number;
  /** Of the windows in the file, on the axis of this process. */
  readonly windowsAt: Instant;
  readonly windowMs: number;
};

/** The windows as they were when the last record was written. @throws for what is not whole */
export async function restore({ contents, index, windowsAt, windowMs }: Saved): Promise<Windows> {
  const bytes = await unpack(contents.windows[index] ?? new Uint8Array());
  const windows = Windows.load(bytes, windowsAt, 0, windowMs);
  for (const { at, good, bad } of seconds(contents.records, index, windowsAt)) {
    const total = windows.total;
    windows.add(at, Math.max(good - total.good, 0), Math.max(bad - total.bad, 0));
  }
  return windows;
}

function* seconds(records: readonly Record[], index: number, from: Instant) {
  for (const { afterMs, entries } of records) {
    const entry = entries.find((one) => one.index === index);
    if (entry !== undefined) yield { at: from + afterMs, good: entry.good, bad: entry.bad };
  }
}

/**
 * Puts what this process has counted into windows that were saved. What the other one had counted at the same time stays;
 * ours of that time is left out.
 * @param savedAt when the other one wrote last
 */
export function goOn(saved: Windows, own: Windows, savedAt: Instant, now: Instant): void {
  const begin = own.since;
  saved.skip((begin ?? now) - secondMs); // the first second of a process is counted, and not the gap before it
  if (begin === undefined) return;
  const from = begin > savedAt ? begin - stepMs : savedAt + stepMs; // its buckets begin before it
  const step = Math.max(stepMs, (now - from) / mostSteps);
  for (let at = from; at < now; at += step) {
    const until = Math.min(at + step, now);
    const { good, bad } = own.between(at, until < now ? until : Number.POSITIVE_INFINITY); // the last one too
    saved.add(until, good, bad);
  }
}
