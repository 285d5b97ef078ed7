// The events of an objective as Prometheus counts them, in the notation of prometheus/expression.ts.
import { asItStands } from '../prometheus/expression.ts';
import { matchersText, parseMatchers, parseSelector, type Selector } from './selector.ts';
import { type IndicatorSettings, kindOf, type SloSettings } from './settings.ts';

/** Expressions without labels of their own: bad events, and all events, within a window such as `5m`. */
export type Events = {
  /** @param whole what `all` gives for the window, where it is known already */
  bad(window: string, whole?: string): string;
  all(window: string): string;
};

/** @param name of the objective */
export function eventsOf(name: string, { indicator }: Pick<SloSettings, 'indicator'>): Events {
  switch (kindOf(indicator)) {
    case 'ready':
    case 'check':
      return ofCounters(`sidewarden_slo_events_total{slo="${name}"}`, {
        bad: `sidewarden_slo_events_total{slo="${name}", result="bad"}`,
      });
    case 'ratio': {
      const { good, bad, total } = indicator.ratio as NonNullable<IndicatorSettings['ratio']>;
      return ofCounters(ofApp(total), bad === undefined ? { good: ofApp(good ?? total) } : { bad: ofApp(bad) });
    }
    case 'histogram': {
      const { histogram = '', selector = '', threshold = 0 } = indicator;
      const matchers = parseMatchers(selector) ?? [];
      const bucket = { label: 'le', operator: '=~', value: boundPattern(threshold) } as const;
      return ofCounters(selectorText({ name: `${histogram}_count`, matchers }), {
        good: selectorText({ name: `${histogram}_bucket`, matchers: [...matchers, bucket] }),
      });
    }
    case 'expression': {
      const { good, bad, total } = indicator.expression as NonNullable<IndicatorSettings['expression']>;
      // A comment in its last line ends there.
      const within = (expression: string, window: string): string =>
        `sum by () (${asItStands(`${expression.replaceAll('$window', window)}${expression.includes('#') ? '\n' : ''}`)})`;
      return of(
        (window) => within(total, window),
        bad === undefined
          ? { good: (window) => within(good ?? total, window) }
          : { bad: (window) => within(bad, window) },
      );
    }
  }
}

const escaped = (number: string): string => number.replaceAll(/[.+]/g, String.raw`\$&`);
const point = String.raw`(\.0)?`;

/**
 * Of the buckets' label, which some clients write as `5` and some as `5.0`. A million is `1e+06` in Go, Python and Prometheus 3,
 * and ten of them `1.0E7` in Java.
 */
function boundPattern(bound: number): string {
  const plain = `${escaped(String(bound))}${Number.isInteger(bound) ? point : ''}`;
  if (bound >= 1e-4 && bound < 1e6) return plain;
  const [mantissa = '', power = ''] = bound.toExponential().split('e');
  const exponent = power.startsWith('-') ? `-0?${power.slice(1)}` : String.raw`\+?0?${power.slice(1)}`;
  return `${plain}|${escaped(mantissa)}${mantissa.includes('.') ? '' : point}[eE]${exponent}`;
}

/** Of the job that scrapes the service's own metrics. */
const selectorText = ({ name, matchers }: Selector): string =>
  `${name}{job="app"${matchers.length === 0 ? '' : `, ${asItStands(matchersText(matchers))}`}}`;

/** @throws for what is no selector: such settings are refused */
function ofApp(text: string): string {
  const selector = parseSelector(text);
  if (selector === undefined) throw new Error(`${text} is no selector`);
  return selectorText(selector);
}

type Either<T> = { readonly good: T } | { readonly bad: T };

const ofCounters = (all: string, part: Either<string>): Events => {
  const increase = (series: string) => (window: string) => `sum by () (increase(${series}[${window}]))`;
  return of(increase(all), 'bad' in part ? { bad: increase(part.bad) } : { good: increase(part.good) });
};

/** What has not happened yet has no series: it counts as 0. */
function of(all: (window: string) => string, part: Either<(window: string) => string>): Events {
  const orNone = (one: string, whole: string): string => `(${one} or on () 0 * ${whole})`;
  if ('bad' in part) return { all, bad: (window, whole = all(window)) => orNone(part.bad(window), whole) };
  return {
    all,
    bad: (window, whole = all(window)) => `clamp_min(${whole} - on () ${orNone(part.good(window), whole)}, 0)`,
  };
}
