// What the service's own page costs: fetched, merged and scraped, beside a daemon without it and a bare server with its bytes.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, removeFolder, runFolder } from '../servers/process.ts';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';
import { cpuOf, load, memoryOf, spread, table } from './measure.ts';
import { type Started, start } from './start.ts';

type Tuning = Required<Pick<SidewardenOptions, 'entry' | 'node'>>;

const bareServer = fileURLToPath(new URL('../servers/bare-server.mjs', import.meta.url));
const preload = new URL('loop-delay.mjs', import.meta.url).href;
/** How often the page is fetched while it is measured, and how often unless set. */
const everyMs = 1000;
const usualMs = 15_000;
const settleMs = 10_000;
const turnMs = 20_000;
const perHistogram = 12;

/** A page of histograms, as most of a large page is: each is a family of its own, as most families are small. */
export function pageOf(samples: number): string {
  const lines: string[] = [];
  for (let family = 0; family * perHistogram < samples; family += 1) {
    const name = `shop_${family}_duration_seconds`;
    const labels = `method="GET",route="/orders/${family}",tenant="tenant-${family % 20}"`;
    const of: string[] = [];
    for (let bound = 1; bound < perHistogram - 2; bound += 1)
      of.push(`${name}_bucket{${labels},le="${bound / 10}"} ${family * bound}`);
    of.push(`${name}_bucket{${labels},le="+Inf"} ${family * perHistogram}`);
    of.push(`${name}_sum{${labels}} ${family / 7}`);
    of.push(`${name}_count{${labels}} ${family * perHistogram}`);
    lines.push(`# HELP ${name} How long orders of the kind ${family} take.`, `# TYPE ${name} histogram`);
    lines.push(...of.slice(0, samples - family * perHistogram));
  }
  return `${lines.join('\n')}\n`;
}

/** A server of these bytes, alone in its process. */
export async function serve(
  text: string,
): Promise<{ readonly server: Started; readonly url: string; end(): Promise<void> }> {
  const folder = await runFolder('bench-page');
  const file = join(folder, 'page.txt');
  await writeFile(file, text);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const environment = { BODY_FILE: file, HEADERS: '{"content-type":"text/plain; version=0.0.4"}' };
  const server = await start({ command: process.execPath, args: [bareServer, String(port)], environment, url });
  return {
    server,
    url,
    async end() {
      await server.stop();
      removeFolder(folder);
    },
  };
}

async function daemonOf({ entry, node }: Tuning, url?: string): Promise<Sidewarden> {
  const metrics = { url, interval: `${everyMs}ms`, timeout: '900ms', max_samples: 200_000 };
  const daemon = await startSidewarden({
    configuration: url === undefined ? { service: 'bench' } : { service: 'bench', app: { metrics } },
    entry,
    node: [...node, `--import=${preload}`],
  });
  if (url !== undefined) while ((await daemon.metric('sidewarden_app_up')) !== 1) await wait(100);
  return daemon;
}

/** The longest delay of its loop since this was last asked, in milliseconds. */
async function delayOf(daemon: Sidewarden): Promise<number> {
  const said = (): readonly string[] => [...daemon.output().matchAll(/^delay (\S+)$/gm)].map(([, ms = '']) => ms);
  const before = said().length;
  process.kill(daemon.pid, 'SIGWINCH');
  while (said().length === before) await wait(20);
  return Number(said().at(-1));
}

/** @param rounds of 20 s each */
export async function app(tuning: Tuning, rounds: number): Promise<string> {
  return [
    await merging(10_000, tuning, rounds),
    await merging(100_000, tuning, rounds),
    await scraping(tuning, rounds),
    await flooding(tuning, rounds),
  ].join('\n');
}

