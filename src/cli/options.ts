// The options that every command takes, and the configuration they lead to.
import { parseArgs } from 'node:util';
import { type Configuration, loadConfiguration } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import { version } from '../version.ts';
import { usage } from './usage.ts';

/** EX_CONFIG of sysexits.h */
const badConfiguration = 78;

export type Loading =
  | { readonly kind: 'end'; readonly code: number }
  | { readonly kind: 'go'; readonly configuration: Configuration; readonly notes: readonly string[] };

/** Reads options and configuration; prints help, version or every mistake, and says with which code to end. */
export function loadFrom(args: readonly string[]): Loading {
  const parsed = parse(args);
  if ('wrong' in parsed) return { kind: 'end', code: usage(2, parsed.wrong) };
  const { help, version: wantsVersion, config, listen, 'log-level': logLevel } = parsed.values;
  if (help === true) return { kind: 'end', code: usage(0) };
  if (wantsVersion === true) {
    process.stdout.write(`sidewarden ${version}\n`);
    return { kind: 'end', code: 0 };
  }
  const loaded = loadConfiguration({ arguments: { config, listen, logLevel }, environment: process.env });
  if (loaded.ok) return { kind: 'go', configuration: loaded.configuration, notes: loaded.notes };
  process.stderr.write(`${formatProblems(loaded.problems)}\n`);
  return { kind: 'end', code: badConfiguration };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        listen: { type: 'string' },
        'log-level': { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
