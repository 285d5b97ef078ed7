// Whether what was counted stays a number: once it is infinite, it is for ever.
import type { Kind, Series } from './metric.ts';
import type { Values } from './values.ts';

/**
 * @param values of one line
 * @param series that they are for; undefined: a new one
 */
export function staysFinite(values: Values, kind: Kind, weight: number, series?: Series): boolean {
  if (kind === 'set') return true;
  let value = series?.value ?? 0;
  for (let at = 0; at < values.count; at += 1) {
    const number = values.numbers[at] as number;
    if (kind === 'gauge') value = values.changes[at] === true ? value + number : number;
    else value += number * weight;
    if (!Number.isFinite(value)) return false;
  }
  if (kind !== 'histogram' || weight === 1) return true; // adding 1 makes no number infinite
  const counted = series?.counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  return Number.isFinite(counted + values.count * weight);
}
