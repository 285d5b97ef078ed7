// A hand-made Attempt, for trying a driver without the daemon's runner.
import type { ProbeWarning } from '../../src/core/check.ts';
import type { Attempt } from '../../src/dependencies/define.ts';

export type TestAttempt<Rung extends string = string> = Attempt<Rung> & {
  /** The rungs begun, in order; the last is the one reached. */
  readonly rungs: Rung[];
  readonly skipped: { readonly rung: Rung; readonly why: string }[];
  readonly warnings: ProbeWarning[];
  /** Aborts the signal, as the deadline does. */
  cancel(): void;
};

/** @param options.timeoutMs 10 s unless given, long enough on a busy machine; the deadline aborts the signal, what it cuts is the test's affair. */
export function makeAttempt<Rung extends string = string>({
  timeoutMs = 10_000,
}: {
  timeoutMs?: number;
} = {}): TestAttempt<Rung> {
  const controller = new AbortController();
  const deadline = performance.now() + timeoutMs;
  setTimeout(() => controller.abort(new Error('deadline')), timeoutMs).unref();
  const rungs: Rung[] = [];
  const skipped: { rung: Rung; why: string }[] = [];
  const warnings: ProbeWarning[] = [];
  return {
    rungs,
    skipped,
    warnings,
    signal: controller.signal,
    cancel: () => controller.abort(new Error('cancelled')),
    remainingMs: () => Math.max(0, deadline - performance.now()),
    async climb(rung, step) {
      controller.signal.throwIfAborted();
      rungs.push(rung);
      return await step();
    },
    async rest(rung, _restMs, step) {
      controller.signal.throwIfAborted();
      rungs.push(rung);
      await step();
    },
    skip(rung, why) {
      skipped.push({ rung, why });
      warnings.push('skipped');
    },
    tell() {},
    warn(warning) {
      warnings.push(warning);
    },
  };
}
