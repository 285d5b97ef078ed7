// How to fix a value: a duration with a wrong unit, a word of a list, a number in quotes.
import { parseDuration } from '../core/duration.ts';
import { foreignChoice } from './foreign.ts';
import { quote } from './mask.ts';
import { nearest } from './nearest.ts';

const units: Readonly<Record<string, string>> = {
  ms: 'ms',
  msec: 'ms',
  msecs: 'ms',
  milli: 'ms',
  millis: 'ms',
  millisecond: 'ms',
  milliseconds: 'ms',
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  m: 'm',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
};

/**
 * What was meant by something that is no duration: what is wrong with it, and the right text.
 * @param usual the unit of a number without one: `d` for what is counted in days.
 */
export function durationAdvice(value: unknown, usual: 's' | 'd'): { readonly wrong: string; readonly fix: string } {
  const text = String(value).trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    if (usual === 'd') return { wrong: `has no unit: ${text} what?`, fix: `write ${text}d for days` };
    const other = Number(text) >= 100 ? `, or ${text}ms for milliseconds` : '';
    return { wrong: `has no unit: ${text} what?`, fix: `write ${text}s for seconds${other}` };
  }
  const fix = meant(text) ?? 'write a number and a unit (ms, s, m, h, d), such as 500ms, 5s, 1m30s or 30d';
  return { wrong: 'is not a duration', fix: parseDuration(fix) === undefined ? fix : `write ${fix}` };
}

function meant(text: string): string | undefined {
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text);
  if (iso !== null) {
    const parts = (['d', 'h', 'm', 's'] as const).map((unit, index) =>
      iso[index + 1] === undefined ? '' : `${iso[index + 1]}${unit}`,
    );
    return parts.join('') || undefined;
  }
  const [, amount, word] = /^(\d+(?:\.\d+)?)[\s_]*([a-z]+)$/i.exec(text) ?? [];
  if (amount === undefined || word === undefined) return undefined;
  if (/^(w|weeks?)$/i.test(word)) return `${Number(amount) * 7}d`;
  const unit = units[word.toLowerCase()];
  return unit === undefined ? undefined : `${amount}${unit}`;
}

/** The one that was probably meant; undefined where the message, which names all, says what there is to say. */
export function choiceFix(value: unknown, choices: readonly string[]): string | undefined {
  const near = typeof value === 'string' ? (foreignChoice(value, choices) ?? nearest(value, choices)) : undefined;
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** What kind of thing a value is, for people. */
export function nounOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'a map';
}

const belowIt = 'write `key: value` lines below it';
const wanted: Readonly<Record<string, readonly [noun: string, fix: string]>> = {
  string: ['a string', 'put it in quotes'],
  number: ['a number', 'write digits without quotes'],
  int: ['a whole number', 'write digits without quotes'],
  boolean: ['true or false', 'write true or false'],
  array: ['a list', 'write it in brackets: [one, two]'],
  object: ['a map', belowIt],
  record: ['a map', belowIt],
};

/** What was wanted in place of a value of the wrong kind. */
export function kindAdvice(expected: string, value: unknown): { readonly noun: string; readonly fix?: string } {
  const [noun, general] = wanted[expected] ?? [expected];
  if (expected === 'boolean' && typeof value === 'string') {
    const yes = /^(yes|on|y|1)$/i.test(value);
    if (yes || /^(no|off|n|0)$/i.test(value)) return { noun, fix: `write ${yes}` };
  }
  if (expected === 'array' && typeof value === 'string' && /^[\w.:-]+$/.test(value))
    return { noun, fix: `write [${value}]` };
  if (general === belowIt && Array.isArray(value)) return { noun, fix: `${general}, without \`- \`` };
  const scalar = typeof value !== 'object' || value === null;
  return general === undefined || (expected === 'string' && !scalar) ? { noun } : { noun, fix: general };
}

/**
 * What to write in place of a list or a map where one value is wanted; undefined where that cannot be known.
 * @param raw the first item of a list as it was written, if it may be shown
 */
export function kindFix(value: unknown, raw?: string): string | undefined {
  if (Array.isArray(value)) {
    const [only] = value;
    const isOne = value.length === 1 && (only === null || typeof only !== 'object' || raw !== undefined);
    if (!isOne) return undefined;
    return raw === undefined ? 'write its one entry alone, without the list' : `write ${quote(raw)}`;
  }
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is about that very form
  const ofPod = 'write `${NAME}`, and let the container’s `env` set NAME by that `valueFrom`';
  return keys.some((key) => /^(valueFrom|\w+KeyRef|secret)$/.test(key)) ? ofPod : undefined;
}

/** What a size is not. */
export const sizeText = (bound: string, size: number, origin: string): string => {
  if (origin === 'string')
    return size === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${size} characters`;
  return origin === 'array' ? `must have ${bound} ${size} entries` : `must be ${bound} ${size}`;
};

/** More names than these help nobody: the nearest one does. */
const mostNamed = 40;

/** The first of them, where they are many. */
export const someOf = (names: readonly string[]): string =>
  names.length > mostNamed ? `${names.slice(0, mostNamed).join(', ')}, …` : names.join(', ');

export const oneOf = (choices: readonly string[]): string =>
  choices.length > mostNamed
    ? `is none of the ${choices.length} names that can stand here`
    : `must be one of ${choices.join(', ')}`;
