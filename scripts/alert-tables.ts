// The table of alerts in docs/alerts.md, and what each page of docs/runbooks/ says of its alert, from the catalogue.
import { existsSync, globSync } from 'node:fs';
import { basename } from 'node:path';
import { formatDuration } from '../src/core/duration.ts';
import { packs } from '../src/features/alerts/catalogue/index.ts';
import type { Alert, Pack } from '../src/features/alerts/pack.ts';
import { alertRule } from '../src/features/alerts/rule.ts';
import { between, cell, code, codes, type Part, table } from './part.ts';

const root = new URL('..', import.meta.url);
const page = 'docs/alerts.md';
const runbookOf = (name: string): string => `docs/runbooks/${name}.md`;

const all = packs.flatMap((pack) => pack.alerts.map((alert) => ({ pack, alert })));

/** Of the examples: what a configuration that says nothing but its names gives. */
const scope = {
  jobs: { checks: 'shop-sidewarden', statistics: 'shop-statistics', app: 'shop-app' },
  ...{ service: 'shop', alertPrefix: '', prefix: 'shop', own: ['app'], kept: ['namespace'] },
};

/** `1209600 seconds (14d), 3600 to 31622400`. */
function thresholdOf({ threshold }: Alert): string {
  if (threshold === undefined) return '';
  const { value, least, most, unit } = threshold;
  const said = readable(value, unit);
  return `${value} ${unit}${said === undefined ? '' : ` (${said})`}, ${least} to ${most}`;
}

/** What a person says for a number that is long to read. */
function readable(value: number, unit: string): string | undefined {
  if (unit === 'ratio') return `${Math.round(value * 10_000) / 100} %`;
  if (unit === 'seconds') return value < 60 ? undefined : formatDuration(value * 1000);
  if (unit !== 'bytes' || value < 1024) return undefined;
  const power = Math.min(3, Math.floor(Math.log2(value) / 10));
  return `${Math.round((value / 1024 ** power) * 100) / 100} ${['', 'KiB', 'MiB', 'GiB'][power]}`;
}
const timeOf = ({ for: time }: Alert): string => (time === '0s' ? 'at once' : time);

function rowOf({ pack, alert }: (typeof all)[number]): readonly string[] {
  const { name, severity, summary } = alert;
  const linked = existsSync(new URL(runbookOf(name), root)) ? `[${name}](runbooks/${name}.md)` : name;
  return [linked, pack.name, severity, timeOf(alert), thresholdOf(alert), cell(summary)];
}

const wide = 110;

/** The same expression on several lines, broken before its operators and where a line is full. */
function broken(expr: string): string {
  const lines: string[] = [];
  for (const part of expr.split(/ (?=(?:and|or|unless) )/)) {
    let line = '';
    for (const word of part.split(' ')) {
      if (line !== '' && line.length + word.length >= wide) {
        lines.push(line);
        line = '  ';
      }
      line += line.trim() === '' ? word : ` ${word}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

const how = '[How to run the commands of this page](README.md#how-to-run-the-commands)';

/** What the catalogue says of an alert. */
function factsOf(pack: Pack, alert: Alert): string {
  const rows = [
    ['severity', alert.severity],
    ['for', timeOf(alert)],
    ['threshold', thresholdOf(alert) || 'none'],
    ['pack', `${pack.name}: ${cell(pack.about)}`],
    ['labels', codes(['namespace', ...alert.labels])],
  ];
  const lines = [['', ''], ['---', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${how}\n\n${lines.join('\n')}`;
}

/** As Prometheus has it, for a service of the name `shop`: long, so that it ends the page. */
const expressionOf = (pack: Pack, alert: Alert): string =>
  `\`\`\`promql\n${broken(alertRule(alert, pack, { scope }).expr)}\n\`\`\``;

/** The pages that there are. */
const runbooks = globSync('docs/runbooks/*.md', { cwd: root.pathname })
  .toSorted()
  .flatMap((file): Part[] => {
    const found = all.find(({ alert }) => alert.name === basename(file, '.md'));
    return found === undefined
      ? []
      : [
          between(file, 'facts', factsOf(found.pack, found.alert)),
          between(file, 'expression', expressionOf(found.pack, found.alert)),
        ];
  });

export const alertParts: readonly Part[] = [
  table(
    page,
    'packs',
    ['pack', 'tells of'],
    packs.map(({ name, about }) => [code(name), cell(about)]),
  ),
  table(page, 'alerts', ['alert', 'pack', 'severity', 'for', 'threshold', 'what is wrong'], all.map(rowOf)),
  ...runbooks,
];
