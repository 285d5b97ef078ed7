// A reporter for vitest that writes a line of JSON as each file of tests ends: what became of it, and how long it took.
import { appendFileSync, readFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Names the file that the lines go to. */
export const REPORT_VARIABLE = 'SIDEWARDEN_TEST_REPORT';

export type FileReport = {
  /** The project of vitest.config.ts. This and the file are absent for what failed outside of any file. */
  readonly group?: string;
  /** From the root of the tree. */
  readonly file?: string;
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  readonly skipped: readonly string[];
  /** Of one worker: its start, the imports, all hooks and all tests. */
  readonly seconds: number;
};

export default class Report implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    write(reportOf(module));
  }

  onTestRunEnd(_: readonly TestModule[], errors: readonly SerializedError[]): void {
    if (errors.length === 0) return;
    const failures = [{ name: 'an error that no test waits for', message: textOf(errors) }];
    write({ passed: 0, failures, skipped: [], seconds: 0 });
  }
}

function write(report: FileReport): void {
  const path = process.env[REPORT_VARIABLE];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(report)}\n`);
}

/** What was written there so far. */
export const readReports = (path: string): FileReport[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as FileReport);

function reportOf(module: TestModule): FileReport {
  const { relativeModuleId: file, project } = module;
  const tests = [...module.children.allTests()].map((test) => ({
    name: `${file} > ${test.fullName}`,
    ...test.result(),
  }));
  const failures = tests
    .filter(({ state }) => state === 'failed')
    .map(({ name, errors }) => ({ name, message: textOf(errors ?? []) }));
  // A file that cannot be loaded, and hooks that fail, have no failed test.
  const around = [module, ...module.children.allSuites()].flatMap((each) => each.errors());
  if (around.length > 0) failures.push({ name: `${file} > the file itself`, message: textOf(around) });
  else if (module.state() === 'failed' && failures.length === 0) failures.push({ name: file, message: 'it failed' });
  const spent = module.diagnostic();
  const parts = [spent.environmentSetupDuration, spent.prepareDuration, spent.setupDuration, spent.collectDuration];
  return {
    group: project.name,
    file,
    passed: tests.filter(({ state }) => state === 'passed').length,
    failures,
    skipped: tests.filter(({ state }) => state === 'skipped' || state === 'pending').map(({ name }) => name),
    seconds: [...parts, spent.duration].reduce((sum, each) => sum + each, 0) / 1000,
  };
}

/** Without the frames of the test runner. */
function textOf(errors: readonly SerializedError[]): string {
  return errors
    .map(({ name, message, stack }) => stack ?? `${name}: ${message}`)
    .join('\n')
    .split('\n')
    .filter((line) => !/^\s+at .*(node_modules\/|\(node:)/.test(line))
    .join('\n');
}
