// A copy of the tree, in which one source file at a time is mutated, and what is run in it.
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type FileReport, REPORT_VARIABLE, readReports } from '../../scripts/vitest-report.ts';
import { apply, type Mutation } from './places.ts';
import type { TestFile } from './rooms.ts';
import { type Ran, run } from './run.ts';

/** What failed, in words; undefined when nothing did. */
export type Failed = { readonly by: string; readonly message: string };
export type Tested = {
  readonly failed: readonly Failed[];
  /** Ended at the time limit. */
  readonly isLate: boolean;
  readonly reports: readonly FileReport[];
};
export type UpTo = 'first failure' | 'end';

export interface Copy {
  readonly folder: string;
  /** @returns what puts the file back. */
  mutate(mutation: Mutation): () => void;
  types(): Promise<Failed | undefined>;
  build(): Promise<Failed | undefined>;
  /** Runs these to the first failure, or to the last. */
  test(files: readonly TestFile[], limitMs: number, upTo: UpTo): Promise<Tested>;
}

/**
 * How the source alone is checked: of it only what a change concerns. That a removed call leaves an unused import says
 * nothing.
 */
const typesOf = {
  file: 'tsconfig.mutations.json',
  config: {
    extends: './tsconfig.json',
    compilerOptions: {
      incremental: true,
      tsBuildInfoFile: 'tsconfig.mutations.tsbuildinfo',
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ['src'],
  },
};

const leftOut = new Set(['.git', 'node_modules', 'dist', 'coverage']);
const toolMs = 300_000;

/** @returns copies of the tree, and what removes them. */
export function makeCopies(root: string, count: number): { copies: readonly [Copy, ...Copy[]]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-mutations-'));
  chmodSync(folder, 0o755); // as root, servers run as another user
  const first = makeCopy(root, join(folder, '1'));
  const others = Array.from({ length: count - 1 }, (_, index) => makeCopy(root, join(folder, String(index + 2))));
  return {
    copies: [first, ...others],
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

function makeCopy(root: string, folder: string): Copy {
  const filter = (path: string): boolean => !leftOut.has(relative(root, path));
  cpSync(root, folder, { recursive: true, filter });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, typesOf.file), JSON.stringify(typesOf.config));
  const tool = async (by: string, command: string, ...args: string[]): Promise<Failed | undefined> => {
    const ran = await run(command, args, { folder, limitMs: toolMs });
    return ran.code === 0 ? undefined : { by, message: firstLine(ran) };
  };
  return {
    folder,
    mutate(mutation) {
      const path = join(folder, mutation.file);
      const sound = readFileSync(path, 'utf8');
      writeFileSync(path, apply(sound, mutation));
      return () => writeFileSync(path, sound);
    },
    types: () => tool('types', 'tsc', '--project', typesOf.file, '--pretty', 'false'),
    build: () => tool('build', process.execPath, 'scripts/build.mjs'),
    async test(files, limitMs, upTo) {
      const report = `${folder}.report`;
      writeFileSync(report, '');
      const projects = [...new Set(files.map(({ project }) => project))].flatMap((name) => ['--project', name]);
      const args = [
        ...['run', ...projects, '--maxWorkers=1', '--no-cache', `--fsModuleCachePath=${folder}.cache`],
        ...['--reporter=./scripts/vitest-report.ts', ...(upTo === 'first failure' ? ['--bail=1'] : [])],
        ...files.map(({ file }) => file),
      ];
      const ran = await run('vitest', args, { folder, limitMs, env: { [REPORT_VARIABLE]: report } });
      const reports = readReports(report);
      return { failed: failuresOf(ran, reports, limitMs), isLate: ran.code === undefined, reports };
    },
  };
}

function failuresOf(ran: Ran, reports: readonly FileReport[], limitMs: number): readonly Failed[] {
  const failed = reports.flatMap(({ failures }) =>
    failures.map(({ name, message }) => ({ by: name, message: message.split('\n', 1)[0] ?? '' })),
  );
  if (failed.length > 0 || ran.code === 0) return failed;
  if (ran.code === undefined)
    return [{ by: 'the time limit', message: `not at its end after ${Math.round(limitMs / 1000)} s` }];
  return [{ by: 'vitest', message: `ended with ${ran.code}: ${firstLine(ran)}` }];
}

const firstLine = ({ output }: Ran): string => output.split('\n').find((line) => line.trim() !== '') ?? '';
