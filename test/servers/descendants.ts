// Finds a process and everything it started, also what moved into a session of its own, and signals all of it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process at one moment; `born` tells it from a later one that was given the same id. */
export type Member = { readonly pid: number; readonly parent: number; readonly born: string };

/** The process and its descendants, parents first. Empty when it is gone. */
export function family(pid: number): Member[] {
  const all = everyone();
  const members = all.filter((each) => each.pid === pid);
  for (let index = 0; index < members.length; index++) {
    members.push(...all.filter((each) => each.parent === members[index]?.pid));
  }
  return members;
}

/** Stops a process and every descendant; looks again until nothing new turns up, since a parent may fork meanwhile. */
export function freezeFamily(pid: number): void {
  const stopped = new Set<number>();
  for (let found = true; found; ) {
    const fresh = family(pid).filter((each) => !stopped.has(each.pid));
    for (const each of fresh) {
      signal(each, 'SIGSTOP');
      stopped.add(each.pid);
    }
    found = fresh.length > 0;
  }
}

/** Sends a signal to each; one that is gone already is no error. */
export function signalAll(members: readonly Member[], name: NodeJS.Signals): void {
  for (const each of members) signal(each, name);
}

/** Those that still live and are the same processes as before. */
export function survivors(members: readonly Member[]): Member[] {
  const alive = new Set(everyone().map((each) => `${each.pid} ${each.born}`));
  return members.filter((each) => alive.has(`${each.pid} ${each.born}`));
}

function signal(member: Member, name: NodeJS.Signals): void {
  try {
    process.kill(member.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself: nothing left to signal
  }
}

function everyone(): Member[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** Fields of /proc/<pid>/stat, after the name in brackets: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function fromProc(): Member[] {
  const members: Member[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readIfThere(`/proc/${name}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields === undefined || fields[0] === 'Z') continue;
    members.push({ pid: Number(name), parent: Number(fields[1]), born: fields[19] ?? '' });
  }
  return members;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended between the listing and the reading
  }
}

function fromPs(): Member[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 3 && !fields[2]?.startsWith('Z'))
    .map(([pid, parent, , ...born]) => ({ pid: Number(pid), parent: Number(parent), born: born.join(' ') }));
}
