// What the service's page of metrics has of the series that objectives count.
import { nearest } from '../../../config/nearest.ts';
import type { FetchSettings } from '../../../dependencies/http/fetching.ts';
import { fetchPage } from '../../../dependencies/http/fetching.ts';
import type { Asked } from '../../define.ts';
import { bucketMistake } from '../indicator-problems.ts';
import { createMatch, type Matcher, parseMatchers, parseSelector, type Selector } from '../selector.ts';
import type { IndicatorSettings } from '../settings.ts';

const accept = 'text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1';
const mostBytes = 64 * 1024 * 1024;

type Limits = { readonly signal: AbortSignal; remainingMs(): number };
type Labels = ReadonlyMap<string, string>;
type Finding = Omit<Asked, 'path'> & { readonly path: readonly string[] };

/** Series of a page by their name, and the types that it tells. */
export type Page = {
  readonly series: ReadonlyMap<string, readonly Labels[]>;
  readonly types: ReadonlyMap<string, string>;
};

/** @throws as `fetchPage` */
export const fetchSeries = (settings: FetchSettings, limits: Limits): Promise<Page> =>
  fetchPage(settings, limits, { accept }, async ({ body }) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > mostBytes) throw new Error(`the page is longer than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return readPage(Buffer.concat(chunks).toString());
  });

const sample = /^[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(.*)\})?[ \t]+[-+0-9.INn]/;
const typed = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (\w+)/;

/** @param text of the text format, or of OpenMetrics */
export function readPage(text: string): Page {
  const series = new Map<string, Labels[]>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, family, type] = typed.exec(line) ?? [];
    if (family !== undefined && type !== undefined) types.set(family, type);
    const [, name, inner = ''] = sample.exec(line.replace(/ # \{.*$/, '')) ?? [];
    const labels = name === undefined ? undefined : parseMatchers(inner);
    if (name === undefined || labels === undefined) continue;
    const found = series.get(name) ?? [];
    found.push(new Map(labels.map(({ label, value }) => [label, value])));
    series.set(name, found);
  }
  return { series, types };
}

/** @param byStatsd whether what the page does not have may come by StatsD. @returns places below `indicator` */
export function judgeByPage(page: Page, indicator: IndicatorSettings, byStatsd: boolean): readonly Finding[] {
  const { ratio, histogram, selector = '', threshold = 0 } = indicator;
  const wanted: Wanted = { page, byStatsd };
  if (histogram !== undefined)
    return [ofHistogram(wanted, { name: histogram, matchers: parseMatchers(selector) ?? [] }, threshold)];
  return (['total', 'good', 'bad'] as const).flatMap((key) => {
    const parsed = parseSelector(ratio?.[key] ?? '');
    return parsed === undefined ? [] : [{ ...ofCounter(wanted, parsed), path: ['ratio', key] }];
  });
}

type Wanted = { readonly page: Page; readonly byStatsd: boolean };
type Judged = Omit<Finding, 'path'>;

function ofCounter(wanted: Wanted, { name, matchers }: Selector): Judged {
  const { types, series } = wanted.page;
  const type = types.get(name) ?? types.get(name.replace(/_total$/, ''));
  if (type === 'gauge' || type === 'histogram' || type === 'summary') {
    const fix = type === 'gauge' ? 'choose a counter' : `write ${name}_count`;
    return { result: 'bad', message: `${name} is a ${type} on the page, and events are counted by counters`, fix };
  }
  const all = series.get(name);
  if (all === undefined) return missing(wanted, name, type !== undefined);
  const fitting = fittingOf(all, matchers);
  if (fitting.length === 0) return unfit(name, all, matchers);
  return { result: 'good', message: `${name} has ${count(fitting.length)} on the page` };
}

function ofHistogram(wanted: Wanted, { name, matchers }: Selector, threshold: number): Finding {
  const { types, series } = wanted.page;
  const type = types.get(name);
  const at = (path: string, judged: Judged): Finding => ({ ...judged, path: [path] });
  if (type !== undefined && type !== 'histogram' && type !== 'untyped') {
    const fix =
      type === 'summary' ? 'let the service record a histogram: a summary has no buckets' : 'name a histogram';
    return at('histogram', { result: 'bad', message: `${name} is a ${type} on the page`, fix });
  }
  const all = series.get(`${name}_bucket`);
  if (all === undefined) return at('histogram', missing(wanted, name, type !== undefined));
  const fitting = fittingOf(all, matchers);
  if (fitting.length === 0) return at('selector', unfit(name, all, matchers));
  return at(
    'threshold',
    judgeBuckets(
      name,
      threshold,
      fitting.map((labels) => labels.get('le') ?? ''),
    ),
  );
}

/** @param bounds the values of `le` */
export function judgeBuckets(name: string, threshold: number, bounds: readonly string[]): Judged {
  const buckets = [...new Set(bounds.map(Number))].filter(Number.isFinite).sort((one, two) => one - two);
  if (buckets.includes(threshold)) return { result: 'good', message: `${name} has the bucket ${threshold}` };
  if (buckets.length === 0)
    return {
      result: 'bad',
      message: `${name} has no bucket but the last`,
      fix: 'let the service record it with buckets',
    };
  return { result: 'bad', ...bucketMistake(threshold, name, buckets) };
}

function missing({ page, byStatsd }: Wanted, name: string, isTyped: boolean): Judged {
  if (isTyped) return { result: 'unknown', message: `${name} is on the page, and has no series yet` };
  if (byStatsd)
    return { result: 'unknown', message: `the page has no ${name}; where it comes by StatsD, only the daemon sees it` };
  const names = [...new Set([...page.types.keys(), ...page.series.keys()])];
  const near = nearest(name, names);
  const fix = near === undefined ? 'write a name that the page has' : `did you mean \`${near}\`?`;
  return { result: 'bad', message: `the page has no ${name}`, fix };
}

/** Series of that name, and none with these labels. */
function unfit(name: string, all: readonly Labels[], matchers: readonly Matcher[]): Judged {
  const labels = [...new Set(all.flatMap((one) => [...one.keys()]))].filter((label) => label !== 'le').sort();
  const strange = matchers.find((one) => !labels.includes(one.label) && fittingOf([new Map()], [one]).length === 0);
  if (strange !== undefined) {
    const near = nearest(strange.label, labels);
    const has = labels.length === 0 ? 'it has none' : `it has ${labels.join(', ')}`;
    const fix = near === undefined ? 'write a label that it has' : `did you mean \`${near}\`?`;
    return { result: 'bad', message: `${name} has no label ${strange.label} on the page: ${has}`, fix };
  }
  const alone = matchers.find((one) => fittingOf(all, [one]).length === 0);
  const values = alone === undefined ? [] : [...new Set(all.map((one) => one.get(alone.label) ?? ''))].sort();
  const shown = values.slice(0, 5).map((value) => JSON.stringify(value));
  const more = values.length > shown.length ? ', …' : '';
  const said = alone === undefined ? '' : `; ${alone.label} is ${shown.join(', ')}${more}`;
  return { result: 'unknown', message: `no series of ${name} has these labels now${said}` };
}

const fittingOf = (all: readonly Labels[], matchers: readonly Matcher[]): readonly Labels[] => {
  const fits = createMatch(matchers);
  return all.filter((labels) => fits((label) => labels.get(label) ?? ''));
};

const count = (series: number): string => (series === 1 ? 'one series' : `${series} series`);
