// The folder of the counts, below `state_dir`: made for its owner alone, and written aside and renamed.
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as nodeFiles from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** What is asked of the file system, so that tests can fill it up. */
export type Files = Pick<typeof nodeFiles, 'chmod' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'unlink'>;

/** Far more than the objectives of a service have. */
const largestBytes = 256_000_000;
/** The head of a thousand objectives is smaller. */
const headBytes = 256_000;
/** Of another pod, a file that nobody has written for longer than any window tells nobody anything. */
const uselessMs = 93 * 86_400_000;
const ending = '.counts';
/** Files of any pod: its counts, those that were refused, and those that it was writing when it was killed. */
const leftForm = /^(?:.+\.counts(?:\.refused)?|\..+\.counts\.[0-9a-f]{8})$/;

const { O_CREAT, O_EXCL, O_WRONLY, O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** What lies in the folder is not to be trusted, or not to be used: the message says why. */
export class Refused extends Error {}

export type Place = ReturnType<typeof createPlace>;

export function createPlace(stateDir: string, { host, process: id }: Machine, files: Files = nodeFiles) {
  const folder = join(stateDir, 'slos');
  const name = `${host.replaceAll(/[^\w.-]/g, '_')}${ending}`;
  const path = join(folder, name);
  const asides = `.${name}.`;
  const aside = join(folder, `${asides}${id.slice(0, 8)}`);

  return {
    folder,
    path,
    /**
     * Makes the folder, never those above it: they can appear later.
     * @returns the name of its lock.
     * @throws when it cannot be had, or is not ours.
     */
    async prepare(): Promise<string> {
      await files.mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      const facts = await files.lstat(folder);
      if (!facts.isDirectory()) throw new Refused(`${folder} is no folder`);
      if (!isOurs(facts)) throw new Refused(`${folder} belongs to another user`);
      if ((facts.mode & 0o077) !== 0) await files.chmod(folder, 0o700); // the kubelet opens a volume to its group
      return createHash('sha256').update(`${facts.dev} ${facts.ino} ${name}`).digest('hex');
    },
    /** @returns undefined where there is none. @throws as the file system does, {Refused} for what is not ours. */
    async read(): Promise<Buffer | undefined> {
      const handle = await openThere(files, path);
      if (handle === undefined) return undefined;
      try {
        const facts = await handle.stat();
        if (!facts.isFile()) throw new Refused('it is no file');
        if (!isOurs(facts)) throw new Refused('it belongs to another user');
        if ((facts.mode & 0o002) !== 0) throw new Refused('every user can write it');
        if (facts.size > largestBytes) throw new Refused('it is too large');
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
    /** Whether counts of other hosts are in the folder. */
    async hasOthers(): Promise<boolean> {
      const names = await files.readdir(folder);
      return names.some((one) => one.endsWith(ending) && !one.startsWith('.') && one !== name);
    },
    /** Its first bytes; none where it is not there. */
    async readBegin(): Promise<Buffer> {
      const handle = await openThere(files, path);
      try {
        const { buffer, bytesRead = 0 } = (await handle?.read(Buffer.alloc(headBytes), 0, headBytes, 0)) ?? {};
        return buffer?.subarray(0, bytesRead) ?? Buffer.alloc(0);
      } finally {
        await handle?.close();
      }
    },
    /** Puts it out of the way under another name, for whoever wants to look at it. @returns that name. */
    async setAside(): Promise<string> {
      const refused = `${path}.refused`;
      await files.rename(path, refused);
      return refused;
    },
    /** A new file, not yet under its name. */
    async begin(): Promise<FileHandle> {
      await files.unlink(aside).catch(() => {});
      return files.open(aside, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    },
    /** It takes the place of the one before. */
    take: (): Promise<void> => files.rename(aside, path),
    drop: (): Promise<void> => files.unlink(aside).catch(() => {}),
    /** Which file is under the name; undefined: none. */
    inode: (): Promise<number | undefined> => files.lstat(path).then(({ ino }) => ino, absent),
    /** Removes what a killed process of this pod was writing, and what pods left behind that are long gone. */
    async sweep(now: number): Promise<void> {
      const names = await files.readdir(folder);
      for (const one of names) {
        const isLeft = one.startsWith(asides) && join(folder, one) !== aside;
        const isOld = async (): Promise<boolean> =>
          leftForm.test(one) && one !== name && now - (await files.lstat(join(folder, one))).mtimeMs > uselessMs;
        if (isLeft || (await isOld())) await files.unlink(join(folder, one));
      }
    },
  };
}

const isOurs = ({ uid }: Stats): boolean => uid === process.getuid?.();

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
};

const openThere = (files: Files, path: string): Promise<FileHandle | undefined> =>
  files.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(absent);
