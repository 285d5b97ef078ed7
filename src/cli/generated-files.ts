// The folder of generated files: what differs from it is written, or shown.
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GeneratedFile } from '../features/generate.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { absent, Refused, refused } from './file-errors.ts';
import { besides, clash } from './generated-owners.ts';
import { counted, say } from './terminal.ts';

/** A file, and what it holds now; undefined: there is none. */
type Compared = GeneratedFile & { readonly place: string; readonly now: string | undefined };

type Tell = (notes: readonly string[]) => void;

/** Writes what differs, each file at once, and says so on standard error. */
export const writeTo = (folder: string, files: readonly GeneratedFile[], tell: Tell): Promise<ExitCode> =>
  explained(async () => {
    for (const { place, now, text } of await compare(folder, files)) {
      if (now !== text) await replace(place, text);
      process.stderr.write(`${now === text ? 'unchanged' : 'wrote'} ${place}\n`);
    }
    const { left, others } = await besides(folder, files);
    tell([...left.map((place) => `${place} is left over from an earlier name of these rules: delete it`), ...others]);
    return exitCodes.ok;
  });

/** Shows what would be written, and what is left over. The code is 1 where something is. */
export const comparedWith = (folder: string, files: readonly GeneratedFile[], tell: Tell): Promise<ExitCode> =>
  explained(async () => {
    const other = (await compare(folder, files)).filter(({ now, text }) => now !== text);
    const { left, others } = await besides(folder, files);
    tell(others);
    for (const place of left)
      process.stderr.write(`sidewarden: ${place} is left over from an earlier name of these rules: delete it\n`);
    if (other.length + left.length === 0) {
      say(`${folder}: as generated, ${counted(files.length, 'file')}\n`);
      return exitCodes.ok;
    }
    if (other.length === 0) return exitCodes.failed;
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
      const now = await textAt(place);
      const reason = now === undefined ? undefined : clash(now, file.text);
      if (reason !== undefined) throw new Refused(`${place} ${reason}`);
      return { ...file, place, now };
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

async function explained(act: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`sidewarden: ${error.message}\n`);
    return exitCodes.failed;
  }
}
