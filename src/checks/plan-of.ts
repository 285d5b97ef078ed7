// From what the configuration says of a check to what its monitor needs: the policy, with what the type adds to it.
import type { Gate, Policy } from '../core/check.ts';
import type { Definition } from '../dependencies/define.ts';
import type { Cron } from '../schedule/cron.ts';

/** A check as the configuration has it, durations in milliseconds. */
export type ConfiguredCheck = {
  readonly name: string;
  readonly definition: Definition;
  /** As the definition's shape gives them. */
  readonly settings: Record<string, unknown>;
  readonly schedule: { readonly kind: 'interval'; readonly intervalMs: number } | ({ readonly kind: 'cron' } & Cron);
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly slowAfterMs: number;
  readonly maxConnectionAgeMs: number;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  /** Whether the gate `startup` waits for a healthy run instead of a finished one. */
  readonly waitForHealthy: boolean;
};

/** One check of the configuration, as its monitor needs it. */
export type CheckPlan = Pick<
  ConfiguredCheck,
  'name' | 'definition' | 'maxConnectionAgeMs' | 'required' | 'gates' | 'waitForHealthy'
> & {
  readonly settings: unknown;
  readonly policy: Policy;
  readonly cron?: Cron;
};

/** Between confirming runs, unless the type says otherwise. */
const confirmMs = 1000;

export function planOf(check: ConfiguredCheck): CheckPlan {
  const { name, definition, settings, schedule, maxConnectionAgeMs, required, gates, waitForHealthy } = check;
  const intervalMs = schedule.kind === 'interval' ? schedule.intervalMs : schedule.longestGapMs;
  const policy: Policy = {
    intervalMs,
    timeoutMs: check.timeoutMs,
    failureThreshold: check.failureThreshold,
    successThreshold: check.successThreshold,
    slowAfterMs: check.slowAfterMs,
    confirmMs: Math.min(intervalMs, definition.confirmMs ?? confirmMs),
    confirmsSlowly: definition.classes.includes('capacity') || definition.classes.includes('starting'),
    restMs: definition.restMs?.(settings as never) ?? 0,
  };
  return {
    name,
    definition,
    settings,
    policy,
    maxConnectionAgeMs,
    required,
    gates,
    waitForHealthy,
    ...(schedule.kind === 'cron' && { cron: schedule }),
  };
}
