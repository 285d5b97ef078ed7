// Metrics of the catalogue as StatsD lines tell them: under which names they arrive, and what their tags become.
import { type AppLabel, type AppMetric, spellings } from '../../../core/app-catalogue.ts';
import { arrivingNames, exposedName } from '../../../core/app-names.ts';
import { labelsOf, other } from './labels.ts';
import { labelNameOf, metricNameOf } from './names.ts';

export type Known = {
  readonly metric: AppMetric;
  /** On the page. */
  readonly name: string;
  /** Tags of a line as the labels of the metric; what it does not have is left out. */
  labelsOf(tags: ReadonlyMap<string, string>): string;
  /** Of the series that stands for all that are too many. */
  readonly others: string;
  /** Label sets that are there from the start. */
  readonly fromStart: readonly string[];
};

/** @returns what finds a metric by the name under which it arrives; and all of them. */
export function createCatalogue(metrics: readonly AppMetric[], prefix: string) {
  const all = metrics.map((metric) => knownOf(metric, prefix));
  const byName = new Map<string, Known>();
  const put = (name: string, known: Known): void => {
    const arriving = metricNameOf(name);
    if (!byName.has(arriving)) byName.set(arriving, known);
  };
  for (const known of all) put(known.name, known); // what one is called goes before what another is also called
  for (const known of all) for (const name of arrivingNames(known.metric, prefix)) put(name, known);
  return { all, get: (name: string): Known | undefined => byName.get(name) };
}

function knownOf(metric: AppMetric, prefix: string): Known {
  const { labels, type } = metric;
  const readers = labels.map((label) => ({
    name: label.name,
    sent: [label.name, ...(label.also ?? [])].map(labelNameOf),
    spell: spellingOf(label),
  }));
  return {
    metric,
    name: exposedName(metric, prefix),
    labelsOf(tags) {
      const found = readers.map(({ name, sent, spell }): [string, string] => {
        for (const [tag, value] of tags) if (sent.includes(tag)) return [name, spell(value)];
        return [name, ''];
      });
      return labelsOf(found);
    },
    others: labelsOf(labels.map(({ name }) => [name, other])),
    fromStart: type === 'gauge' ? [] : productOf(labels).map((pairs) => labelsOf(pairs)),
  };
}

/** One spelling for each value of a closed label. */
function spellingOf({ values }: AppLabel): (sent: string) => string {
  if (values === undefined) return (sent) => sent;
  const known = new Map(values.map((value) => [value, value]));
  const put = (sent: string, value: string): void => {
    if (!known.has(sent)) known.set(sent, value);
  };
  for (const [sent, value] of Object.entries(spellings)) if (values.includes(value)) put(sent, value);
  for (const value of values) put(value.toLowerCase(), value);
  return (sent) => (sent === '' ? '' : (known.get(sent) ?? known.get(sent.toLowerCase()) ?? other));
}

/** Every set of labels; none where a label is open. */
function productOf(labels: readonly AppLabel[]): readonly (readonly (readonly [string, string])[])[] {
  let sets: readonly (readonly (readonly [string, string])[])[] = [[]];
  for (const { name, values = [] } of labels)
    sets = sets.flatMap((set) => values.map((value) => [...set, [name, value] as const]));
  return sets;
}
