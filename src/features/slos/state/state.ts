// The counts of the objectives outlive this process: also when it is killed, at most its last second is forgotten.
import type { Clock, Instant } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import { type Counted, type CountsFile, writeFile } from './file.ts';
import { writerOf } from './format.ts';
import { takeOver } from './load.ts';
import { type Release, takeLock } from './lock.ts';
import { type Machine, machineHere, type Stamp } from './machine.ts';
import { createPlace, type Files } from './place.ts';
import { createTelling, Hindered } from './telling.ts';

export type { Counted } from './file.ts';

/** After a failure it is tried again this often. */
const retryMs = 10_000;
/** A file system that has not answered for so long is said to be stuck. */
const stuckMs = 30_000;

export type StateOptions = {
  /** The folder for what outlives a restart. It may not be there, nor be writable. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly objectives: readonly Counted[];
  readonly machine?: Machine;
  readonly files?: Files;
  /** How often the file is written anew, so that it stays small. */
  readonly renewMs?: number;
  /** How often a power cut can no longer take what was written. */
  readonly syncMs?: number;
};

export interface State {
  /**
   * Writes what has changed; called each second, right after events were counted. What is slow delays nobody: the next
   * call writes more. The first one finds what was saved, and puts it in place of the windows. Never rejects.
   */
  save(): Promise<void>;
  /** Whether the last attempt went well; false before the first one has ended. */
  isUp(): boolean;
  /** Writes what is left, and lets go. Never rejects. */
  close(): Promise<void>;
}

export function createState(options: StateOptions): State {
  const { stateDir, clock, log, objectives, machine = machineHere(), files } = options;
  const { renewMs = 3_600_000, syncMs = 300_000 } = options;
  const place = createPlace(stateDir, machine, files);
  const telling = createTelling(log, place.folder);
  let lock: { readonly name: string; readonly release: Release } | undefined;
  /** What was saved is known, or there is nothing. */
  let known = false;
  let current: CountsFile | undefined;
  /** It waits to take the place of the current one. */
  let next: CountsFile | undefined;
  /** Of the file under our name, since we wrote it there. */
  let installed: number | undefined;
  let aside: Promise<void> | undefined;
  let trouble: { readonly error: unknown } | undefined;
  let syncedAt = 0;
  let retryAt = Number.NEGATIVE_INFINITY;
  /** Another process has taken the file: it is left to that one. */
  let lost = false;
  let closed = false;
  let flight: { readonly since: Instant; readonly ended: Promise<void> } | undefined;

  const stampAt = (): Stamp => ({ boot: machine.boot, upMs: machine.upMs(), wallMs: clock.wall().getTime() });
  const write = (): Promise<CountsFile> =>
    writeFile(place, objectives, { process: machine.process, now: clock.now(), stamp: stampAt() });

  const unlock = async (): Promise<void> => {
    await lock?.release();
    lock = undefined;
  };
  /** What is under the name is what we have written. On some file systems the number of a file changes. */
  const checkOurs = async (): Promise<void> => {
    if (installed === undefined) return;
    const inode = await place.inode();
    if (inode === installed) return;
    if (inode === undefined) {
      if (current === undefined) return;
      await unlock();
      throw new Hindered('somebody has removed the file; it is written again in 10 s');
    }
    if (writerOf(await place.readBegin()) === machine.process) return;
    lost = true;
    throw new Hindered('another process writes there; give each a `state_dir` of its own, then restart this one');
  };
  const append = async (): Promise<void> => {
    await checkOurs();
    await current?.append(clock.now(), clock.wall());
  };
  /** The new file begins with what has happened since its windows were saved, and has the name then. */
  const install = async (file: CountsFile): Promise<void> => {
    await file.append(clock.now(), clock.wall());
    await checkOurs();
    await place.take();
    const before = current;
    [current, next, installed] = [file, undefined, file.ino];
    syncedAt = clock.now();
    await before?.close().catch(() => {});
  };
  /** @returns the first file of this process */
  const begin = async (): Promise<CountsFile> => {
    const name = await place.prepare();
    if (lock?.name !== name) await unlock(); // that was of a folder that is gone
    const release = lock?.release ?? (await takeLock(name));
    if (release !== undefined) lock = { name, release };
    else throw new Hindered('another process keeps its counts there; give each a `state_dir` of its own');
    if (!known) {
      await takeOver({ place, objectives, telling, clock, stampAt, process: machine.process });
      known = true;
      await place.sweep(clock.wall().getTime()).catch(() => {}); // what is left there harms nothing
    }
    return write();
  };
  const giveUp = async (error: unknown): Promise<void> => {
    telling.failed(error);
    retryAt = clock.now() + retryMs;
    const open = [current, next].filter((file) => file !== undefined);
    [current, next] = [undefined, undefined];
    for (const file of open) await file.close().catch(() => {});
    await place.drop();
  };
  /** Goes on beside the records. What goes wrong there is found by the next step. */
  const beside = (work: () => Promise<void>): void => {
    aside = work()
      .catch((error: unknown) => {
        trouble = { error };
      })
      .finally(() => {
        aside = undefined;
      });
  };
  const tend = (file: CountsFile): void => {
    const now = clock.now();
    if (aside !== undefined || next !== undefined) return;
    if (now - file.begun >= renewMs)
      beside(async () => {
        next = await write();
      });
    else if (now - syncedAt >= syncMs) {
      syncedAt = now;
      beside(file.sync);
    }
  };
  const step = async (): Promise<void> => {
    try {
      const { error } = trouble ?? {};
      trouble = undefined;
      if (error !== undefined) throw error;
      if (current === undefined && clock.now() < retryAt) return;
      if (current === undefined) next = await begin();
      await (next === undefined ? append() : install(next));
      telling.saved();
      if (current !== undefined) tend(current);
    } catch (error) {
      await aside;
      await giveUp(error);
    }
  };

  return {
    save() {
      if (closed || lost) return Promise.resolve();
      if (flight !== undefined) {
        if (clock.now() - flight.since >= stuckMs) telling.failed(new Hindered('the file system does not answer'));
        return flight.ended;
      }
      const ended = step().finally(() => {
        flight = undefined;
      });
      flight = { since: clock.now(), ended };
      return ended;
    },
    isUp: () => current !== undefined && telling.isGood(),
    async close() {
      closed = true;
      await flight?.ended;
      await aside;
      try {
        if (current !== undefined) await append();
        await current?.sync();
      } catch (error) {
        telling.failed(error);
      }
      for (const file of [current, next]) await file?.close().catch(() => {});
      if (next !== undefined) await place.drop();
      [current, next] = [undefined, undefined];
      await unlock();
    },
  };
}
