// 50,000 StatsD lines a second, and far more that are all new: every one is counted, or its packet is counted as dropped, by the
// kernel or unread. A check in the same process runs when it should. SIDEWARDEN_TEST_LONG=1: for ten seconds.
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jitter } from '../../src/core/bounds.ts';
import { eventually } from '../patience.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { freePort } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';

const seconds = process.env.SIDEWARDEN_TEST_LONG === '1' ? 10 : 2;
const linesASecond = 50_000;
const intervalMs = 200;
const sender = fileURLToPath(new URL('statsd-sender.mjs', import.meta.url));

let checked: HttpServer;
/** When the check's requests arrived. */
let arrivals: number[] = [];
let daemon: Sidewarden;
let port: number;

beforeAll(async () => {
  checked = await startHttpServer((_, response) => {
    arrivals.push(performance.now());
    response.end('good');
  });
  port = await freePort();
  daemon = await startSidewarden({
    configuration: {
      checks: {
        shop: {
          type: 'http',
          url: `http://${checked.host}:${checked.port}`,
          interval: `${intervalMs}ms`,
          timeout: '150ms',
        },
      },
      app: { statsd: { listen: [`udp://127.0.0.1:${port}`] } },
    },
  });
  await send(1, 1, 1).catch(() => {}); // before it listens
  await eventually(async () => {
    await send(1, 1, 1);
    expect(await daemon.metric('sidewarden_app_statsd_packets_total', { transport: 'udp' })).toBeGreaterThan(0);
  });
});
afterAll(async () => {
  await daemon?.stop();
  await checked?.stop();
});

/** @returns how many packets left. */
async function send(perSecond: number, lines: number, forSeconds: number, ...more: readonly string[]): Promise<number> {
  const args = [sender, port, perSecond, lines, forSeconds, ...more].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

/** Asks for /health again and again. @returns how many milliseconds each answer took, once it is to end. */
function askHealth(): { end(): Promise<readonly number[]> } {
  let ended = false;
  const asking = (async () => {
    const took: number[] = [];
    while (!ended) {
      const begun = performance.now();
      await daemon.get('/health');
      took.push(performance.now() - begun);
      await wait(50);
    }
    return took;
  })();
  return {
    end() {
      ended = true;
      return asking;
    },
  };
}

/** Packets read, packets that the kernel dropped, packets dropped unread, lines counted, and the sum of the metric itself. */
async function counted() {
  const { text } = await daemon.get<string>('/metrics');
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  return {
    packets: sum('sidewarden_app_statsd_packets_total'),
    drops: sum('sidewarden_app_statsd_kernel_drops_total'),
    unread: sum('sidewarden_app_statsd_dropped_packets_total'),
    lines: sum('sidewarden_app_statsd_lines_total'),
    rejected: sum('sidewarden_app_statsd_rejected_total'),
    metric: sum('flood_lines'),
  };
}

test.each([
  { lines: 1, packetsASecond: linesASecond, labels: 'known' },
  { lines: 20, packetsASecond: linesASecond / 20, labels: 'known' },
  { lines: 20, packetsASecond: 60_000, labels: 'new' },
])('$packetsASecond packets of $lines lines with $labels labels', async ({ lines, packetsASecond, labels }) => {
  // What is counted of the packets is told once a second; the metric itself is as it is now.
  await expect
    .poll(async () => {
      const { lines: told, metric } = await counted();
      return told - metric;
    })
    .toBe(0);
  const before = await counted();
  arrivals = [];
  const waited = waitedSince(daemon);
  const asking = askHealth();
  const sent = await send(packetsASecond, lines, seconds, labels);
  const health = await asking.end();
  const late = waited();
  const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? at));
  await expect
    .poll(async () => {
      const { packets, drops, unread } = await counted();
      return packets + drops + unread - before.packets - before.drops - before.unread;
    })
    .toBe(sent);
  await expect
    .poll(async () => {
      const { packets, lines: told } = await counted();
      return told - before.lines - (packets - before.packets) * lines; // 0 once none waits
    })
    .toBe(0);
  const after = await counted();
  const packets = after.packets - before.packets;
  expect(packets).toBeGreaterThan(0);
  expect(after.lines - before.lines).toBe(packets * lines);
  expect(after.metric - before.metric).toBe(packets * lines);
  expect(after.rejected).toBe(before.rejected);
  // The request itself, and the loop of this process, take their time too.
  const slack = 60;
  expect(Math.max(...gaps) - late).toBeLessThan(intervalMs * (1 + 2 * jitter) + slack);
  expect(health.length).toBeGreaterThan(seconds * 3);
  expect(Math.max(...health) - late).toBeLessThan(slack);
  expect(await daemon.metric('sidewarden_check_runs_total', { check: 'shop', result: 'failed' })).toBe(0);
});
