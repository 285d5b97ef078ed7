// The public surface in lists, one line for each thing that somebody may rely on. Each is generated from the product,
// written to a file beside this one by `npm run generate`, and compared by surface.test.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { alerts } from './alerts.ts';
import { appMetrics } from './app-metrics.ts';
import { bodies } from './bodies.ts';
import { commands } from './commands.ts';
import { configuration } from './configuration.ts';
import { environment } from './environment.ts';
import { exitCodes } from './exit-codes.ts';
import { http } from './http.ts';
import { kubernetes } from './kubernetes.ts';
import { log } from './log.ts';
import { metrics } from './metrics.ts';
import { openSource, type Source } from './source.ts';
import { words } from './words.ts';

type Lines = readonly string[];

const lists: Readonly<Record<string, (source: Source) => Lines | Promise<Lines>>> = {
  alerts,
  'app-metrics': appMetrics,
  bodies,
  commands,
  configuration,
  environment,
  'exit-codes': exitCodes,
  http,
  kubernetes,
  log,
  metrics,
  words,
};

export const names = Object.keys(lists);
export const fileOf = (name: string): string => `test/surface/${name}.txt`;
const place = (name: string): URL => new URL(`../../${fileOf(name)}`, import.meta.url);

/** A list as the product is now. */
export async function generate(name: string, source: Source): Promise<Lines> {
  return [...new Set(await lists[name]?.(source))].sort();
}

export const read = (name: string): Lines => readFileSync(place(name), 'utf8').trimEnd().split('\n');

/** For `npm run generate`. */
export async function writeLists(): Promise<void> {
  const source = openSource();
  try {
    for (const name of names) writeFileSync(place(name), `${(await generate(name, source)).join('\n')}\n`);
  } finally {
    source.close();
  }
}

/** Which lines went and came, and what to do then; undefined when the two are equal. */
export function difference(name: string, before: Lines, now: Lines): string | undefined {
  const went = before.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  const came = now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  if (went.length + came.length === 0) return undefined;
  return [
    ...[...went, ...came].sort((a, b) => compare(thingOf(a), thingOf(b))),
    `the public surface changed: if that is meant, run \`npm run generate\` to update ${fileOf(name)}, and say it in CHANGELOG.md`,
  ].join('\n');
}

/** What a line is about, so that the old and the new one of a thing stand together. */
const thingOf = (line: string): string => line.slice(2).split(': ', 1)[0] ?? '';
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
