// Says what a person can try, then shows each change of /health, and starts a killed server again.
import { setTimeout as wait } from 'node:timers/promises';
import type { Daemon } from './demo-daemon.ts';
import { commands, type DemoServer } from './demo-servers.ts';

type Say = (line: string) => void;
/** What is read of a /health body. */
type Health = {
  readonly status: string;
  readonly checks: Readonly<Record<string, { status: string; error?: string }>>;
};

/** How long a killed server stays down, so that the outage can be watched, in milliseconds. */
const DOWN_FOR_MS = 30_000;

/** Resolves when the signal is given; throws when the daemon ends by itself. */
export async function follow(
  daemon: Daemon,
  servers: readonly DemoServer[],
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  introduce(daemon, servers, say);
  let ended = false;
  void daemon.process.exited.then(() => {
    ended = true;
  });
  const revivals = servers.map((entry) => keepAlive(entry, signal, say));
  let known: Record<string, string> = {};
  while (!signal.aborted) {
    if (ended) throw new Error(`Sidewarden ended by itself; see ${daemon.log}`);
    const now = await look(daemon.url);
    for (const [name, state] of Object.entries(now)) {
      if (known[name] !== undefined && known[name] !== state)
        say(`${clock()}  ${name.padEnd(14)} ${known[name]} -> ${state}`);
    }
    known = now;
    await pause(500, signal);
  }
  await Promise.all(revivals);
}

/** The state of each check and of /health itself, in words. */
async function look(url: string): Promise<Record<string, string>> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    const { status, checks } = (await response.json()) as Health;
    const states = Object.entries(checks).map(([name, check]) => [
      name,
      check.error === undefined ? check.status : `${check.status} (${check.error})`,
    ]);
    return { ...Object.fromEntries(states), '/health': `${response.status} ${status}` };
  } catch (error) {
    return { '/health': `no answer (${error instanceof Error ? error.message : String(error)})` };
  }
}

function introduce({ url, log, process: { pid } }: Daemon, servers: readonly DemoServer[], say: Say): void {
  say(`
Sidewarden is up (process ${pid}); its log: ${log}
  curl -s ${url}/health
  curl -s ${url}/health/ready
  curl -s ${url}/health -H 'Accept: text/plain'
  curl -s ${url}/metrics

In another terminal, make a server hang, let it go on, or kill it (it comes back after ${DOWN_FOR_MS / 1000} s):`);
  for (const entry of servers) hint(entry, say);
  say('\nChanges are shown here. Ctrl-C stops everything.\n');
}

function hint(entry: DemoServer, say: Say): void {
  const { freeze, thaw, kill } = commands(entry);
  say(`  ${entry.check.padEnd(14)} ${freeze}\n  ${''.padEnd(14)} ${thaw}\n  ${''.padEnd(14)} ${kill}`);
}

/** Starts the server again some time after it died. */
async function keepAlive(entry: DemoServer, signal: AbortSignal, say: Say): Promise<void> {
  while (!signal.aborted) {
    await pause(500, signal);
    if (signal.aborted || isAlive(entry.server.pid)) continue;
    say(`${clock()}  ${entry.what} ended; it is started again in ${DOWN_FOR_MS / 1000} s`);
    await pause(DOWN_FOR_MS, signal);
    if (signal.aborted) return;
    await entry.server.stop(); // what is left of it
    await entry.server.start();
    say(`${clock()}  ${entry.what} is back:`);
    hint(entry, say);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {}); // an abort ends the pause, which is all that is asked
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
