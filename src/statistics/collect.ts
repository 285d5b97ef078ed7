// One run of a collector: the only place that turns what a collector throws into a value.
import { type FamilyText, renderSamples } from '../core/exposition.ts';
import type { DependencyClass } from '../core/failure.ts';
import type { Sample } from '../core/family.ts';
import type { Redact } from '../core/redact.ts';
import { brief, classify, type Knowing, messageOf, overdue } from '../dependencies/fault.ts';
import {
  type Collector,
  MissingPrivilege,
  notAsked,
  type Source,
  UnreadableAnswer,
} from '../dependencies/statistics.ts';
import { type Timed, withLimits } from '../schedule/limits.ts';

export type Collected =
  | {
      readonly kind: 'collected';
      readonly texts: readonly FamilyText[];
      readonly cut: number;
      /** Whether the server was asked, so that a grant is proven. */
      readonly asked: boolean;
      readonly lacks?: Lack;
    }
  /** `texts`: what could be read all the same; absent for nothing. */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly texts?: readonly FamilyText[] };

export type Lack = { readonly privilege: string; readonly statement: string };

export type Fault = {
  readonly errorClass: DependencyClass;
  readonly message: string;
  /** Nothing came before our own deadline: whatever comes later on this connection is no answer to the next question. */
  readonly hangs: boolean;
};

export type Collectors = Knowing &
  Timed & {
    readonly check: string;
    readonly settings: unknown;
    /** Series of one collector: what is beyond is cut and counted. */
    readonly maxSeries: number;
    readonly redact: Redact;
  };

export async function collect(
  collectors: Collectors,
  collector: Collector,
  source: Source,
  signal: AbortSignal,
): Promise<Collected> {
  const { check, settings } = collectors;
  let cut = 0;
  const rendered = (found: readonly Sample[], lacks?: Lack): Extract<Collected, { kind: 'collected' }> => {
    const kept = found.slice(0, wholeWithin(found, collectors.maxSeries));
    const texts = renderSamples(kept, { check, instance: source.instance });
    // A series that is there twice counts as cut too.
    const beyond = found.length - texts.reduce((sum, { lines }) => sum + lines.length, 0);
    return { kind: 'collected', texts, cut: cut + beyond, asked: found !== notAsked, ...(lacks && { lacks }) };
  };
  try {
    return rendered(
      await withLimits(collectors, signal, (limits) =>
        collector.collect(source as never, settings as never, {
          ...limits,
          cut(count) {
            cut += count;
          },
        }),
      ),
    );
  } catch (error) {
    if (error instanceof UnreadableAnswer && error.samples.length > 0) {
      return { kind: 'failed', fault: faultOf(collectors, error), texts: rendered(error.samples).texts };
    }
    if (!(error instanceof MissingPrivilege)) return { kind: 'failed', fault: faultOf(collectors, error) };
    return rendered(error.samples, { privilege: error.privilege, statement: error.statement });
  }
}

/** How many samples fit so that no histogram or summary is cut in two. */
function wholeWithin(found: readonly Sample[], most: number): number {
  let end = Math.min(most, found.length);
  const isOne = (one?: Sample, other?: Sample): boolean =>
    one?.part !== undefined &&
    other?.part !== undefined &&
    one.family === other.family &&
    one.labels.join('\0') === other.labels.join('\0');
  while (end > 0 && end < found.length && isOne(found[end - 1], found[end])) end -= 1;
  return end;
}

export function faultOf(collectors: Collectors, error: unknown): Fault {
  const { errorClass } = classify(collectors, error);
  const message = brief(messageOf(error, collectors.timeoutMs), collectors.redact);
  return { errorClass, message, hangs: error === overdue };
}
