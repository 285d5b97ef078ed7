// Checks asked once, outside the daemon, by the very monitors that it runs: for the command line.
import { type DetailedBody, detailedBody } from '../core/body.ts';
import type { Belief, CheckResult } from '../core/check.ts';
import type { Clock } from '../core/clock.ts';
import type { KnownCheck } from '../core/known-check.ts';
import type { Redact } from '../core/redact.ts';
import { createMonitor } from './monitor.ts';
import { type ConfiguredCheck, planOf } from './plan-of.ts';

/**
 * Probes all at once, each within its timeout, and leaves no connection open.
 * @returns by name what /health/detailed would show after this one run, which alone decides the status.
 * @throws when a client library cannot be loaded.
 */
export async function probeOnce(
  checks: readonly ConfiguredCheck[],
  { clock, redact }: { readonly clock: Clock; readonly redact: Redact },
): Promise<Readonly<Record<string, DetailedBody>>> {
  const nobody = { board: { changed: () => {} }, emit: () => {} };
  const surroundings = { clock, random: Math.random, redact, ...nobody };
  const monitors = checks.map((check) => createMonitor(planOf(check), surroundings));
  try {
    await Promise.all(monitors.map((monitor) => monitor.load()));
    await Promise.all(monitors.map((monitor) => monitor.run(new AbortController().signal)));
    const now = clock.now();
    return Object.fromEntries(
      monitors.map(({ name, entry }) => [name, detailedBody(entry, verdict(entry, now), now, redact)]),
    );
  } finally {
    for (const monitor of monitors) monitor.close();
  }
}

/** Nobody asks again, so one failure is enough, and nothing expires. */
function verdict(entry: KnownCheck, now: number): Belief {
  const belief = { ...entry.belief(now), until: Number.POSITIVE_INFINITY };
  const { lastResult: result } = entry;
  if (result === undefined || result.kind === 'passed') return belief;
  return { ...belief, status: statusOf(result), errorClass: result.errorClass };
}

const statusOf = ({ kind }: CheckResult) => (kind === 'failed' ? 'unhealthy' : 'unknown');
