// The configuration that the options lead to, or every mistake in it on standard error.
import {
  type Configuration,
  type Loaded,
  type LoadOptions,
  loadConfiguration,
  type Taken,
  type Wrong,
} from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import type { Values } from './command.ts';
import type { configuration } from './options.ts';

/** Flags win over the environment of this process, that over the file. */
export const given = ({ config, listen, ...log }: Values<typeof configuration>): LoadOptions => ({
  arguments: { config, listen, logLevel: log['log-level'], logFormat: log['log-format'] },
  environment: process.env,
});

export const load = (values: Values<typeof configuration>): Loaded => loadConfiguration(given(values));

/** The configuration; undefined when there are mistakes: they are printed, and the code is `exitCodes.configuration`. */
export function loadOrExplain(values: Values<typeof configuration>): Taken | undefined {
  const loaded = load(values);
  if (loaded.ok) return loaded;
  explain(loaded);
  return undefined;
}

/** The mistakes, and what may be behind one. */
export function explain({ problems, warnings }: Wrong): void {
  const doubts = warnings.map((warning) => `warning: ${warning}\n`);
  process.stderr.write(`${formatProblems(problems)}\n${doubts.join('')}`);
}

/** Of files that exist, and that another one came before. */
export const notRead = (files: readonly string[]): string => `not read: ${files.join(', ')}`;

export type { Configuration };
