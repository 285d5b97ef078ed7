// A hand-made Attempt, for trying a driver without the daemon's runner.
import type { Expiries, ExpiryKind, ProbeWarning } from '../../src/core/check.ts';
import type { Attempt } from '../../src/dependencies/define.ts';

export type TestAttempt<Phase extends string = string> = Attempt<Phase> & {
  /** The phases begun, in order; the last is the one reached. */
  readonly phases: Phase[];
  readonly skipped: { readonly phase: Phase; readonly why: string }[];
  readonly warnings: ProbeWarning[];
  readonly expiries: Expiries;
  /** Aborts the signal, as the deadline does. */
  cancel(): void;
};

/** @param options.timeoutMs 10 s unless given, long enough on a busy machine; the deadline aborts the signal, what it cuts is the test's affair. */
export function makeAttempt<Phase extends string = string>({
  timeoutMs = 10_000,
}: {
  timeoutMs?: number;
} = {}): TestAttempt<Phase> {
  const controller = new AbortController();
  const deadline = performance.now() + timeoutMs;
  setTimeout(() => controller.abort(new Error('deadline')), timeoutMs).unref();
  const phases: Phase[] = [];
  const skipped: { phase: Phase; why: string }[] = [];
  const warnings: ProbeWarning[] = [];
  const expiries: Partial<Record<ExpiryKind, Date>> = {};
  return {
    phases,
    skipped,
    warnings,
    expiries,
    signal: controller.signal,
    cancel: () => controller.abort(new Error('cancelled')),
    remainingMs: () => Math.max(0, deadline - performance.now()),
    async phase(phase, step) {
      controller.signal.throwIfAborted();
      phases.push(phase);
      return await step();
    },
    async rest(phase, _restMs, step) {
      controller.signal.throwIfAborted();
      phases.push(phase);
      await step();
    },
    skip(phase, why) {
      skipped.push({ phase, why });
      warnings.push('skipped');
    },
    tell() {},
    expires(kind, when) {
      if (when === undefined) delete expiries[kind];
      else expiries[kind] = when;
    },
    warn(warning) {
      warnings.push(warning);
    },
  };
}
