// libfaketime, which shifts the wall clock of one process while it runs: https://github.com/wolfcw/libfaketime
import { spawnSync } from 'node:child_process';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './place.ts';
import { locate, type Source } from './source.ts';

export const faketimeSource: Source = {
  what: 'faketime',
  variable: 'SIDEWARDEN_TEST_FAKETIME',
  candidates: ['faketime'],
  packages: ['faketime'],
};

export type WallClock = {
  /** For the process whose clock it is. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on the process's wall clock is this many seconds off. Monotonic clocks are never touched. */
  shift(seconds: number): void;
};

/** A wall clock for one process; right until it is shifted. */
export async function createWallClock(): Promise<WallClock> {
  const library = libraryOf(await locate(faketimeSource));
  const file = join(await runFolder('faketime'), 'shift');
  const shift = (seconds: number): void => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
    chmodSync(`${file}.new`, 0o644);
    renameSync(`${file}.new`, file); // at once: the process reads it whenever it looks at its clock
  };
  shift(0);
  const environment = {
    ...library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1', // its name before 0.9.10
    NO_FAKE_STAT: '1',
  };
  return { environment, shift };
}

/** How the program loads its library, which lies elsewhere on every system. */
function libraryOf(program: string): Record<string, string> {
  const { stdout } = spawnSync(program, ['-m', '-f', '+0s', 'env'], { encoding: 'utf8' });
  const loading = stdout.split('\n').flatMap((line) => {
    const [, name, value] = /^(LD_PRELOAD|DYLD_INSERT_LIBRARIES|DYLD_FORCE_FLAT_NAMESPACE)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  if (loading.length === 0) throw new Error(`${program} does not say how it loads its library: ${stdout}`);
  return Object.fromEntries(loading);
}
