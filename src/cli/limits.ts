// Whether the servers take the connections that the pods make: check-config --online asks them, and compares.
import { planOf } from '../checks/plan-of.ts';
import { systemClock } from '../core/clock.ts';
import type { Pods } from '../core/cost.ts';
import type { ConnectionLimit } from '../dependencies/define.ts';
import { withLimits } from '../schedule/limits.ts';
import { besidesOf, costOfCheck } from './costing.ts';
import type { Configuration } from './loading.ts';
import type { Probed } from './probing.ts';
import { counted } from './terminal.ts';

/** One limit, and what the pods make of it. */
type Compared = ConnectionLimit & {
  /** Checks whose connections count. */
  readonly checks: readonly string[];
  /** Connections of all pods at rest, and at most, during a rollout. */
  readonly atRest: number;
  readonly atMost: number;
};

export type Limits = {
  readonly compared: readonly Compared[];
  /** Checks that passed, of types that have limits, whose server did not say one: whatever the reason. */
  readonly unknown: readonly string[];
};

/** Asks the servers of the checks that passed. */
export async function compareLimits(configuration: Configuration, probed: Probed, pods: Pods): Promise<Limits> {
  const passed = configuration.checks.filter(({ name }) => probed[name]?.last_run?.result === 'passed');
  const besides = besidesOf(configuration, pods);
  const asked = await Promise.all(
    passed.map(async (check) => ({ check, limits: await limitsOf(check).catch(() => []) })),
  );
  const compared = new Map<string, Compared>();
  for (const { check, limits } of asked) {
    const { kept, rollout } = costOfCheck(check, pods, besides).connections;
    for (const limit of limits ?? []) {
      const before = compared.get(limit.of) ?? { ...limit, checks: [], atRest: 0, atMost: 0 };
      compared.set(limit.of, {
        ...before,
        checks: [...before.checks, check.name],
        atRest: before.atRest + kept,
        atMost: before.atMost + rollout,
      });
    }
  }
  const unknown = asked.flatMap(({ check, limits }) => (limits?.length === 0 ? [check.name] : []));
  return { compared: [...compared.values()], unknown };
}

/** @returns undefined of a type whose servers have no limit that can be asked for. */
async function limitsOf(check: Configuration['checks'][number]): Promise<readonly ConnectionLimit[] | undefined> {
  const { definition, settings, policy } = planOf(check);
  const driver = await definition.load();
  const within = { clock: systemClock, timeoutMs: policy.timeoutMs };
  return await withLimits(within, new AbortController().signal, async (limits) =>
    driver.connectionLimits?.(settings as never, limits),
  );
}

/** For the author, who asked about so many pods: what could not be compared with them. */
export const unknownNotes = ({ unknown }: Limits, { replicas }: Pods): readonly string[] =>
  unknown.map(
    (name) =>
      `${name}: the server does not say how many connections it takes, so ${counted(replicas, 'pod')} are not compared: see yourself what it, or a pooler before it, takes`,
  );

/** For the author: limits that the pods exceed, or of which they leave less than half to those who share it. */
export const limitNotes = ({ compared }: Limits, pods: Pods): readonly string[] =>
  compared
    .filter(({ shared, most, atMost }) => atMost > (shared ? most / 2 : most))
    .map(({ of, says, most, checks, atRest, atMost }) => {
      const made = `${checks.join(', ')}: ${counted(pods.replicas, 'pod')} keep ${atRest} and open up to ${counted(atMost, 'connection')} during a rollout`;
      const left = atMost > most ? '' : `, which leaves ${most - atMost} to everybody else`;
      return `${made}, and ${of} takes ${most} (${says})${left}: raise that, or put a pooler between`;
    });

/** As in `check-config --json --online`. */
export const limitsJson = ({ compared, unknown }: Limits): object => ({
  connection_limits: compared.map(({ of, most, checks, atRest, atMost }) => ({
    of,
    most,
    checks,
    at_rest: atRest,
    at_most: atMost,
  })),
  connection_limits_unknown: unknown,
});
