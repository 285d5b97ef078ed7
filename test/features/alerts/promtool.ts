// Many files for `promtool test rules` at once: a process for each handful, as many as there are cores.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Rule } from '../../../src/features/alerts/rule.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { runPromtool } from '../../servers/prometheus.ts';

export type RuleFile = {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly tests: readonly object[];
  /** How often the rules are evaluated; each minute unless said. */
  readonly everyMin?: number;
};
export type Verdict = { readonly name: string; readonly ok: boolean; readonly output: string };

const handful = 40;
const atOnce = 2;

/** What promtool says of each file; a file that cannot be read is not ok. */
export async function testFiles(files: readonly RuleFile[]): Promise<readonly Verdict[]> {
  const folder = await runFolder('rules');
  const handfuls = Array.from({ length: Math.ceil(files.length / handful) }, (_, index) =>
    files.slice(index * handful, (index + 1) * handful),
  );
  const verdicts: Verdict[] = [];
  const next = async (): Promise<void> => {
    for (let group = handfuls.shift(); group !== undefined; group = handfuls.shift())
      verdicts.push(...(await testHandful(folder, group)));
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, next));
  } finally {
    removeFolder(folder);
  }
  return verdicts;
}

async function testHandful(folder: string, files: readonly RuleFile[]): Promise<readonly Verdict[]> {
  const paths = files.map(({ rules, tests, everyMin = 1 }) => {
    const own = join(folder, randomUUID());
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'rules.yml'), stringify({ groups: [{ name: 'one', rules }] }));
    const file = join(own, 'tests.yml');
    writeFileSync(file, stringify({ rule_files: ['rules.yml'], evaluation_interval: `${everyMin}m`, tests }));
    return file;
  });
  const { output } = await runPromtool(['test', 'rules', ...paths]);
  // Each file is told under its name, then SUCCESS or what failed: `Unit Testing:  FILE`, since Prometheus 3 `Processing …`.
  const parts = output.split(/^(?:Unit Testing: {2}|Processing test file: )/m);
  return files.map(({ name }, index) => {
    const part = parts.find((one) => one.startsWith(`${paths[index]}\n`));
    return { name, ok: part !== undefined && /^\s*SUCCESS\s*$/m.test(part), output: part ?? output };
  });
}
