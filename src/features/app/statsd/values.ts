// The values of a line, before anything is made of them: a line counts whole or not at all.
import type { StatsdReason, StatsdSettings } from '../settings.ts';
import { type LineType, readNumber } from './line.ts';

/** Read again for each line. */
export type Values = {
  readonly numbers: number[];
  /** Whether each is a change of what was. */
  readonly changes: boolean[];
  count: number;
};

/** @returns what reads the values into `values`, or says why they do not count. */
export function createReader(signed: StatsdSettings['signed_gauges'], values: Values) {
  const read = (text: string, type: LineType): StatsdReason | undefined => {
    const value = readShort(text);
    if (Number.isNaN(value)) return 'bad_line';
    if (type === 'c' && value < 0) return 'bad_line'; // a counter does not go down
    let change = false;
    if (type === 'g' && isSigned(text)) {
      if (signed === 'refuse') return 'signed_gauge';
      change = signed === 'delta';
    }
    values.numbers[values.count] = type === 'ms' ? value / 1000 : value;
    values.changes[values.count] = change;
    values.count += 1;
    return undefined;
  };
  return (text: string, type: LineType): StatsdReason | undefined => {
    values.count = 0;
    if (type === 's') return text === '' ? 'bad_line' : undefined; // any text is one value
    if (!text.includes(':')) return read(text, type);
    for (const one of text.split(':')) {
      const reason = read(one, type);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

const isSigned = (text: string): boolean => text.startsWith('-') || text.startsWith('+');

/** Most values are a few digits. */
function readShort(text: string): number {
  if (text.length === 0 || text.length > 9) return readNumber(text);
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return readNumber(text);
    value = value * 10 + digit;
  }
  return value;
}
