// A line with a sample, read with all that Prometheus accepts, and written in the one form that the text format has for it.
import { escapeValue } from '../../../core/exposition.ts';
import { createScanner, isFloat, isText, type Scanner, underscored, words } from './syntax.ts';

/** A line with a sample. */
export type Sample = {
  readonly name: string;
  /** Name and labels: the same for the same series, in whatever order its labels stand. */
  readonly series: string;
  /** The value, and the time in milliseconds if it has one. */
  readonly value: string;
  /** A `le` or `quantile` that is no number: no histogram and no summary may have one. */
  readonly oddBound: boolean;
};

type Label = readonly [name: string, value: string];

/** @param openMetrics times are in seconds then. @returns undefined for a line that Prometheus refuses */
export function readSample(line: string, openMetrics: boolean): Sample | undefined {
  if (!isText(line)) return undefined;
  const scan = createScanner(line);
  scan.spaces();
  const first = scan.take(words.metric);
  scan.spaces();
  const { name, labels } = scan.eat('{') ? readLabels(scan, first) : { name: first, labels: [] };
  scan.spaces();
  const value = readValue(scan, openMetrics);
  if (name === undefined || labels === undefined || value === undefined) return undefined;
  const pairs = labels.flatMap(([label, text]) => (text === '' ? [] : [`${label}="${escapeValue(text)}"`])).sort();
  return {
    name,
    series: pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`,
    value,
    oddBound: labels.some(([label, text]) => isBound(label) && text !== '' && !isFloat(text)),
  };
}

const isBound = (label: string): boolean => label === 'le' || label === 'quantile';

type Labelled = { readonly name: string | undefined; readonly labels: readonly Label[] | undefined };
const wrong: Labelled = { name: undefined, labels: undefined };

/** Up to the closing brace. The metric's name stands among them where it is a quoted one. */
function readLabels(scan: Scanner, given: string | undefined): Labelled {
  const labels: Label[] = [];
  let name = given;
  for (;;) {
    scan.spaces();
    if (scan.eat('}')) break;
    const quoted = scan.quoted();
    const plain = quoted === undefined ? scan.take(words.label) : undefined;
    scan.spaces();
    if (scan.eat('=')) {
      scan.spaces();
      const value = scan.quoted();
      // A label's name may hold no colon.
      const label = plain ?? underscored(quoted ?? '').replaceAll(':', '_');
      if (value === undefined || label === '' || label === '__name__') return wrong;
      labels.push([label, value]);
    } else {
      if (quoted === undefined || quoted === '' || name !== undefined) return wrong;
      name = underscored(quoted);
    }
    scan.spaces();
    if (!scan.eat(',')) {
      if (scan.eat('}')) break;
      return wrong;
    }
  }
  return new Set(labels.map(([label]) => label)).size < labels.length ? wrong : { name, labels };
}

/** What follows an exemplar's sign is not read: it is left out. */
function readValue(scan: Scanner, openMetrics: boolean): string | undefined {
  const value = scan.take(words.value);
  if (value === undefined || !isFloat(value)) return undefined;
  scan.spaces();
  const stamp = scan.take(words.time);
  scan.spaces();
  const rest = scan.rest();
  if (rest !== '' && !/^#[ \t]*\{/.test(rest)) return undefined;
  if (stamp === undefined) return value;
  const time = openMetrics ? millisecondsOf(stamp) : stamp;
  return time !== undefined && /^\d{1,18}$/.test(time) ? `${value} ${time}` : undefined;
}

/** Rounded as Prometheus does it: towards zero. */
function millisecondsOf(seconds: string): string | undefined {
  const milliseconds = Math.trunc(Number(seconds) * 1000);
  return isFloat(seconds) && Number.isFinite(milliseconds) ? String(milliseconds) : undefined;
}
