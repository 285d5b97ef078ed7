// Where the configuration came from, to be read again while the daemon runs.
import { createHash, type Hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { shorthands } from '../dependencies/index.ts';
import { chooseFile, largestBytes, readText, standardInput, usualFiles } from './file.ts';
import { folderOf, foldersFor, keepLastGood, podHere, readLastGood } from './last-good.ts';
import { type Loaded, type LoadOptions, loadConfiguration, type Taken } from './load.ts';

export type Source = {
  /** Reads, judges and settles everything anew; the flags and the environment are those of the start. */
  load(): Loaded;
  /** Changes when `load` could find something else: of the file, and of files that `NAME_FILE` names. Never rejects. */
  digest(): Promise<string>;
  /**
   * Keeps what was taken over, if it came from a file.
   * @returns the folder; undefined where there is nothing to keep. @throws when the folder cannot be written.
   */
  keep(taken: Taken): Promise<string | undefined>;
  /** What was last kept of this file by this pod, if it is still good: with it a start goes on that finds the file broken. */
  lastGood(): Promise<Kept | undefined>;
};

export type Kept = { readonly taken: Taken; readonly file: string; readonly time: Date };

/** The source that the flags and the environment lead to. The first file that is there stays it: without it, it is broken. */
export function sourceOf({ arguments: flags, environment }: Pick<LoadOptions, 'arguments' | 'environment'>): Source {
  let found = chooseFile(flags?.config, environment);
  const file = (): string | undefined => {
    found ??= chooseFile(undefined, environment);
    return found;
  };
  return {
    load: () => loadConfiguration({ arguments: { ...flags, config: file() }, environment }),
    async digest() {
      const hash = createHash('sha256');
      const path = file();
      const text = path === standardInput ? standardText() : path && (await add(hash, path));
      const names = text === undefined ? shorthands : [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      for (const name of new Set(names)) {
        const named = environment[`${name}_FILE`];
        if (named) await add(hash, named);
      }
      return hash.digest('hex');
    },
    async keep({ configuration, written }) {
      if (written === undefined) return undefined;
      const folder = folderOf(configuration);
      const kept = { file: resolve(written.file), text: written.text(), time: new Date() };
      await keepLastGood(folder, kept, await podHere());
      return folder;
    },
    async lastGood() {
      const path = file();
      if (path === standardInput) return undefined;
      const read = path === undefined ? undefined : readText(path);
      const files = (path === undefined ? usualFiles : [path]).map((one) => resolve(one));
      const pod = await podHere();
      for (const folder of foldersFor(environment, read !== undefined && 'text' in read ? read.text : '')) {
        const kept = await readLastGood(folder, pod);
        if (kept === undefined || !files.includes(kept.file)) continue;
        const config = path ?? kept.file;
        const taken = loadConfiguration({ arguments: { ...flags, config }, environment, text: kept.text });
        if (!taken.ok) continue;
        found = config;
        return { taken, file: config, time: kept.time };
      }
      return undefined;
    },
  };
}

/** It never changes; the files that its variables name may. */
function standardText(): string {
  const read = readText(standardInput);
  return 'text' in read ? read.text : '';
}

/** The file by its content; one that cannot be read, or is no configuration, by the reason. */
async function add(hash: Hash, path: string): Promise<string> {
  hash.update(`\0${path}\0`);
  try {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size > largestBytes) throw Object.assign(new Error(), { code: `${facts.size}` });
    const text = await readFile(path, 'utf8');
    hash.update(text);
    return text;
  } catch (error) {
    hash.update((error as NodeJS.ErrnoException).code ?? 'unknown');
    return '';
  }
}
