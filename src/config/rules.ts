// What must hold between the settings of one check, each rule with the reason why.

import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { formatDuration } from '../core/duration.ts';
import type { Path } from './places.ts';
import type { Findings } from './problems.ts';
import type { Common } from './schema.ts';

/** Milliseconds between two runs. */
export type Gaps = { readonly shortestGapMs: number; readonly longestGapMs: number };

export type Subject = {
  readonly findings: Findings;
  readonly path: Path;
  readonly written: Readonly<Record<string, unknown>>;
  readonly failed: ReadonlySet<string>;
  readonly check: ConfiguredCheck;
  readonly common: Common;
  /** Absent when the cron expression is wrong. */
  readonly gaps: Gaps | undefined;
  /** What of the check comes from `defaults`, as they are written. */
  readonly ofDefaults: ReadonlySet<'interval' | 'timeout'>;
  /** Whether the type's own settings are right. */
  readonly settled: boolean;
};

/** A check that decides anything must be looked at at least this often. */
const longestGatingGapMs = 3_600_000;

export function obey(subject: Subject): void {
  schedules(subject);
  timeouts(subject);
  gating(subject);
  liveness(subject);
}

function schedules({ findings, path, written, common, check, gaps, failed, ofDefaults }: Subject): void {
  if ('interval' in written && 'cron' in written) {
    findings.add([...path, 'cron'], 'interval and cron are both set', 'keep one of them', 'key');
  }
  if (check.gates.length === 0 || gaps === undefined || failed.has('interval') || failed.has('gates')) return;
  if (gaps.longestGapMs <= longestGatingGapMs) return;
  const key = common.cron === undefined ? 'interval' : 'cron';
  const byDefaults = common.cron === undefined && common.interval === undefined && ofDefaults.has('interval');
  const here = byDefaults ? ['defaults', key] : [...path, key];
  const message = `runs lie up to ${formatDuration(gaps.longestGapMs)} apart, and the check decides ${check.gates.join(' and ')}: for so long nobody would know`;
  findings.add(here, message, 'let it run at least every hour, or write `required: false` and `gates: []`');
}

function timeouts({ findings, path, common, check, gaps, failed, ofDefaults }: Subject): void {
  if (failed.has('timeout')) return;
  const { timeoutMs, slowAfterMs } = check;
  /** Where it comes from, when not from the check itself. */
  const origin = (key: 'interval' | 'timeout'): string => {
    if (common[key] !== undefined) return '';
    return ofDefaults.has(key) ? ' of `defaults`' : ' (the default)';
  };
  const timeout = `timeout ${formatDuration(timeoutMs)}${origin('timeout')}`;
  if (common.slow_after !== undefined && slowAfterMs > timeoutMs) {
    findings.add(
      [...path, 'slow_after'],
      `${formatDuration(slowAfterMs)} is longer than the ${timeout}, so it would never be reached`,
      `write at most ${formatDuration(timeoutMs)}`,
    );
  }
  if (gaps === undefined || failed.has('interval') || timeoutMs < gaps.shortestGapMs) return;
  const gap = formatDuration(gaps.shortestGapMs);
  const between =
    common.cron !== undefined
      ? `the shortest gap of the cron expression, ${gap}`
      : `the interval ${gap}${origin('interval')}`;
  const key = common.timeout !== undefined ? 'timeout' : common.cron !== undefined ? 'cron' : 'interval';
  const shorter = formatDuration(Math.max(10, Math.floor(gaps.shortestGapMs / 2)));
  const longer = common.cron === undefined ? `, or \`interval: ${formatDuration(timeoutMs * 2)}\`` : '';
  // The mistake of all checks that say neither is one, where it is written.
  const usual = ofDefaults.has('timeout') ? 'timeout' : 'interval';
  const inDefaults = [common.cron, common.interval, common.timeout].every((one) => one === undefined);
  findings.add(
    inDefaults && ofDefaults.size > 0 ? ['defaults', usual] : [...path, key],
    `the ${timeout} is not shorter than ${between}: a run must end before the next begins`,
    `write \`timeout: ${shorter}\`${longer}`,
  );
}

function gating({ findings, path, common, check, failed }: Subject): void {
  const own = common.gates ?? [];
  const twice = own.find((gate, index) => own.indexOf(gate) !== index);
  if (twice !== undefined) findings.add([...path, 'gates'], `names ${twice} twice`, 'keep one of the two');
  if (common.wait_for !== undefined && !failed.has('gates') && !check.gates.includes('startup')) {
    findings.add(
      [...path, 'wait_for'],
      'has no meaning without the gate startup',
      'write `gates: [startup]`, or remove wait_for',
      'key',
    );
  }
}

/** https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/: liveness restarts, and fixes only what a restart fixes. */
function liveness({ findings, path, common, check, settled }: Subject): void {
  const { gates } = check;
  if (!settled || !(gates.includes('live') || gates.includes('startup'))) return;
  const local = check.definition.local?.(check.settings) ?? false;
  const here = [...path, 'gates'];
  if (gates.includes('live') && !local) {
    const reason =
      'liveness never depends on a dependency: restarting the app does not fix it, and all replicas would restart at once';
    findings.add(
      here,
      `live is only for the app itself, an http or tcp check of a loopback address or Unix socket; ${reason}`,
      'write `gates: [ready]`, or [admit]',
    );
  }
  if (gates.includes('startup') && local) {
    const own = common.gates !== undefined;
    findings.add(
      here,
      `${own ? '' : 'has the gate startup by `defaults`: '}the app cannot gate startup: it starts only after this process has, and both would wait for ever`,
      own ? 'remove startup, or write `gates: [ready]`' : 'write `gates: [ready]` in this check',
    );
  }
}
