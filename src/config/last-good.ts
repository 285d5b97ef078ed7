// The last good configuration, kept beside the process: a restart that finds its file broken goes on with it.
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { type Configuration, usualControl } from './configuration.ts';
import { largestBytes } from './file.ts';

/** In its folder. */
export const keptName = 'last-good.yaml';

export type LastGood = {
  /** The absolute path of the configuration file that it was read from. */
  readonly file: string;
  /** As it was written there: references to secrets are not resolved. */
  readonly text: string;
  /** When it was taken over. */
  readonly time: Date;
};

/** Where it is kept: in the folder for what outlives a restart, else beside the control socket. */
export const folderOf = ({ stateDir, control }: Pick<Configuration, 'stateDir' | 'control'>): string =>
  stateDir ?? dirname(control ?? usualControl);

/**
 * Where it may have been kept, the likeliest first.
 * @param text of the configuration file as it is now. It is broken, so only the line of its own that names a folder is read.
 */
export function foldersFor(environment: NodeJS.ProcessEnv, text: string): readonly string[] {
  const said = (key: string): string | undefined =>
    environment[`SIDEWARDEN_${key.toUpperCase()}`] ||
    new RegExp(`^${key}:[ \\t]*["']?(/[^\\s"'#]*)`, 'm').exec(text)?.[1] ||
    undefined;
  const beside = dirname(said('control') ?? usualControl);
  return [...new Set([said('state_dir') ?? beside, beside])];
}

/** What the first line of the kept file says, as a comment of YAML. */
type Header = {
  readonly file: string;
  readonly pod: string;
  readonly time: string;
  readonly sha256: string;
};

/**
 * Keeps it, for its owner alone (0600). The file is written aside and renamed: whoever reads sees the one before or this
 * one, whenever the process is killed.
 * @throws when the folder cannot be written.
 */
export async function keepLastGood(folder: string, { file, text, time }: LastGood, pod: string): Promise<void> {
  const header: Header = { file, pod, time: time.toISOString(), sha256: digestOf(text) };
  const aside = join(folder, `.${keptName}`);
  const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW } = constants;
  const handle = await open(aside, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    await handle.chmod(0o600); // one that was left behind may have had another mode
    await handle.writeFile(`# ${JSON.stringify(header)}\n${text}`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(aside, join(folder, keptName));
}

/**
 * @returns undefined where there is none of this pod that can be trusted: whole, of our own user, written by nobody else.
 */
export async function readLastGood(folder: string, pod: string): Promise<LastGood | undefined> {
  const kept = await readOwn(join(folder, keptName));
  const [, first = '', text = ''] = /^# (\{.*\})\n([\s\S]*)$/.exec(kept ?? '') ?? [];
  const header = headerOf(first);
  if (header === undefined || header.pod !== pod || header.sha256 !== digestOf(text)) return undefined;
  return { file: header.file, text, time: new Date(header.time) };
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function readOwn(path: string): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return isOurs(await handle.stat()) ? await handle.readFile('utf8') : undefined;
  } catch {
    return undefined; // none, or not ours to read: the same to us
  } finally {
    await handle?.close();
  }
}

const isOurs = (facts: Stats): boolean =>
  facts.isFile() && facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0 && facts.size <= 2 * largestBytes;

function headerOf(text: string): Header | undefined {
  try {
    const { file, pod, time, sha256 } = JSON.parse(text) as Partial<Header>;
    const isWhole = [file, pod, time, sha256].every((value) => typeof value === 'string');
    return isWhole && !Number.isNaN(Date.parse(time as string)) ? ({ file, pod, time, sha256 } as Header) : undefined;
  } catch {
    return undefined; // not written by us
  }
}

/**
 * Which pod this is. The kubelet mounts files of the pod into each container from a folder that has the pod's UID in its
 * path (https://kubernetes.io/docs/concepts/storage/volumes/), so it stays when a container restarts, and is another one
 * in the next pod of the same name. Elsewhere the name of the machine, which containers get anew when they are made.
 */
export async function podHere(mounts = '/proc/self/mountinfo'): Promise<string> {
  const text = await readFile(mounts, 'utf8').catch(() => '');
  return /\/pods\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(text)?.[1] ?? hostname();
}
