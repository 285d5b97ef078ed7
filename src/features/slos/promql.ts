// The events of an objective as Prometheus counts them, in the notation of prometheus/expression.ts.
import { asItStands, asPattern } from '../prometheus/expression.ts';
import { matchersText, parseMatchers, parseSelector, type Selector } from './selector.ts';
import { type IndicatorSettings, kindOf, type SloSettings } from './settings.ts';

/** Expressions without labels of their own: bad events, and all events, within a window such as `5m`. */
export type Events = {
  /** @param whole what `all` gives for the window, where it is known already */
  bad(window: string, whole?: string): string;
  all(window: string): string;
};

/**
 * @param name of the objective
 * @param namespace what an expression counts is of it where it gives none: pages of the same namespace hold others back
 */
export function eventsOf(name: string, { indicator }: Pick<SloSettings, 'indicator'>, namespace?: string): Events {
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
      const all = increaseOf(selectorText({ name: `${histogram}_count`, matchers }));
      const good = increaseOf(selectorText({ name: `${histogram}_bucket`, matchers: [...matchers, bucket] }));
      // It has all its buckets from its first event on. Without this one nothing is known: it is not that all is bad.
      return { all, bad: (window, whole = all(window)) => rest(whole, good(window)) };
    }
    case 'expression': {
      const { good, bad, total } = indicator.expression as NonNullable<IndicatorSettings['expression']>;
      const within = (expression: string, window: string): string => {
        const sum = `sum by () (${asWritten(expression, window)})`;
        return namespace === undefined
          ? sum
          : `label_replace(${sum}, "namespace", ${asItStands(JSON.stringify(namespace))}, "namespace", "^$")`;
      };
      return of(
        (window) => within(total, window),
        bad === undefined
          ? { good: (window) => within(good ?? total, window) }
          : { bad: (window) => within(bad, window) },
      );
    }
  }
}

/** An expression over a window. A comment in its last line ends there. */
export const asWritten = (expression: string, window: string): string =>
  asItStands(`${expression.replaceAll('$window', window)}${expression.includes('#') ? '\n' : ''}`);

const point = String.raw`(\.0)?`;

/**
 * Of the buckets' label, which some clients write as `5` and some as `5.0`. A million is `1e+06` in Go, Python and Prometheus 3,
 * and ten of them `1.0E7` in Java.
 */
function boundPattern(bound: number): string {
  const plain = `${asPattern(String(bound))}${Number.isInteger(bound) ? point : ''}`;
  if (bound >= 1e-4 && bound < 1e6) return plain;
  const [mantissa = '', power = ''] = bound.toExponential().split('e');
  const exponent = power.startsWith('-') ? `-0?${power.slice(1)}` : String.raw`\+?0?${power.slice(1)}`;
  return `${plain}|${asPattern(mantissa)}${mantissa.includes('.') ? '' : point}[eE]${exponent}`;
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

const increaseOf = (series: string) => (window: string) => `sum by () (increase(${series}[${window}]))`;

const ofCounters = (all: string, part: Either<string>): Events =>
  of(increaseOf(all), 'bad' in part ? { bad: increaseOf(part.bad) } : { good: increaseOf(part.good) });

/** All others are bad. */
const rest = (whole: string, good: string): string => `clamp_min(${whole} - on () ${good}, 0)`;

/** What has not happened yet has no series: it counts as 0. */
function of(all: (window: string) => string, part: Either<(window: string) => string>): Events {
  const orNone = (one: string, whole: string): string => `(${one} or on () 0 * ${whole})`;
  if ('bad' in part) return { all, bad: (window, whole = all(window)) => orNone(part.bad(window), whole) };
  return {
    all,
    bad: (window, whole = all(window)) => rest(whole, orNone(part.good(window), whole)),
  };
}
