// Sloth, which makes rules of objectives, to lay its rules beside ours. Debian does not have it: npm run test:peers builds it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { removeFolder, runFolder, runProgram } from './process.ts';
import { locate, type Source } from './source.ts';

export const slothSource: Source = {
  what: 'sloth',
  variable: 'SIDEWARDEN_TEST_SLOTH',
  candidates: ['sloth'],
  packages: [],
};

/** https://sloth.dev/specs/default/ */
export type SlothObjective = {
  readonly name: string;
  /** In percent. */
  readonly objective: number;
  readonly sli: { readonly events: { readonly error_query: string; readonly total_query: string } };
};

export type SlothRule = {
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
};

/** The recording rules that it generates, with its defaults. */
export async function slothRules(objectives: readonly SlothObjective[]): Promise<readonly SlothRule[]> {
  const folder = await runFolder('sloth');
  try {
    const file = join(folder, 'slos.yml');
    const quiet = { page_alert: { disable: true }, ticket_alert: { disable: true } };
    const slos = objectives.map((objective) => ({ ...objective, alerting: quiet }));
    writeFileSync(file, stringify({ version: 'prometheus/v1', service: 'shop', slos }), { mode: 0o644 });
    const args = ['generate', '--no-log', '--input', file];
    const output = await runProgram({ name: 'sloth', command: await locate(slothSource), args, folder });
    const { groups } = parse(output.slice(output.indexOf('---'))) as { groups: { rules: readonly SlothRule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  } finally {
    removeFolder(folder);
  }
}
