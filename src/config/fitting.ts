// What would fit in place of a value of the wrong kind: each is tried on its field, so that the advice is no mistake itself.
import type { z } from 'zod';
import { parseDuration } from '../core/duration.ts';
import { foreignChoice } from './foreign.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { below, isKind, keysOf, wordsOf } from './shape.ts';

type Schema = z.core.$ZodType;
/** A level of the configuration: what may stand there, and the type of the check around it. */
type Level = { readonly path: Path; readonly schemas: readonly Schema[]; readonly type: string | undefined };

const isYes = (value: unknown): boolean => /^(true|yes|on|y|enabled?)$/i.test(String(value));
const isNo = (value: unknown): boolean => /^(false|no|off|n|none|disabled?)$/i.test(String(value));

/** How to write what was meant; undefined where that cannot be known, '' where the usual advice would be wrong. */
export function fitting(expected: string, value: unknown, level: Level): string | undefined {
  if (typeof value === 'string' && expected === 'array') return asList(value, level);
  if (expected === 'object' || expected === 'record') return asMap(expected, value, level);
  if (typeof value === 'string') return expected === 'number' ? asNumber(value, level) : undefined;
  if (typeof value !== 'number') return undefined;
  if (expected === 'int' && !Number.isInteger(value)) {
    const around = [Math.floor(value), Math.ceil(value)].filter((one) => takes(level.schemas, one));
    return around.length === 0 ? '' : `write ${around.join(' or ')}`;
  }
  if (expected !== 'string' || takes(level.schemas, String(value))) return undefined;
  const address = `host:${value}`;
  return takes(level.schemas, address) ? `write \`${address}\`, with the name of the server for host` : '';
}

/** `99.9%`, and `200ms` where seconds are meant. */
function asNumber(text: string, { schemas }: Level): string | undefined {
  const [, percents] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  if (isKind(schemas, 'percent') && percents !== undefined) return `write ${Number(percents)}`;
  const milliseconds = isKind(schemas, 'seconds') ? parseDuration(text.replaceAll(' ', '')) : undefined;
  return milliseconds === undefined ? undefined : `write ${milliseconds / 1000}, which is ${text} in seconds`;
}

/** A word of each list, by its own name or another tool's. */
function asList(text: string, { schemas }: Level): string | undefined {
  const known = wordsOf(below(schemas, 0));
  if (known.length === 0) return undefined;
  const words = text.split(/[\s,;]+/).flatMap((word) => known.find((one) => one === word) ?? meant(word, known) ?? []);
  const right = [...new Set(words)].filter((word) => takes(schemas, [word]));
  if (right.length > 0 && takes(schemas, right)) return `write [${right.join(', ')}]`;
  return `write it in brackets, with some of ${known.filter((word) => takes(schemas, [word])).join(', ')}`;
}

const meant = (word: string, known: readonly string[]): string | undefined =>
  foreignChoice(word, known) ?? nearest(word, known);

function asMap(expected: string, value: unknown, level: Level): string | undefined {
  const key = String(level.path.at(-1));
  if (Array.isArray(value)) return expected === 'record' ? ofPairs(value) : undefined;
  if (expected === 'record' || (value !== null && typeof value === 'object')) return undefined;
  const keys = keysOf(level.schemas);
  const word = value === false ? 'off' : String(value).toLowerCase();
  const child = keys.find((one) => wordsOf(below(level.schemas, one)).includes(word));
  if (child !== undefined) return `write \`${key}: { ${child}: ${word} }\``;
  if (isNo(value)) return 'leave it out';
  const isOn = keys.find((one) => one === word && takes(below(level.schemas, one), true));
  if (isOn !== undefined) return `write \`${key}: { ${isOn}: true }\``;
  if (!isYes(value)) return undefined;
  if (key === 'tls' && level.type !== undefined) return ofTls(level.type);
  const needed = keys.filter((one) => !takes(below(level.schemas, one), undefined));
  if (needed.length > 0) return `write \`${key}: { ${needed.map((one) => `${one}: …`).join(', ')} }\``;
  return takes(level.schemas, {}) ? `write \`${key}: {}\`` : undefined;
}

/** A list of names with values, as Kubernetes has it; the values may be secrets. */
function ofPairs(items: readonly unknown[]): string | undefined {
  const names = items.map((item) => (item instanceof Object && 'name' in item ? String(item.name) : ''));
  const isName = (name: string): boolean => /^[A-Za-z][A-Za-z-]{0,40}$/.test(name);
  if (items.length === 0 || !names.every(isName)) return undefined;
  return `write \`${names[0]}: …\` below it, without \`- \`, \`name\` and \`value\``;
}

const schemes: Readonly<Record<string, string>> = { redis: 'rediss', http: 'https', elasticsearch: 'https' };

/** TLS is on by the URL, or always. */
function ofTls(type: string): string {
  const scheme = schemes[type];
  if (scheme !== undefined) return `write \`${scheme}://\` in \`url\``;
  if (type === 'postgres') return 'write it in `url`: `?sslmode=verify-full`';
  return 'leave it out: TLS is always spoken';
}

const takes = (schemas: readonly Schema[], value: unknown): boolean =>
  schemas.some((schema) => '_zod' in schema && (schema as z.ZodType).safeParse(value).success);
