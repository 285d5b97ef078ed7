// A reporter for vitest that writes a line of JSON as each file of tests ends: how long it took, and what failed in it.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** The file that it writes, by its name in the environment. */
export const reportVariable = 'SIDEWARDEN_TEST_REPORT';

export type FileReport = {
  /** From the top of the tree; absent for what failed outside of any file. */
  readonly file?: string;
  readonly ms: number;
  readonly failed: readonly { readonly test: string; readonly message: string }[];
};

type Said = { readonly message?: string } | undefined;

const firstLine = (error: Said): string => (error?.message ?? '').split('\n', 1)[0] ?? '';

export default class FileReporter implements Reporter {
  private root = '';

  onInit(vitest: Vitest): void {
    this.root = vitest.config.root;
  }

  onTestModuleEnd(module: TestModule): void {
    const { duration, collectDuration, prepareDuration, environmentSetupDuration, setupDuration } = module.diagnostic();
    const tests = [...module.children.allTests('failed')].map((test) => ({
      test: test.fullName,
      message: firstLine(test.result().errors?.[0]),
    }));
    const broken =
      module.state() === 'failed' ? { test: 'the file itself', message: firstLine(module.errors()[0]) } : undefined;
    write({
      file: relative(this.root, module.moduleId),
      ms: duration + collectDuration + prepareDuration + environmentSetupDuration + setupDuration,
      failed: tests.length === 0 && broken !== undefined ? [broken] : tests,
    });
  }

  onTestRunEnd(_: readonly TestModule[], errors: readonly Said[]): void {
    const failed = errors.map((error) => ({ test: 'an error that no test waits for', message: firstLine(error) }));
    if (failed.length > 0) write({ ms: 0, failed });
  }
}

function write(report: FileReport): void {
  const path = process.env[reportVariable];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(report)}\n`);
}
