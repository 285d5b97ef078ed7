// What is in the file becomes the windows of the objectives, or the log says why not.
import type { Clock } from '../../../core/clock.ts';
import type { Counted } from './file.ts';
import { type Contents, readContents, Unreadable } from './format.ts';
import type { Stamp } from './machine.ts';
import { type Place, Refused } from './place.ts';
import { goOn, restore, writtenAt } from './restore.ts';
import type { Telling } from './telling.ts';

export type TakeOverOptions = {
  readonly place: Place;
  readonly objectives: readonly Counted[];
  readonly telling: Telling;
  readonly clock: Clock;
  readonly stampAt: () => Stamp;
  /** This one: what it has written itself, before a reload, is in its windows. */
  readonly process: string;
};

/** A wall clock that is corrected by less says nothing. */
const correctionMs = 2000;

/** Puts saved windows in place of those of the objectives. @throws as the file system does: it can be tried again */
export async function takeOver(options: TakeOverOptions): Promise<void> {
  const { place, telling } = options;
  try {
    const bytes = await place.read();
    if (bytes !== undefined) await replace(readContents(bytes), options);
    else if (await place.hasOthers())
      telling.info(
        `the counts of the objectives begin anew: counts of other pods are in ${place.folder}, and none of this host name`,
      );
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof Refused)) throw error;
    const aside = await place.setAside();
    telling.warn(
      `the saved counts of the objectives are not read, so these begin anew: ${error.message}; the file is ${aside} now`,
    );
  }
}

async function replace(contents: Contents, options: TakeOverOptions): Promise<void> {
  const { objectives, telling, clock, stampAt, process } = options;
  const { head, damaged } = contents;
  const { at, backMs, windowsAt } = writtenAt(contents, stampAt(), clock.now());
  const found = await Promise.all(
    objectives.map(async (objective) => {
      const { name, fingerprint, windows } = objective;
      const index = head.members.findIndex((member) => member.name === name);
      const member = head.members[index];
      if (member === undefined) return [];
      if (member.fingerprint !== fingerprint) {
        telling.warn(`the saved counts of the objective ${name} are dropped: its indicator is another one now`);
        return [];
      }
      const { since, windowMs } = windows;
      if (head.process === process && since !== undefined && since <= at) return []; // they are in its windows
      try {
        return [{ objective, windows: await restore({ contents, index, windowsAt, windowMs }) }];
      } catch (error) {
        throw new Unreadable((error as Error).message);
      }
    }),
  );
  const now = clock.now();
  for (const { objective, windows } of found.flat()) {
    goOn(windows, objective.windows, at, now);
    objective.windows = windows;
  }
  if (damaged > 0) telling.warn(`the last ${damaged} bytes of the saved counts are damaged, so they are left out`);
  if (found.flat().length === 0) return;
  telling.info(
    `the counts of the objectives go on from ${new Date(clock.wall().getTime() - (now - at)).toISOString()}`,
  );
  if (backMs > correctionMs)
    telling.warn(
      `the clock is ${Math.round(backMs / 1000)} s behind the time at which counts of objectives were saved, so they count as of now`,
    );
}
