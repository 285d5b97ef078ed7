// A configuration text in a file of its own, loaded as the daemon loads it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Configuration, type Loaded, type LoadOptions, loadConfiguration } from '../../src/config/load.ts';
import { formatProblems, type Problem } from '../../src/config/problems.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidewarden-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const names = (function* count() {
  for (let number = 1; ; number += 1) yield `${number}.yaml`;
})();

/** The path of a new file that holds the text. */
export function fileOf(text: string | Uint8Array, name = names.next().value): string {
  mkdirSync(folder, { recursive: true }); // gone already where a worker runs several files on one set of modules
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

export const loadText = (
  text: string,
  environment: NodeJS.ProcessEnv = {},
  options: Partial<LoadOptions> = {},
): Loaded => loadConfiguration({ environment, ...options, arguments: { config: fileOf(text), ...options.arguments } });

/** The configuration; its mistakes fail the test. */
export function right(loaded: Loaded): Configuration {
  if (loaded.ok) return loaded.configuration;
  throw new Error(formatProblems(loaded.problems));
}

export function wrong(loaded: Loaded): readonly Problem[] {
  if (!loaded.ok) return loaded.problems;
  throw new Error('no mistake was found');
}
