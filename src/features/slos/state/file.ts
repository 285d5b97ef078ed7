// One file of counts that this process writes: the windows first, then a record each time that counts have changed.
import type { FileHandle } from 'node:fs/promises';
import type { Instant } from '../../../core/clock.ts';
import type { Counts } from '../budget.ts';
import type { Windows } from '../windows.ts';
import { type Entry, writeHead, writeRecord } from './format.ts';
import type { Stamp } from './machine.ts';
import { pack } from './pack.ts';
import type { Place } from './place.ts';

/** An objective as far as its counts are saved. */
export interface Counted {
  readonly name: string;
  /** Of what it measures: counts of something else are not taken over. */
  readonly fingerprint: string;
  /** Others take their place once, when saved ones are found. */
  windows: Windows;
}

/** Where nothing happens, but is observed, that is written this often. */
const observedMs = 5000;

export type CountsFile = Awaited<ReturnType<typeof writeFile>>;

/** Writes all windows into a new file, which does not have its name yet. @throws as the file system does */
export async function writeFile(
  place: Place,
  objectives: readonly Counted[],
  from: { readonly process: string; readonly now: Instant; readonly stamp: Stamp },
) {
  const { process, now, stamp } = from;
  const windows: Uint8Array[] = [];
  for (const objective of objectives) windows.push(await pack(objective.windows.save(now)));
  const members = objectives.map(({ name, fingerprint }) => ({ name, fingerprint }));
  const handle = await place.begin();
  try {
    await handle.writeFile(writeHead({ process, stamp, members }, windows));
    await handle.datasync();
    const { ino } = await handle.stat();
    return { ino, begun: now, ...createRecords(handle, objectives, now) };
  } catch (error) {
    await handle.close().catch(() => {});
    await place.drop();
    throw error;
  }
}

/** The records of a file that was begun at an instant. */
function createRecords(handle: FileHandle, objectives: readonly Counted[], begun: Instant) {
  let written: readonly (Counts & { readonly at: Instant })[] = [];
  const changed = (now: Instant): readonly Entry[] =>
    objectives.flatMap(({ windows }, index) => {
      const { good, bad } = windows.total;
      const last = written[index];
      const isSame = last !== undefined && last.good === good && last.bad === bad;
      const isOld = last !== undefined && now - last.at >= observedMs && windows.coveredMs(now, observedMs) > 0;
      return isSame && !isOld ? [] : [{ index, good, bad }];
    });
  return {
    /** Appends the counts that have changed since the last record. @throws as the file system does */
    async append(now: Instant, wall: Date): Promise<void> {
      const entries = changed(now);
      if (entries.length === 0) return;
      await handle.writeFile(writeRecord({ afterMs: now - begun, wallMs: wall.getTime(), entries }));
      const fresh = new Map(entries.map(({ index, good, bad }) => [index, { good, bad, at: now }]));
      written = objectives.map((_, index) => fresh.get(index) ?? written[index] ?? { good: 0, bad: 0, at: now });
    },
    sync: (): Promise<void> => handle.datasync(),
    close: (): Promise<void> => handle.close(),
  };
}
