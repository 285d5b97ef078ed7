// How many connections the limit of open files leaves room for.
import { readFileSync } from 'node:fs';

/** Descriptors for probes and files, 200 checks with a few each, and for connections beyond the cap for a moment. */
const others = 1024;

/**
 * The wanted number, or what the limit of descriptors leaves beside the others, at least half of it. Without a descriptor
 * no connection can be accepted, whichever is closed for it. Node raises the soft limit to the hard one at its start.
 */
export function capWithin(wanted: number, limit: number | undefined = descriptorLimit()): number {
  return limit === undefined ? wanted : Math.min(wanted, Math.max(limit - others, Math.floor(limit / 2)));
}

/** undefined where there is none, or none is told (https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html). */
export function descriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined; // not Linux
  }
}
