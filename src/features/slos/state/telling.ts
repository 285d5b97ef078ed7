// Whether the counts are saved, said once when it changes.
import type { Log } from '../../../core/log.ts';
import { Refused } from './place.ts';

/** Why nothing can be saved, and what to do. */
export class Hindered extends Error {}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space there, or take a larger volume',
  EDQUOT: 'the quota is used up; free some space there, or raise it',
  EROFS: 'it can only be read; mount the volume for writing',
  EACCES: 'this user may not write there; give it the folder, in Kubernetes by `fsGroup`',
  EPERM: 'this user may not write there; give it the folder, in Kubernetes by `fsGroup`',
  ENOENT: 'there is no such folder; make it, or mount the volume; it is tried again every 10 s',
  ENOTDIR: 'that is no folder; set `state_dir` to one',
  ELOOP: 'a symbolic link is there; remove it',
};

export function createTelling(log: Log, folder: string) {
  const fields = { 'labels.feature': 'slos' };
  let said: string | undefined;
  return {
    /** Of the last that was said; true before anything was. */
    isGood: (): boolean => said === undefined,
    failed(error: unknown): void {
      const { code = '', message } = error as NodeJS.ErrnoException;
      const isPlain = error instanceof Hindered || error instanceof Refused;
      const why = isPlain ? message : (reasons[code] ?? (message || String(error)));
      if (why === said) return;
      said = why;
      log.warn(
        { ...fields, 'error.message': message },
        `the counts of the objectives are not saved in ${folder}, so a restart would forget them: ${why}`,
      );
    },
    saved(): void {
      if (said !== undefined) log.info(fields, `the counts of the objectives are saved in ${folder} again`);
      said = undefined;
    },
    info: (message: string): void => log.info(fields, message),
    warn: (message: string): void => log.warn(fields, message),
  };
}
export type Telling = ReturnType<typeof createTelling>;
