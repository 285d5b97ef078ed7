// Which series of the service's page an objective is about.
import { createMatch, parseMatchers, parseSelector } from '../selector.ts';
import type { IndicatorSettings } from '../settings.ts';

/** `all` events, and of them the `good` or the `bad` ones. */
export type Part = 'all' | 'good' | 'bad';

/** Series that are summed up to one part. */
export type Wanted = {
  /** Of their samples. */
  readonly name: string;
  readonly part: Part;
  /** Where none of them is there, nothing can be counted. */
  readonly needed: boolean;
  /** Whether labels need to be read at all: most series of a histogram are of other buckets. @param series as on the page */
  mayFit(series: string): boolean;
  fits(label: (name: string) => string): boolean;
};

/** Of a ratio or a histogram; of other indicators none. */
export function wantedOf(indicator: IndicatorSettings): readonly Wanted[] {
  const { ratio, histogram, selector = '', threshold } = indicator;
  if (ratio !== undefined) {
    const { total, good, bad } = ratio;
    const part = bad === undefined ? selected('good', good) : selected('bad', bad);
    return [...selected('all', total, true), ...part];
  }
  if (histogram === undefined) return [];
  const fits = createMatch(parseMatchers(selector) ?? []);
  const isBound = (text: string): boolean => text !== '' && Number(text) === threshold;
  return [
    { name: `${histogram}_count`, part: 'all', needed: false, mayFit: always, fits },
    {
      ...{ name: `${histogram}_bucket`, part: 'good', needed: true }, // without such a bucket all would be bad
      mayFit: (series) => isBound(boundForm.exec(series)?.[1] ?? ''),
      fits: (label) => isBound(label('le')) && fits(label),
    },
  ];
}

/** A quote in a value has a backslash before it, so this stands in no value. */
const boundForm = /[{, ]le="([^"]*)"/;
const always = (): boolean => true;

function selected(part: Part, text = '', needed = false): readonly Wanted[] {
  const selector = parseSelector(text);
  return selector === undefined
    ? []
    : [{ name: selector.name, part, needed, mayFit: always, fits: createMatch(selector.matchers) }];
}
