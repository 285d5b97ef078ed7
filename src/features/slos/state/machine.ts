// Time across a restart. While the machine is up its own clock tells it; else the wall clock, which may have been moved.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A moment as more than one process can read it. */
export type Stamp = {
  /** Which boot of the machine this is; empty: not known. */
  readonly boot: string;
  /** Monotonic milliseconds since then. */
  readonly upMs: number;
  /** Milliseconds since 1970 as the wall clock said. */
  readonly wallMs: number;
};

/** What one process knows of where it runs. */
export interface Machine {
  /** Of the pod, or of the machine: it is in the name of the file, so that pods never share one. */
  readonly host: string;
  /** Another one in each process. */
  readonly process: string;
  readonly boot: string;
  /** Monotonic milliseconds since the boot. */
  upMs(): number;
}

const process_ = randomUUID();

/** The machine that this process runs on. */
export const machineHere = (): Machine => ({
  ...{ host: hostname(), process: process_, boot: bootHere() },
  upMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
});

function bootHere(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // not Linux
  }
}

/** How long it is from one moment to a later one; `backMs`: so far lies the wall clock before the first one. */
export function elapsedBetween(from: Stamp, to: Stamp): { readonly ms: number; readonly backMs: number } {
  const upMs = to.upMs - from.upMs;
  if (from.boot !== '' && from.boot === to.boot && upMs >= 0) return { ms: upMs, backMs: 0 };
  const wallMs = to.wallMs - from.wallMs;
  return { ms: Math.max(wallMs, 0), backMs: Math.max(-wallMs, 0) };
}
