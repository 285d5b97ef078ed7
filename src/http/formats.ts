// One report in its three formats: our JSON, application/health+json, and text as kube-apiserver's ?verbose.
import { type CheckBody, checkBody, healthBody, roundMs } from '../core/body.ts';
import type { Finding, HealthReport, Why } from '../core/report.ts';
import type { Format } from './accept.ts';

export type About = {
  readonly version: string;
  readonly time: Date;
  /** What the asker should know besides. */
  readonly notes: readonly string[];
};

type Writer = { readonly contentType: string; write(report: HealthReport, about: About): string };

export const writers: Record<Format, Writer> = {
  json: {
    contentType: 'application/json; charset=utf-8',
    write: (report, about) => `${JSON.stringify(healthBody(report, about, checkBody))}\n`,
  },
  health: {
    contentType: 'application/health+json',
    write: (report, about) => `${JSON.stringify(draft(report, about))}\n`,
  },
  text: { contentType: 'text/plain; charset=utf-8', write: (report, about) => text(report, about, false) },
  verbose: { contentType: 'text/plain; charset=utf-8', write: (report, about) => text(report, about, true) },
};

// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
function draft(report: HealthReport, { version, notes }: About): object {
  return {
    status: !report.ok ? 'fail' : report.status === 'healthy' ? 'pass' : 'warn',
    version,
    ...report.why,
    ...(report.why === undefined ? {} : { output: whyText(report.why) }),
    ...(notes.length === 0 ? {} : { notes }),
    checks: Object.fromEntries(report.findings.map((finding) => [finding.check.name, [draftCheck(finding)]])),
  };
}

/** `required: database, sessions`, or the reason alone. */
function whyText({ reason, failing }: Why): string {
  return [reason, ...(failing.length === 0 ? [] : [failing.join(', ')])].join(': ');
}

function draftCheck(finding: Finding): object {
  const { check, belief } = finding;
  const output = outputOf(checkBody(check, belief));
  return {
    componentType: 'component',
    status: draftStatus(finding),
    ...(check.lastResult === undefined
      ? {}
      : {
          observedValue: roundMs(check.lastResult.durationMs),
          observedUnit: 'ms',
          time: check.lastResult.time.toISOString(),
        }),
    ...(output === '' ? {} : { output }),
  };
}

function draftStatus({ belief, holds }: Finding): 'pass' | 'warn' | 'fail' {
  if (!holds) return 'fail';
  return belief.status === 'healthy' && belief.warnings.length === 0 ? 'pass' : 'warn';
}

/** The class, where it was met, and the warnings; empty for a healthy check without any. */
function outputOf({ error, phase, warnings = [] }: CheckBody): string {
  const failure = error === undefined ? [] : [phase === undefined ? error : `${error} at ${phase}`];
  return [...failure, ...warnings].join(', ');
}

function text(report: HealthReport, { notes, version }: About, verbose: boolean): string {
  const lines = report.findings.map((finding) => line(finding, verbose));
  const why = report.why === undefined ? '' : `: ${whyText(report.why)}`;
  const verdict = `${report.status}${why}${verbose ? ` (sidewarden ${version})` : ''}`;
  return `${[...notes.map((note) => `warn: ${note}`), ...lines, verdict].join('\n')}\n`;
}

function line({ check, belief }: Finding, verbose: boolean): string {
  const body = checkBody(check, belief);
  const healthy = body.status === 'healthy';
  const said = healthy ? 'ok' : `${body.status === 'unhealthy' ? 'failed' : 'unknown'}: ${body.error}`;
  return `[${healthy ? '+' : '-'}]${check.name} ${said}${verbose ? details(body, check.required) : ''}`;
}

function details({ latency_ms, phase, warnings = [] }: CheckBody, required: boolean): string {
  const parts = [
    latency_ms === null ? 'not run yet' : `${latency_ms} ms`,
    ...(phase === undefined ? [] : [`phase ${phase}`]),
    ...(required ? [] : ['optional']),
    ...(warnings.length === 0 ? [] : [`warnings: ${warnings.join(' ')}`]),
  ];
  return ` (${parts.join(', ')})`;
}
