// The fields of every body: of each endpoint in each format, of errors, and of what commands print. From real answers; the
// schemas of docs/endpoints.md say which strings are words of a closed set, and the test holds them against the answers.
import { readFileSync } from 'node:fs';
import { type Answers, jsonAnswers, textLines } from './answers.ts';
import { type Field, fieldsIn, fieldsOf, type Schema } from './fields.ts';
import { printedJson } from './printed.ts';

export async function bodies(): Promise<readonly string[]> {
  const answers = await jsonAnswers();
  const lines = [...answers].flatMap(([name, all]) => linesOf(name, fieldsIn(all), wordsAt(schemaOf(name))));
  return [...lines, ...(await textLines()), ...printedLines(await printedJson())];
}

/** `GET /health json checks.*.error: string auth|dns; not always` */
const linesOf = (name: string, fields: ReadonlyMap<string, Field>, words: ReadonlySet<string>): readonly string[] =>
  [...fields].map(([path, { types, values, always }]) => {
    const isEntry = path.endsWith('[]') || path.endsWith('*');
    const shown = words.has(path) ? ` ${[...values].sort().join('|')}` : '';
    return `${name} ${path}: ${[...types].sort().join('|')}${shown}${isEntry ? '' : always ? '; always' : '; not always'}`;
  });

/** An option adds fields; those that were there without it are not said again, nor what `probe` says of a check. */
function printedLines(printed: Answers): readonly string[] {
  const lines = new Map([...printed].map(([name, all]) => [name, linesOf(name, fieldsIn(all), new Set())]));
  const said = (name: string): readonly string[] => (lines.get(name) ?? []).map((line) => line.slice(name.length));
  const plain = said('check-config --json');
  const probed = said('probe --json').map((line) => line.replace(' checks.*.', ' checks.*.probe.'));
  return [...lines].flatMap(([name, all]) => {
    if (!name.startsWith('check-config --json --')) return all;
    const known = new Set([...plain, ...plain.map((line) => line.replace('; not always', '; always')), ...probed]);
    return all.filter((line) => !known.has(line.slice(name.length)));
  });
}

/** The schemas of docs/endpoints.md by their ids. */
export function schemas(): ReadonlyMap<string, Schema> {
  const page = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => JSON.parse(text) as Schema);
  return new Map(blocks.flatMap((schema) => (schema.$id === undefined ? [] : [[schema.$id, schema] as const])));
}

/** The id of the schema that a body has. */
export function schemaOf(name: string): string {
  if (name.startsWith('(error)')) return 'error';
  if (name.endsWith('health+json')) return 'health+json';
  if (name.includes('/detailed')) return 'detailed';
  if (name.includes('/slo')) return 'slo';
  return name.includes('/drain') ? 'drain' : 'health';
}

/** The paths at which the schema has a closed set of words. */
const wordsAt = (id: string): ReadonlySet<string> =>
  new Set([...fieldsOf(id, schemas())].flatMap(([path, { words }]) => (words.length > 0 ? [path] : [])));
