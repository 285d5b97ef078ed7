// Processes that count, one after the other, on a machine whose clocks are those of the test.
import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../../src/core/clock.ts';
import type { Counts } from '../../../../src/features/slos/budget.ts';
import type { Machine } from '../../../../src/features/slos/state/machine.ts';
import type { Files } from '../../../../src/features/slos/state/place.ts';
import { type Counted, createState, type State, type StateOptions } from '../../../../src/features/slos/state/state.ts';
import { Windows } from '../../../../src/features/slos/windows.ts';
import { makeLog } from '../../../http/serve.ts';
import { runFolder } from '../../../servers/process.ts';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
const usualMs = 30 * day;

export type Start = Pick<StateOptions, 'renewMs' | 'syncMs'> & {
  readonly host?: string;
  readonly boot?: string;
  readonly files?: Partial<Files>;
  /** Names, and what each measures. */
  readonly objectives?: Readonly<Record<string, string>>;
  readonly windowMs?: number;
  /** It is of the same process, and goes on with its windows. */
  readonly successorOf?: { readonly objectives: readonly Counted[]; readonly machine: Machine; readonly begun: number };
};

/** Who tells processes apart in the tests, in place of random bytes. */
let processes = 0;

export async function createStage() {
  /** Of the machine: milliseconds since its boot, and since 1970. */
  const time = { up: 7 * day, wall: Date.UTC(2026, 5, 15) };
  const alive: State[] = [];
  let stateDir = await runFolder('slo-state');
  const pass = (ms: number): void => {
    time.up += ms;
    time.wall += ms;
  };

  const start = (options: Start = {}) => {
    const begun = options.successorOf === undefined ? time.up : options.successorOf.begun;
    const clock: Clock = { now: () => time.up - begun, wall: () => new Date(time.wall) };
    const log = makeLog();
    const { objectives: named = { checkout: 'a' }, windowMs = usualMs } = options;
    const fresh = Object.entries(named).map(
      ([name, fingerprint]): Counted => ({ name, fingerprint, windows: new Windows(windowMs) }),
    );
    const objectives = options.successorOf?.objectives ?? fresh;
    processes += 1;
    const { host = 'pod-a', boot = 'boot-1', files, renewMs = hour, syncMs = 5 * minute } = options;
    const own = { host, boot, process: `${processes}`.padStart(8, '0'), upMs: () => time.up };
    const machine = options.successorOf?.machine ?? own;
    const nodeFiles = { ...realFiles, ...files };
    const state = createState({ stateDir, clock, log, objectives, machine, files: nodeFiles, renewMs, syncMs });
    alive.push(state);
    const of = (name = 'checkout'): Windows => {
      const found = objectives.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no objective ${name}`);
      return found.windows;
    };
    const last = (ms: number, name?: string): Counts => of(name).last(clock.now(), ms);
    return {
      ...{ state, objectives, machine, begun, clock, last, log },
      total: (name?: string): Counts => of(name).total,
      since: (name?: string): number => clock.now() - (of(name).since ?? Number.NaN),
      covered: (ms: number, name?: string): number => of(name).coveredMs(clock.now(), ms),
      /** Seconds that pass, each with these events of every objective. */
      async run(seconds: number, good = 1, bad = 0): Promise<void> {
        for (let count = 0; count < seconds; count += 1) {
          pass(second);
          for (const { windows } of objectives) windows.add(clock.now(), good, bad);
          await state.save();
        }
      },
      lines: (): readonly string[] => log.lines.map(({ level, message }) => `${level}: ${message}`),
    };
  };
  return {
    ...{ time, pass, start },
    stateDir: () => stateDir,
    folder: () => join(stateDir, 'slos'),
    file: (host = 'pod-a') => join(stateDir, 'slos', `${host}.counts`),
    /** Whoever counts is killed: what they left is in another folder, and nothing that they write now comes there. */
    async kill(): Promise<void> {
      const left = await runFolder('slo-state');
      await cp(stateDir, left, { recursive: true, preserveTimestamps: true });
      stateDir = left;
      await Promise.all(alive.splice(0).map((state) => state.close()));
    },
    read: () => readFile(join(stateDir, 'slos', 'pod-a.counts')),
    names: async () => (await readdir(join(stateDir, 'slos'))).toSorted(),
    mode: async (path: string) => ((await stat(path)).mode & 0o777).toString(8),
  };
}

const realFiles = (await import('node:fs/promises')) satisfies Files;