/** By turns of one process: the same seconds are measured of both. */
async function merging(samples: number, tuning: Tuning, rounds: number): Promise<string> {
  const page = await serve(pageOf(samples));
  const control = await daemonOf(tuning);
  const daemon = await daemonOf(tuning, page.url);
  await wait(settleMs);
  const cpu: number[] = [];
  const memory: number[] = [];
  const delays: { readonly own: number[]; readonly idle: number[] } = { own: [], idle: [] };
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all([delayOf(daemon), delayOf(control)]);
    const before = cpuOf(daemon.pid) - cpuOf(control.pid);
    await wait(turnMs);
    const spent = cpuOf(daemon.pid) - cpuOf(control.pid) - before;
    cpu.push((100 * (spent / (turnMs / everyMs))) / (usualMs / 1000));
    memory.push(memoryOf(daemon.pid).anon - memoryOf(control.pid).anon);
    delays.own.push(await delayOf(daemon));
    delays.idle.push(await delayOf(control));
  }
  await Promise.all([daemon.stop(), control.stop(), page.end()]);
  return table(
    [`a page of ${samples} samples, beside a daemon without it`, ''],
    [
      ['% of a core, fetched every 15 s', spread(cpu, 2)],
      ['anonymous memory, MB more', spread(memory, 1)],
      ['longest delay of the loop, ms', spread(delays.own, 1)],
      ['of the other', spread(delays.idle, 1)],
    ],
  );
}

const scrapes = 200;

async function scraping(tuning: Tuning, rounds: number): Promise<string> {
  const source = await serve(pageOf(10_000));
  const daemon = await daemonOf(tuning, source.url);
  const { text } = await daemon.get<string>('/metrics');
  const bare = await serve(text);
  const own: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [ours, theirs] = [await load(`${daemon.url}/metrics`, 1, scrapes), await load(bare.url, 1, scrapes)];
    if (round === 0) continue; // it warms up
    own.push(ours.p50);
    plain.push(theirs.p50);
  }
  await Promise.all([daemon.stop(), source.end(), bare.end()]);
  return table(
    [`p50 of a scrape of ${(text.length / 1024).toFixed(0)} KiB, ms`, 'one connection'],
    [
      ['/metrics with 10000 samples of the service', spread(own, 2)],
      ['a bare node:http server with the same bytes', spread(plain, 2)],
      [
        'ratio',
        spread(
          own.map((ms, round) => ms / (plain[round] ?? Number.NaN)),
          2,
        ),
      ],
    ],
  );
}

const linesASecond = 50_000;
const floodSeconds = 10;
const sender = fileURLToPath(new URL('../faults/statsd-sender.mjs', import.meta.url));

/** 50,000 StatsD lines a second from another process, one in a packet and twenty. */
async function flooding(tuning: Tuning, rounds: number): Promise<string> {
  const port = await freePort();
  const control = await daemonOf(tuning);
  const daemon = await startSidewarden({
    configuration: { service: 'bench', app: { statsd: { listen: [`udp://127.0.0.1:${port}`] } } },
    entry: tuning.entry,
    node: [...tuning.node, `--import=${preload}`],
  });
  await wait(settleMs);
  const dropped = async (): Promise<number> =>
    ((await daemon.metric('sidewarden_app_statsd_kernel_drops_total')) ?? 0) +
    ((await daemon.metric('sidewarden_app_statsd_dropped_packets_total')) ?? 0);
  const rows: string[][] = [];
  for (const lines of [1, 20]) {
    const found: Record<'cpu' | 'own' | 'idle' | 'lost', number[]> = { cpu: [], own: [], idle: [], lost: [] };
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([delayOf(daemon), delayOf(control)]);
      const [cpu, drops] = [cpuOf(daemon.pid), await dropped()];
      const args = [sender, port, linesASecond / lines, lines, floodSeconds].map(String);
      const sent = Number((await promisify(execFile)(process.execPath, args)).stdout);
      found.cpu.push((100 * (cpuOf(daemon.pid) - cpu)) / floodSeconds);
      found.own.push(await delayOf(daemon));
      found.idle.push(await delayOf(control));
      await wait(1500); // drops are read once a second
      found.lost.push((100 * ((await dropped()) - drops)) / sent);
    }
    rows.push([String(lines), ...[found.cpu, found.lost, found.own, found.idle].map((all) => spread(all, 1))]);
  }
  await Promise.all([daemon.stop(), control.stop()]);
  const head = [
    'lines in a packet',
    '% of a core',
    '% dropped, and counted',
    'longest delay of the loop, ms',
    'of the other',
  ];
  return table(head, rows);
}
