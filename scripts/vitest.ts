// Runs groups of tests with vitest, all in one go, and reads what our reporter found (vitest-report.ts).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileReport, REPORT_VARIABLE, readReports } from './vitest-report.ts';

export type Failure = { readonly name: string; readonly message: string };
export type Outcome = {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly string[];
};

export type TestRun = Outcome & { readonly files: readonly FileReport[] };

/** Which part of the tests, and how. */
export type Asked = {
  /** Projects of vitest.config.ts. */
  readonly groups: readonly string[];
  /** Only files whose path has one of these in it; all unless given. */
  readonly files?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Runs them; vitest's own report goes to standard output. A group of which no test ran has failed. */
export async function runVitest({ groups, files = [], env = {} }: Asked): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-report-'));
  const path = join(folder, 'report');
  writeFileSync(path, '');
  try {
    const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'vitest-report.ts')}`];
    const projects = groups.flatMap((group) => ['--project', group]);
    const code = await spawned(['run', ...projects, ...reporters, ...files], { ...env, [REPORT_VARIABLE]: path });
    return read(path, groups, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(path: string, groups: readonly string[], code: number): TestRun {
  const files = readReports(path);
  const failures = files.flatMap((file) => file.failures);
  for (const group of groups.filter((name) => !files.some((file) => file.group === name))) {
    failures.push({ name: group, message: 'no test of this group was run' });
  }
  // As when its configuration is wrong.
  if (code !== 0 && failures.length === 0) {
    const message = `vitest ended with ${code} though no test failed; see its output above`;
    failures.push({ name: groups.join(', '), message });
  }
  const passed = files.reduce((sum, file) => sum + file.passed, 0);
  return { passed, failures, skipped: files.flatMap((file) => file.skipped), files };
}

function spawned(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('vitest', args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}
