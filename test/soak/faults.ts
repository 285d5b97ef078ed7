// What happens to one target, again and again until it is told to end: restarts, freezes, floods, as chance has it.
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Stoppable } from '../faults/four.ts';
import type { Chance } from './chance.ts';
import type { FloodData } from './flood.ts';
import { type Fault, itself } from './judge.ts';

export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export type Trouble = {
  readonly daemon: { freeze(): void; thaw(): void };
  readonly chance: Chance;
  /** The longest that a check may be believed, in milliseconds: faults last shorter and longer than this. */
  readonly believedMs: number;
  readonly faults: Fault[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

/** Quiet, a fault, quiet: until the signal aborts. The fault under way then is ended in order. */
export async function troubleServer(name: string, server: Stoppable, trouble: Trouble): Promise<void> {
  const { chance, believedMs, signal } = trouble;
  await quiet(chance.between(1000, 20_000), signal);
  while (!signal.aborted) {
    const kind = chance.among(['restarted', 'stopped', 'frozen', 'frozen with the daemon', 'flooded']);
    // Half of them are over before anybody may say so, half are not.
    const lengthMs = chance.between(500, 2.2 * believedMs);
    const fault = begin(name, kind, kind !== 'flooded', trouble);
    if (kind === 'frozen') await freeze(server, fault, lengthMs, signal);
    else if (kind === 'frozen with the daemon') await freezeBoth(server, fault, lengthMs, trouble);
    else if (kind === 'flooded') await flood(name, server, fault, lengthMs);
    else await stop(server, fault, kind === 'stopped' ? lengthMs : 0, signal);
    fault.over = now();
    await quiet(chance.between(2000, 4 * believedMs), signal);
  }
}

/** The daemon sleeps for longer than a pass may be believed, the server longer: the daemon's first answer tells. */
async function freezeBoth(server: Stoppable, fault: Fault, lengthMs: number, trouble: Trouble): Promise<void> {
  const { daemon, faults, believedMs, signal } = trouble;
  server.freeze();
  fault.holds = now();
  if (!faults.some(({ target, over }) => target === itself && over === undefined)) {
    const own: Fault = { target: itself, kind: 'frozen', certain: true, begins: now() };
    faults.push(own);
    daemon.freeze();
    await quiet(believedMs + 1000, signal);
    daemon.thaw();
    own.over = now();
  }
  await quiet(lengthMs / 4, signal);
  fault.lifted = now();
  server.thaw();
}

function begin(target: string, kind: string, certain: boolean, { faults, say }: Trouble): Fault {
  const fault: Fault = { target, kind, certain, begins: now() };
  faults.push(fault);
  say(`${target}: ${kind}`);
  return fault;
}

async function freeze(server: Stoppable, fault: Fault, lengthMs: number, signal: AbortSignal): Promise<void> {
  server.freeze();
  fault.holds = now();
  await quiet(lengthMs, signal);
  fault.lifted = now();
  server.thaw();
}

async function stop(server: Stoppable, fault: Fault, lengthMs: number, signal: AbortSignal): Promise<void> {
  await server.stop();
  fault.holds = now();
  await quiet(lengthMs, signal);
  fault.lifted = now();
  await server.start();
}

/** Connections that ask without pause, from a thread of their own. */
async function flood(name: string, { host, port }: Stoppable, fault: Fault, lengthMs: number): Promise<void> {
  fault.holds = now();
  const workerData: FloodData = { name, host, port };
  const worker = new Worker(new URL('flood.ts', import.meta.url), { workerData });
  await wait(lengthMs);
  fault.lifted = now();
  await worker.terminate();
}

async function quiet(ms: number, signal: AbortSignal): Promise<void> {
  await Promise.race([wait(ms, undefined, { ref: true }), aborted(signal)]);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
