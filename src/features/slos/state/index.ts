// Where counts are kept for a restart, if the configuration names a folder.
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../../define.ts';
import { stateUp } from '../families.ts';
import type { Counted } from './file.ts';
import { createState } from './state.ts';

/** Counting begins after so long, also where a file system has not answered. */
const patienceMs = 1000;

/** What keeps the counts, as the feature uses it. None of it rejects. */
export interface Keeper {
  /** Resolves once what was saved is in the windows, or soon where that takes long. */
  begin(): Promise<void>;
  /** Called each second, after the counting; waits for nothing. */
  save(): void;
  close(): Promise<void>;
}

const none: Keeper = { begin: async () => {}, save() {}, close: async () => {} };

export function keeperOf(
  { stateDir, clock, log, meter }: Pick<House, 'stateDir' | 'clock' | 'log' | 'meter'>,
  objectives: readonly Counted[],
): Keeper {
  const up = meter(stateUp);
  if (stateDir === undefined || objectives.length === 0) return { ...none, begin: async () => up.remove({}) };
  const state = createState({ stateDir, clock, log, objectives });
  return {
    begin: () => Promise.race([state.save(), sleep(patienceMs, undefined, { ref: false })]),
    save() {
      up.set({}, state.isUp() ? 1 : 0);
      void state.save();
    },
    close: () => state.close(),
  };
}
