// The quick way through a line that stands already as it is to be shown, which most lines do: nothing of it is copied.
import { isFloat } from './syntax.ts';

/** Where the parts of a line are. */
export type Plain = { nameEnd: number; seriesEnd: number; ordered: boolean; oddBound: boolean };

const nameStart = 1;
const namePart = 2;
const labelStart = 4;
const labelPart = 8;
const digit = 16;

/** What a character may be. */
const kinds = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  const one = String.fromCharCode(code);
  if (/[a-zA-Z_]/.test(one)) kinds[code] = nameStart | namePart | labelStart | labelPart;
  if (/[0-9]/.test(one)) kinds[code] = namePart | labelPart | digit;
  if (one === ':') kinds[code] = nameStart | namePart;
}
const is = (text: string, at: number, kind: number): boolean => ((kinds[text.charCodeAt(at)] ?? 0) & kind) !== 0;

const quote = 0x22;
const comma = 0x2c;
const equal = 0x3d;
const closing = 0x7d;

/**
 * Fills `found`, and says whether the line is plain: its labels hold nothing but printable ASCII without escapes. Of any
 * other line it says nothing, good or bad. Where its labels are not in order, see `orderedSeries`.
 * @param end where the line feed is
 * @param timed whether a time stands in the text format's milliseconds
 */
export function scanPlain(text: string, start: number, end: number, timed: boolean, found: Plain): boolean {
  if (!is(text, start, nameStart)) return false;
  let at = start + 1;
  while (is(text, at, namePart)) at += 1;
  found.nameEnd = at;
  found.ordered = true;
  found.oddBound = false;
  if (text[at] === '{') {
    at = scanLabels(text, at + 1, found);
    if (at < 0) return false;
  }
  found.seriesEnd = at;
  if (text[at] !== ' ') return false;
  at = numberEnd(text, at + 1, end);
  if (at === end) return true;
  if (!timed || at < 0 || text[at] !== ' ') return false;
  const first = at + 1;
  at = first;
  while (is(text, at, digit)) at += 1;
  return at === end && at > first && at - first <= 18;
}

/** @returns where the line goes on behind the closing brace, or -1 */
function scanLabels(text: string, start: number, found: Plain): number {
  let at = start;
  let before = -1;
  let beforeEnd = -1;
  for (;;) {
    const from = at;
    if (!is(text, at, labelStart)) return -1;
    while (is(text, at, labelPart)) at += 1;
    if (text[at] !== '=' || text[at + 1] !== '"' || text.startsWith('__', from)) return -1;
    if (before >= 0 && found.ordered) found.ordered = isLess(text, before, beforeEnd, from, at);
    before = from;
    beforeEnd = at;
    const value = at + 2;
    at = value;
    let code = text.charCodeAt(at);
    while (code !== quote) {
      if (code < 0x20 || code > 0x7e || code === 0x5c) return -1; // the line feed too
      at += 1;
      code = text.charCodeAt(at);
    }
    if (at === value) return -1;
    if (isBound(text, from, beforeEnd) && !isFloat(text.slice(value, at))) found.oddBound = true;
    at += 2;
    const next = text.charCodeAt(at - 1);
    if (next === closing) return at;
    if (next !== comma) return -1;
  }
}

const isBound = (text: string, from: number, to: number): boolean =>
  (to - from === 2 && text.startsWith('le', from)) || (to - from === 8 && text.startsWith('quantile', from));

/** Name and labels of a plain line, in order; undefined when a label is there twice. */
export function orderedSeries(text: string, start: number, { nameEnd, seriesEnd }: Plain): string | undefined {
  const pairs = (text.slice(nameEnd + 1, seriesEnd - 1).match(/\w+="[^"]*"/g) ?? []).sort();
  for (let at = 1; at < pairs.length; at += 1) {
    const before = pairs[at - 1] ?? '';
    if (pairs[at]?.startsWith(before.slice(0, before.indexOf('=') + 1))) return undefined;
  }
  return `${text.slice(start, nameEnd)}{${pairs.join(',')}}`;
}

/** Whether the one pair comes before the other, and has not the same name. */
function isLess(text: string, one: number, oneEnd: number, other: number, otherEnd: number): boolean {
  for (let at = 0; one + at < oneEnd && other + at < otherEnd; at += 1) {
    const difference = text.charCodeAt(one + at) - text.charCodeAt(other + at);
    if (difference !== 0) return difference < 0;
  }
  const [length, otherLength] = [oneEnd - one, otherEnd - other];
  // After the shorter name comes its sign of equality.
  return length < otherLength
    ? equal < text.charCodeAt(other + length)
    : length > otherLength && text.charCodeAt(one + otherLength) < equal;
}

/** Where a number ends that is surely none too large, or -1. */
function numberEnd(text: string, start: number, end: number): number {
  let at = start;
  if (text[at] === '-') at += 1;
  const first = at;
  while (is(text, at, digit)) at += 1;
  if (at === first) return /^(?:NaN|[+-]Inf)$/.test(text.slice(start, Math.min(end, start + 5))) ? end : -1;
  if (text[at] === '.') {
    at += 1;
    while (is(text, at, digit)) at += 1;
  }
  if (at - start > 40) return -1;
  if (text[at] === 'e' || text[at] === 'E') {
    at += text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1;
    const exponent = at;
    while (is(text, at, digit)) at += 1;
    if (at === exponent || at - exponent > 2) return -1;
  }
  return at;
}
