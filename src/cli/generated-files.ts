// The folder of generated files: what differs from it is written, or shown.
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GeneratedFile } from '../features/generate.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { counted, say } from './terminal.ts';

/** A file, and what it holds now; undefined: there is none. */
type Compared = GeneratedFile & { readonly place: string; readonly now: string | undefined };

/** Writes what differs, each file at once, and says so on standard error. */
export const writeTo = (folder: string, files: readonly GeneratedFile[]): Promise<ExitCode> =>
  explained(async () => {
    for (const { place, now, text } of await compare(folder, files)) {
      if (now !== text) await replace(place, text);
      process.stderr.write(`${now === text ? 'unchanged' : 'wrote'} ${place}\n`);
    }
    return exitCodes.ok;
  });

/** Shows what would be written. The code is 1 where something would. */
export const comparedWith = (folder: string, files: readonly GeneratedFile[]): Promise<ExitCode> =>
  explained(async () => {
    const other = (await compare(folder, files)).filter(({ now, text }) => now !== text);
    if (other.length === 0) {
      say(`${folder}: as generated, ${counted(files.length, 'file')}\n`);
      return exitCodes.ok;
    }
    const { createTwoFilesPatch } = await import('diff');
    for (const { place, now, text } of other)
      say(
        createTwoFilesPatch(now === undefined ? '/dev/null' : place, place, now ?? '', text, '', '', {
          context: 3,
        }).replace(/^(?:Index: .*\n)?=+\n/, ''),
      );
    const differ = `${counted(other.length, 'file')} ${other.length === 1 ? 'differs' : 'differ'}`;
    process.stderr.write(`sidewarden: ${differ} from what the configuration gives: generate without --check\n`);
    return exitCodes.failed;
  });

async function compare(folder: string, files: readonly GeneratedFile[]): Promise<readonly Compared[]> {
  await refuseFile(folder);
  return Promise.all(
    files.map(async (file) => {
      const place = join(folder, file.path);
      return { ...file, place, now: await textAt(place) };
    }),
  );
}

/** @throws Refused where something else than a folder stands there */
async function refuseFile(folder: string): Promise<void> {
  const found = await stat(folder).catch(absent(folder));
  if (found?.isDirectory() === false) throw new Refused(`--out ${folder} is a file, and must be a folder`);
}

const textAt = (place: string): Promise<string | undefined> => readFile(place, 'utf8').catch(absent(place));

/** A reader sees the old file or the new one; behind a link it is the file that changes. */
async function replace(place: string, text: string): Promise<void> {
  const target = (await realpath(place).catch(absent(place))) ?? place;
  const folder = dirname(target);
  const beside = join(folder, `.${basename(target)}.${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(beside, text);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}); // what went wrong first is told
    throw refused(place, error, 'written');
  }
}

/** What can go wrong with a folder or a file, and what to do. */
class Refused extends Error {}

async function explained(act: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`sidewarden: ${error.message}\n`);
    return exitCodes.failed;
  }
}

const whys: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'a folder stands there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ELOOP: 'links lead round in a circle',
  ENAMETOOLONG: 'the name is too long',
};

function refused(place: string, error: unknown, done: 'read' | 'written'): Refused {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Refused(`${place} cannot be ${done}: ${whys[code] ?? message}`);
}

const absent =
  (place: string) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== 'ENOENT') throw refused(place, error, 'read');
  };
