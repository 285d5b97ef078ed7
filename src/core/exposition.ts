// Prometheus' text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
import type { Family, Sample } from './family.ts';

/** Characters of a label's value, which a server can make as long as it likes. */
export const longestLabel = 256;

/** The samples of one family, a line each. */
export type FamilyText = { readonly family: Family; readonly lines: readonly string[] };

/**
 * A series that is there already is left out: twice on a page it costs Prometheus the whole scrape. So there can be fewer
 * lines than samples.
 * @param owner labels that come first on every sample.
 */
export function renderSamples(samples: readonly Sample[], owner: Readonly<Record<string, string>>): FamilyText[] {
  const first = Object.entries(owner).map(([name, value]) => pair(name, value));
  const texts = new Map<string, { family: Family; lines: string[] }>();
  const seen = new Set<string>();
  for (const sample of samples) {
    const series = seriesOf(sample, first);
    if (seen.has(series)) continue;
    seen.add(series);
    const { family } = sample;
    const text = texts.get(family.name) ?? { family, lines: [] };
    texts.set(family.name, text);
    text.lines.push(`${series} ${numberOf(sample.value)}`);
  }
  return [...texts.values()];
}

function seriesOf({ family, labels, part }: Sample, first: readonly string[]): string {
  const pairs = [...first];
  for (const [index, name] of family.labels.entries()) pairs.push(pair(name, labels[index] ?? ''));
  if (part?.bound !== undefined) pairs.push(pair(family.type === 'histogram' ? 'le' : 'quantile', part.bound));
  return `${family.name}${part?.suffix ?? ''}{${pairs.join(',')}}`;
}

const pair = (name: string, value: string): string => `${name}="${escapeLabel(value)}"`;

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
/** A label's value as it stands between the quotes. */
export const escapeValue = (value: string): string => value.replace(/[\\"\n]/g, (one) => escapes[one] ?? one);
/** A help as it stands in its line. */
export const escapeHelp = (help: string): string => help.replace(/[\\\n]/g, (one) => escapes[one] ?? one);

/** A label's value, cut. A lone surrogate is no UTF-8: it would cost the whole scrape. */
export const escapeLabel = (value: string): string => escapeValue(value.slice(0, longestLabel).toWellFormed());

/** A sample’s value. */
export const numberOf = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);

/** The two lines before the samples of a family. */
export const headerOf = ({ name, help, type }: Family): string =>
  `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}`;
