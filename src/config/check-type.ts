// Which type a check has, or which one was probably meant: so that the rest of the check is judged in any case.
import { z } from 'zod';
import type { Definition } from '../dependencies/define.ts';
import { kindFix, nounOf } from './advice.ts';
import type { Explaining } from './explain.ts';
import { foreignType, isForeignFor } from './foreign.ts';
import { keyText, quote } from './mask.ts';
import { nearest, normalise } from './nearest.ts';
import type { Path } from './places.ts';
import { unreadable } from './problems.ts';
import { checkShape } from './schema.ts';
import { settle } from './settle.ts';

type Given = { readonly explaining: Explaining; readonly definitions: readonly Definition[] };
type Written = Readonly<Record<string, unknown>>;

export type Typed =
  | { readonly sure: true; readonly definition: Definition }
  /** What it is judged as: the type that was probably meant, else any. The findings say what is wrong with `keys`. */
  | { readonly sure: false; readonly definition: Definition; readonly keys: readonly string[] };

/** The definition that `type` names; where none does, the findings say why. */
export function findDefinition(given: Given, path: Path, written: Written): Typed {
  if (Object.hasOwn(written, 'type')) return named(given, path, written);
  const { definitions } = given;
  const { findings } = given.explaining;
  const meant = keyForType(given, path, written);
  if (meant !== undefined) {
    const fix = `write \`type: ${meant.definition.type}\``;
    findings.add([...path, meant.key], `unknown key \`${keyText(meant.key).text}\``, fix, 'key');
    return { sure: false, definition: meant.definition, keys: [meant.key] };
  }
  const told = typeOfProbe(definitions, written);
  if (told !== undefined) return { sure: false, definition: told, keys: [] };
  const candidates = guess(definitions, path, written);
  const [only = anyType(definitions), ...others] = candidates;
  const types = (candidates.length === 0 ? definitions : candidates).map(({ type }) => type);
  const fix = candidates.length === 1 ? `add \`type: ${only.type}\`` : `add \`type\`: one of ${types.join(', ')}`;
  findings.add([...path, 'type'], 'is missing', fix);
  return { sure: false, definition: others.length === 0 ? only : anyType(definitions), keys: [] };
}

function named({ explaining, definitions }: Given, path: Path, written: Written): Typed {
  const { findings, places } = explaining;
  const here = [...path, 'type'];
  const type = settle(written.type, [z.string()], here, findings);
  const definition = definitions.find((candidate) => candidate.type === type);
  if (definition !== undefined) return { sure: true, definition };
  const near = typeof type === 'string' ? typeMeant(definitions, type) : undefined;
  const judged = { sure: false, definition: near ?? anyType(definitions), keys: ['type'] } as const;
  if (type === unreadable) return judged;
  const types = definitions.map((one) => one.type);
  if (typeof type !== 'string') {
    const fix = kindFix(type, places.get([...here, 0])?.raw);
    if (type === null) findings.add(here, 'has no value', `write one of ${types.join(', ')}`, 'key');
    else findings.add(here, `must be one of ${types.join(', ')}, and is ${nounOf(type)}`, fix);
    return judged;
  }
  const raw = places.get(here)?.raw;
  const read = raw === undefined || raw === '' ? '' : `${quote(raw)} `;
  const otherwise = types.includes('tcp') ? '; for any other server, `tcp` tries its port' : '';
  const fix = near === undefined ? `write one of ${types.join(', ')}${otherwise}` : `did you mean \`${near.type}\`?`;
  findings.add(here, `${read}is not a type`, fix);
  return judged;
}

/** The type that goes by this name elsewhere, or is mistyped so. */
function typeMeant(definitions: readonly Definition[], text: string): Definition | undefined {
  const alias = foreignType(normalise(text));
  const near = nearest(
    text,
    definitions.map(({ type }) => type),
  );
  return definitions.find(({ type }) => type === alias) ?? definitions.find(({ type }) => type === near);
}

/** A mistyped `type`, or another tool's word for it, whose value is a type. */
function keyForType({ explaining, definitions }: Given, path: Path, written: Written) {
  for (const key of Object.keys(written)) {
    if (nearest(key, ['type']) === undefined && !isForeignFor('type', key)) continue;
    const value = settle(written[key], [z.string()], [...path, key], explaining.findings);
    const definition = typeof value === 'string' ? typeMeant(definitions, value) : undefined;
    if (definition !== undefined) return { key, definition };
  }
  return undefined;
}

/** The type of a probe as Kubernetes writes it (`httpGet: { … }`): what is said of that key tells of `type` too. */
function typeOfProbe(definitions: readonly Definition[], written: Written): Definition | undefined {
  const types = Object.entries(written).map(([key, value]) =>
    value instanceof Object ? foreignType(normalise(key), 'probe') : undefined,
  );
  return definitions.find(({ type }) => types.includes(type));
}

/** The types that know all its keys and can read their values; where none does, the one that its name tells of. */
function guess(definitions: readonly Definition[], path: Path, written: Written): readonly Definition[] {
  const knows = (definition: Definition): boolean => Object.keys(written).every((key) => key in checkShape(definition));
  const own = (definition: Definition): readonly string[] =>
    Object.keys(written).filter((key) => key in definition.settings);
  const able = definitions.filter((one) => knows(one) && own(one).length > 0);
  const reading = able.filter((one) => own(one).every((key) => reads(one.settings[key], written[key])));
  const candidates = reading.length > 0 ? reading : able;
  const name = String(path.at(-1));
  const told = definitions.find(
    ({ type, environment }) => environment?.check === name || type === name || type === foreignType(normalise(name)),
  );
  return told !== undefined && (candidates.length === 0 || candidates.includes(told)) ? [told] : candidates;
}

/** What a variable holds is not known here. */
const reads = (schema: unknown, value: unknown): boolean =>
  typeof value !== 'string' || (schema as z.ZodType).safeParse(value).success;

/** Stands for a type that nobody knows: it takes the settings of every type, whatever they hold. */
const anyType = (definitions: readonly Definition[]): Definition => ({
  type: '',
  summary: '',
  settings: Object.fromEntries(
    definitions.flatMap(({ settings }) => Object.keys(settings)).map((key) => [key, z.unknown().optional()]),
  ),
  phases: [],
  classes: [],
  keeps: 'connection',
  target: () => '',
  cost: () => ({ logIns: 0, calls: [] }),
  load: () => Promise.reject(new Error('there is no such type')),
});
