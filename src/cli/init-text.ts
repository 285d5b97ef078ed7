// The configuration that `init` writes: the values found, and what else can be said as comments.
import type { Definition } from '../dependencies/define.ts';

/** A check to write. */
export type Found = {
  readonly definition: Definition;
  readonly variable: string;
  readonly name: string;
  /** Written as it is; absent: the file mentions the variable, which holds it. */
  readonly literal?: string;
  /** Whether it asks only this pod, so that liveness may follow it. */
  readonly local: boolean;
};

/** What the file that is written says. */
export type Draft = {
  readonly file: string;
  readonly service: string;
  readonly hasToken: boolean;
  readonly found: readonly Found[];
  /** The types of which nothing was found. */
  readonly missing: readonly Definition[];
};

const column = 37;
const line = (text: string, comment: string): string => `${text.padEnd(column)} # ${comment}\n`;

export function configurationText({ file, service, hasToken, found, missing }: Draft): string {
  const token = `${hasToken ? '' : '# '}token: \${SIDEWARDEN_TOKEN}`;
  return [
    `# Written by \`sidewarden init\`. Check it with \`sidewarden check-config --config ${file}\`;\n`,
    '# `sidewarden print-config` shows every value in force, `sidewarden schema` every key that there is.\n\n',
    line(`service: ${JSON.stringify(service)}`, 'named in logs, metrics and pages'),
    line("# listen: ':9090'", 'every address, as Kubernetes needs it; localhost:9090 unless set'),
    line(token, 'opens what lies beyond health and metrics; SIDEWARDEN_TOKEN_FILE works too'),
    '\n',
    found.length === 0 ? 'checks: {}\n' : 'checks:\n',
    found.map(checkText).join('\n'),
    missing.length === 0 ? '' : '\n# Other types, with the variable that holds what they ask:\n',
    ...missing.map(otherText),
    '\n# The service’s own metrics, by its page, by StatsD lines, or by both:\n',
    "# app: { metrics: { url: 'http://127.0.0.1:8080/metrics' }, statsd: {} }\n",
    '\n# What differs of the alerts that `sidewarden generate rules` writes:\n',
    "# alerts: { runbooks: 'https://runbooks.example.com/{alert}', labels: { team: shop } }\n",
    '\n# How good the service is to be, and the Prometheus that is asked for what all pods counted:\n',
    '# slos: { availability: { indicator: { ready: true }, objective: 99.9 } }\n',
    "# prometheus: { url: 'http://prometheus:9090', retention: 30d }\n",
  ].join('');
}

function checkText({ definition, name, variable, literal, local }: Found): string {
  const { type, summary, phases, environment, defaults } = definition;
  const value = literal === undefined ? `\${${variable}}` : JSON.stringify(literal.replaceAll('$', '$$$$'));
  const keys = Object.keys(environment?.settings('') ?? {});
  return [
    `  # ${summary}\n`,
    `  # Its phases, in order: ${phases.join(', ')}.\n`,
    `  ${name}:\n`,
    `    type: ${type}\n`,
    ...keys.map((key) =>
      literal === undefined
        ? line(`    ${key}: ${value}`, `or ${variable}_FILE, read again at each connect`)
        : `    ${key}: ${value}\n`,
    ),
    ...(local ? [line('    gates: [ready, live]', 'live: /health/live/app follows it')] : gatesText),
    ...(defaults === undefined
      ? []
      : [
          line(`    # interval: ${defaults.interval}`, 'between runs'),
          line(`    # timeout: ${defaults.timeout}`, 'of a run'),
        ]),
  ].join('');
}

const gatesText: readonly string[] = [
  line('    # gates: [ready]', 'unready while it fails; [admit]: only a new replica waits for it'),
  line('    # required: true', 'false: its failure is degraded, and /health still answers 200'),
];

function otherText({ type, environment }: Definition): string {
  if (environment === undefined) return '';
  const keys = Object.keys(environment.settings(''));
  return `#   ${environment.check}: { type: ${type}, ${keys.map((key) => `${key}: '\${${environment.variable}}'`).join(', ')} }\n`;
}
