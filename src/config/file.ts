// Which file holds the configuration, and its text; every way in which a file can fail is a Problem.
import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { type FileText, readPlainText, readSecretText } from '../core/secret-text.ts';
import type { Problem } from './problems.ts';

/** Read when no other is named, the first that exists: of the working directory, of the machine. */
export const usualFiles: readonly string[] = ['./sidewarden.yaml', '/etc/sidewarden/sidewarden.yaml'];
/** What people call such a file, where none of the usual ones is: these are never read unless named. */
const misnamed: readonly string[] = ['.', '/etc/sidewarden'].flatMap((folder) =>
  ['sidewarden.yml', 'sidewarden.json', 'config.yaml', 'config.yml'].map((name) => `${folder}/${name}`),
);
export const misnamedFiles = (): readonly string[] => misnamed.filter((file) => existsSync(file));
/** Of a configuration file. */
export const largestBytes = 1024 * 1024;

/** The flag's, else that of SIDEWARDEN_CONFIG, else a usual one that exists, else none: the environment alone. */
export const chooseFile = (flag: string | undefined, environment: NodeJS.ProcessEnv): string | undefined =>
  flag ?? (environment.SIDEWARDEN_CONFIG || undefined) ?? usualFiles.find((file) => existsSync(file));

/** The files that would be read if there were not the one that was taken. One file by two names is one. */
export function passedOver(taken: string | undefined, environment: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set([taken === undefined ? undefined : placeOf(taken), undefined]);
  const named = environment.SIDEWARDEN_CONFIG;
  return [...(named ? [named] : []), ...usualFiles].filter((file) => {
    const place = placeOf(file);
    const isNew = !known.has(place);
    known.add(place);
    return isNew;
  });
}

/** Undefined where there is no file. */
function placeOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

const fixes: Record<string, string> = {
  ENOENT: 'the path is wrong, or the volume that holds it is not mounted',
  EACCES: 'let the user of this process read it',
  EPERM: 'let the user of this process read it',
  ENOTDIR: 'a part of the path is a file, not a folder',
};

/** In place of a file: what is written to this process. */
export const standardInput = '-';

/** A file as messages name it. */
export const nameOf = (file: string): string => (file === standardInput ? 'standard input' : file);

/** The text of the file, at most 1 MiB of UTF-8. Standard input can be read once, so what it said is kept. */
export function readText(file: string): ReadText {
  if (file !== standardInput) return readAs(file, readPlainText);
  fromStandardInput ??= readAs(file, readPlainText);
  return fromStandardInput;
}

type ReadText = { readonly text: string } | { readonly problem: Problem };
let fromStandardInput: ReadText | undefined;

function readAs(file: string, read: (bytes: Uint8Array) => FileText): ReadText {
  const problem = (message: string, fix?: string) => ({
    problem: { file: nameOf(file), path: '', message, ...(fix === undefined ? {} : { fix }) },
  });
  try {
    const facts = file === standardInput ? undefined : statSync(file);
    if (facts?.isDirectory())
      return problem(
        'is a folder, not a file',
        `name the file in it, such as ${file.replace(/\/$/, '')}/sidewarden.yaml`,
      );
    if (facts?.isFile() === false) return problem('is not a regular file');
    const bytes = facts === undefined ? readUpTo(0, largestBytes + 1) : readAtMost(file, largestBytes + 1);
    if (bytes.length > largestBytes)
      return problem('is larger than 1 MiB', 'this is hardly the configuration of Sidewarden');
    const found = read(bytes);
    return 'text' in found ? found : problem(found.problem, found.fix);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return problem(`cannot be read: ${code}`, fixes[code]);
  }
}

function readAtMost(file: string, limit: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    return readUpTo(descriptor, limit);
  } finally {
    closeSync(descriptor);
  }
}

function readUpTo(descriptor: number, limit: number): Uint8Array {
  const bytes = new Uint8Array(limit);
  let length = 0;
  for (;;) {
    const read = readOrWait(descriptor, bytes, length);
    length += read;
    if (read === 0 || length === limit) return bytes.subarray(0, length);
  }
}

/** Who gives standard input may have made it one that does not wait. */
function readOrWait(descriptor: number, bytes: Uint8Array, offset: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, offset, bytes.length - offset, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** The value that a variable's `_FILE` form names: never empty, and exactly one final newline is no part of it. */
export const readValue = (file: string): ReturnType<typeof readText> => readAs(file, readSecretText);
