// Says what a person can try, then shows each change of /health, and starts a killed server again.
import { setTimeout as wait } from 'node:timers/promises';
import { pageFaults } from '../test/servers/shop/faults.ts';
import type { Daemon } from './demo-daemon.ts';
import { unlessEnded } from './demo-end.ts';
import { commands, type DemoServer, downForMs } from './demo-servers.ts';

type Say = (line: string) => void;
/** What is read of a /health body. */
type Health = {
  readonly status: string;
  readonly reason?: string;
  readonly checks: Readonly<Record<string, { status: string; error?: string }>>;
};

type Answer = Health & { readonly code: number };

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
    const now = await look(daemon.url, signal);
    if (signal.aborted) break;
    for (const [name, state] of Object.entries(now)) {
      if (known[name] !== undefined && known[name] !== state)
        say(`${clock()}  ${name.padEnd(14)} ${known[name]} -> ${state}`);
    }
    known = now;
    await pause(500, signal);
  }
  await Promise.all(revivals);
}

/** The state of each check, of /health itself and of /health/ready, in words. */
async function look(url: string, signal: AbortSignal): Promise<Record<string, string>> {
  const [health, ready] = await Promise.all(['/health', '/health/ready'].map((path) => ask(url, path, signal)));
  const states = Object.entries(health?.checks ?? {}).map(([name, { status, error }]) => [
    name,
    error === undefined ? status : `${status} (${error})`,
  ]);
  const page = await lookAtPage(url, signal);
  return {
    ...Object.fromEntries(states),
    "the shop's page": page,
    '/health': said(health),
    '/health/ready': said(ready),
  };
}

let droppedBefore = 0;
let droppedAt = Number.NEGATIVE_INFINITY;
/** Longer than between two fetches of the page, in milliseconds. */
const stillDropping = 8000;

/** How the last fetch of the shop's page went, as the metrics of the feature say it. */
async function lookAtPage(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(`${url}/metrics/checks`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]),
    });
    const text = await response.text();
    if (!/^sidewarden_app_up 1$/m.test(text)) return 'cannot be read (sidewarden_app_up 0)';
    const all = [...text.matchAll(/^sidewarden_app_scrape_dropped_total\{.*\} (\d+)$/gm)];
    const dropped = all.reduce((sum, [, count]) => sum + Number(count), 0);
    if (dropped > droppedBefore) droppedAt = performance.now();
    droppedBefore = dropped;
    return performance.now() - droppedAt < stillDropping ? 'read, but for lines that are left out' : 'read';
  } catch {
    return 'no answer';
  }
}

async function ask(url: string, path: string, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const response = await fetch(url + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
    return { code: response.status, ...((await response.json()) as Health) };
  } catch {
    return undefined;
  }
}

const said = (answer: Answer | undefined): string =>
  answer === undefined
    ? 'no answer'
    : `${answer.code} ${answer.status}${answer.reason === undefined ? '' : ` (${answer.reason})`}`;

function introduce(
  { url, log, configuration, token, process: { pid } }: Daemon,
  servers: readonly DemoServer[],
  say: Say,
): void {
  const shop = servers.find(({ check }) => check === 'shop')?.environment.SHOP_URL;
  say(`
Sidewarden is up (process ${pid})
its configuration: ${configuration}, its log: ${log}
  curl -s ${url}/health
  curl -s ${url}/health/ready
  curl -s ${url}/health -H 'Accept: text/plain'
  curl -s ${url}/metrics
With the token, everything that is known, and this pod taken out of service (-X DELETE puts it back):
  curl -s -H 'Authorization: Bearer ${token}' ${url}/health/detailed
  curl -s -H 'Authorization: Bearer ${token}' -X POST ${url}/drain

The shop's own metrics, by its page and by StatsD; how its page is read; and what makes the page misbehave:
  curl -s ${url}/metrics/app
  curl -s ${url}/metrics/checks | grep ^sidewarden_app
  curl -s ${shop}/faults -d '{"metrics":"garbage"}'     or ${pageFaults.filter((fault) => fault !== 'garbage').join(', ')}
  curl -s ${shop}/faults -d '{"latency_ms":300,"error_rate":0.2}'

In another terminal, make a server hang, let it go on, or kill it (it comes back after ${downForMs / 1000} s):`);
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
    say(`${clock()}  ${entry.what} ended; it is started again in ${downForMs / 1000} s`);
    await pause(downForMs, signal);
    if (signal.aborted) return;
    await entry.server.stop(); // what is left of it
    try {
      await unlessEnded(entry.server.start(), signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
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
