// The tables and examples of docs/app-metrics.md, from the catalogue; of docs/app.md what the tests found beside statsd_exporter.
import { type AppMetric, type AppPreset, appMetrics, renamed, spellings } from '../src/core/app-catalogue.ts';
import { statsdExample, textExample } from '../src/core/app-names.ts';
import { differences } from '../test/peers/statsd-cases.ts';
import { between, cell, code, codes, type Part, table } from './part.ts';

const file = 'docs/app-metrics.md';
/** Of the examples. */
const prefix = 'shop';

const block = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;

/** `status`: `success`, `error`; `route`: open. */
const labelsOf = ({ labels }: AppMetric): string =>
  labels.map(({ name, values }) => `${code(name)}: ${values === undefined ? 'open' : codes(values)}`).join('; ') ||
  'none';

const row = (metric: AppMetric): string[] => [
  ...[code(metric.name), metric.type, metric.unit ?? '', cell(metric.help), labelsOf(metric)],
  ...[(metric.buckets ?? []).join(' '), cell(metric.by)],
];

function ofPreset([preset, metrics = []]: [AppPreset, AppMetric[] | undefined]): Part[] {
  const header = ['name', 'type', 'unit', 'what it says', 'labels', 'buckets', 'recorded by'];
  const page = metrics.map((metric) => textExample(metric, prefix)).join('');
  return [
    table(file, preset, header, metrics.map(row)),
    between(file, `examples of ${preset}`, `${block(metrics.map(statsdExample).join('\n'))}\n\n${block(page)}`),
  ];
}

/** Other names of labels, each with the metrics of which it means the label. */
function labelNameRows(): string[][] {
  const all = appMetrics.flatMap(({ name, labels }) =>
    labels.flatMap((label) => (label.also ?? []).map((also) => ({ also, label: label.name, name }))),
  );
  const byPair = Map.groupBy(all, ({ also, label }) => `${also} ${label}`);
  return [...byPair.values()].map((same) => {
    const [{ also, label } = { also: '', label: '' }] = same;
    return [code(also), code(label), codes(same.map(({ name }) => name))];
  });
}

const spellingRows = [...Map.groupBy(Object.entries(spellings), ([, value]) => value)].map(([value, same]) => [
  codes(same.map(([other]) => other)),
  code(value),
]);

/** A name as code; a description as it is. */
const nameCell = (text: string): string => (/[_{=]/.test(text) ? code(cell(text)) : cell(text));

export const appParts: readonly Part[] = [
  ...[...Map.groupBy(appMetrics, ({ preset }) => preset)].flatMap(ofPreset),
  table(file, 'names of labels', ['sent as', 'label', 'of'], labelNameRows()),
  table(file, 'spellings', ['sent as', 'value'], spellingRows),
  table(
    file,
    'renamed',
    ['in the requirements', 'here', 'why'],
    renamed.map(({ was, is = 'left out', why }) => [nameCell(was), nameCell(is), cell(why)]),
  ),
  table(
    'docs/app.md',
    'differences from statsd_exporter',
    ['of', 'difference'],
    Object.entries(differences).map(([what, { reason }]) => [cell(what), cell(reason)]),
  ),
];
