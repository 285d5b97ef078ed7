// Reads what INFO and its kin answer: lines of `field:value`. Pure.
import { UnreadableAnswer } from '../../statistics.ts';

export type Fields = ReadonlyMap<string, string>;

/**
 * Headings, empty lines and what is no field are passed over; of a field that comes twice the first counts.
 * @throws UnreadableAnswer when it is no text, or has no field.
 */
export function fieldsOf(answer: unknown, command: string): Fields {
  const fields = new Map<string, string>();
  for (const line of typeof answer === 'string' ? answer.split('\n') : []) {
    const colon = line.indexOf(':');
    if (colon < 1 || line.startsWith('#')) continue;
    const name = line.slice(0, colon);
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trimEnd());
  }
  if (fields.size === 0) throw new UnreadableAnswer(`${command} answered something else than lines of field:value`);
  return fields;
}

const words: Readonly<Record<string, number>> = { ok: 1, true: 1, err: 0, fail: 0, false: 0 };

/** What fits no 64 bits with a sign is a negative number that a server wrote without its sign. */
const mostOfAll = 2 ** 63;

/** A number, or 1 for `ok` and 0 for `err` and `fail`; undefined for anything else, such as `12.5M`, `-nan` and `n/a`. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = words[text] ?? Number(text);
  return Math.abs(value) < mostOfAll ? value : undefined;
}

/** Of what counts something: a server that does not know it may write -1, as Dragonfly does. */
export function notNegative(text: string | undefined): number | undefined {
  const value = numberOf(text);
  return value === undefined || value < 0 ? undefined : value;
}

/** `a=1,b=2` by name. */
function pairsOf(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return pairs;
}

/** Fields whose name begins so, in their order: the rest of the name, and the pairs of the value. */
export function listOf(fields: Fields, prefix: string, rest = /^.+$/): { name: string; pairs: Fields }[] {
  const found: { name: string; pairs: Fields }[] = [];
  for (const [field, value] of fields) {
    if (!field.startsWith(prefix)) continue;
    const name = field.slice(prefix.length);
    if (rest.test(name)) found.push({ name, pairs: pairsOf(value) });
  }
  return found;
}

/** The first `most` of them by `weight`, the heaviest first. @param cut told how many are left out. */
export function heaviest<T>(
  all: readonly T[],
  most: number,
  weight: (one: T) => number,
  cut: (count: number) => void,
): readonly T[] {
  if (all.length <= most) return all;
  cut(all.length - most);
  return all.toSorted((a, b) => weight(b) - weight(a)).slice(0, most);
}
