// The steps of `npm test`: what each runs, and how many tests passed and failed in it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Failure = { readonly name: string; readonly message: string };
export type Outcome = {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly string[];
};
export type Step = { readonly name: string; readonly does: string; run(): Promise<Outcome> };

const tool = (name: string, does: string, command: string, ...args: string[]): Step => ({
  name,
  does,
  run: () => runTool(name, command, args),
});

const suite = (name: string, does: string): Step => ({ name, does, run: () => runVitest(name) });

export const steps: readonly Step[] = [
  tool('build', 'build dist/ (node scripts/build.mjs)', 'node', 'scripts/build.mjs'),
  tool('style', 'format and lint (biome check)', 'biome', 'check', '--colors=off'),
  tool('types', 'check types (tsc)', 'tsc', '--project', '.', '--pretty', 'false'),
  tool('unused', 'look for dead code and dependencies (knip)', 'knip', '--no-progress'),
  suite('unit', 'each part by itself'),
  suite('contract', 'every dependency type against its real server'),
  suite('integration', 'the daemon and the command line as a whole'),
  suite('faults', 'real servers that hang, reset, refuse, cut and restart'),
];

/** A tool counts as one test. What it says is shown when it fails. */
async function runTool(name: string, command: string, args: readonly string[]): Promise<Outcome> {
  const { code, output } = await run(command, args, 'keep');
  if (code === 0) return { passed: 1, failures: [], skipped: [] };
  const message = output.trimEnd().split('\n').slice(-60).join('\n');
  return { passed: 0, failures: [{ name, message: `${message}\n(exit code ${code})` }], skipped: [] };
}

/**
 * Runs one of vitest's projects: its own report is for people, a second one in JSON is counted.
 * @param files only those whose path has one of these in it.
 */
export async function runVitest(
  project: string,
  env: Readonly<Record<string, string>> = {},
  files: readonly string[] = [],
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-report-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await run('vitest', ['run', '--project', project, ...reporters, ...files], 'show', env);
    return count(project, code, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The part of vitest's JSON report that is read: https://vitest.dev/guide/reporters#json-reporter */
type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
};

function count(project: string, code: number, path: string): Outcome {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch (error) {
    return {
      passed: 0,
      failures: [{ name: project, message: `vitest left no report (${String(error)})` }],
      skipped: [],
    };
  }
  const failures: Failure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const file of report.testResults) {
    const place = file.name.slice(file.name.indexOf('/test/') + 1);
    let failedHere = 0;
    for (const { fullName, status, failureMessages } of file.assertionResults) {
      const name = `${place} > ${fullName}`;
      if (status === 'passed') passed++;
      else if (status === 'failed')
        failedHere = failures.push({ name, message: ours(failureMessages?.join('\n') ?? '') });
      else skipped.push(name);
    }
    // A file that cannot be loaded, or whose hooks fail, has no failed test of its own.
    if (file.status === 'failed' && failedHere === 0) failures.push({ name: place, message: file.message });
  }
  // A test file without tests, or an error outside of any test.
  if (code !== 0 && failures.length === 0) {
    failures.push({ name: project, message: `vitest ended with ${code} though no test failed; see its output above` });
  }
  return { passed, failures, skipped };
}

/** Without the frames of the test runner. */
function ours(message: string): string {
  return message
    .split('\n')
    .filter((line) => !/^\s+at .*(node_modules\/|\(node:)/.test(line))
    .join('\n');
}

function run(
  command: string,
  args: readonly string[],
  what: 'keep' | 'show',
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const stdio = what === 'show' ? 'inherit' : (['ignore', 'pipe', 'pipe'] as const);
    const child = spawn(command, args, { stdio: stdio as 'inherit', env: { ...process.env, ...env } });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
