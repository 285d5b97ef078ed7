// What a busy machine adds to everything that is measured: how long the kernel let a process wait for a core.
import { readFileSync } from 'node:fs';

/**
 * Counts from now on, in milliseconds: how long the main threads of these processes, and the one that asks, were ready to
 * run and did not. Next to nothing on a quiet machine; 0 where the kernel does not say, so that nothing is forgiven there.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
export function waitedSince(...processes: readonly { readonly pid: number }[]): () => number {
  const files = ['/proc/thread-self/schedstat', ...processes.map(({ pid }) => `/proc/${pid}/schedstat`)];
  const before = files.map(read);
  return () => files.reduce((sum, file, index) => sum + Math.max(0, read(file) - (before[index] as number)), 0);
}

/** "time spent on the cpu, time spent waiting on a runqueue, timeslices", in nanoseconds. */
function read(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0; // no Linux, or the process is gone
  }
}
