// Requests per second and latency of /health and /metrics, beside a bare node:http server that answers the same bytes.
import { startBare } from '../servers/bare.ts';
import type { Sidewarden } from '../servers/sidewarden.ts';
import { cpuOf, type Load, load, median, spread, table } from './measure.ts';

const connections = [1, 16, 64] as const;
/** So many that a round takes about a second. */
const requests = { '/health': [4000, 16_000, 16_000], '/metrics': [500, 1000, 1000] } as const;

/** @param daemons by what they are tuned for; a row each, beside one bare server */
export async function answers(daemons: Readonly<Record<string, Sidewarden>>, rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const path of ['/health', '/metrics'] as const) {
    for (const [tuned, daemon] of Object.entries(daemons)) rows.push(...(await ofPath(path, tuned, daemon, rounds)));
  }
  return table(
    [
      'path',
      'tuned for',
      'connections',
      'per second',
      'bare',
      'ratio',
      'p50 ms / bare',
      'p99 ms / bare',
      'CPU ms / bare',
    ],
    rows,
  );
}

async function ofPath(
  path: keyof typeof requests,
  tuned: string,
  daemon: Sidewarden,
  rounds: number,
): Promise<string[][]> {
  const rows: string[][] = [];
  const bare = await startBare(await daemon.get(path));
  for (const [index, count] of connections.entries()) {
    const asked = requests[path][index] ?? 0;
    const pairs: { own: Cost; bare: Cost }[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const pair = {
        own: await cost(daemon.pid, daemon.url + path, count, asked),
        bare: await cost(bare.pid, bare.url, count, asked),
      };
      if (round > 0) pairs.push(pair); // the first warms up
    }
    const of = (who: 'own' | 'bare', what: keyof Cost) => pairs.map((pair) => pair[who][what]);
    const ratios = pairs.map((pair) => pair.own.perSecond / pair.bare.perSecond);
    rows.push([
      path,
      tuned,
      String(count),
      median(of('own', 'perSecond')).toFixed(0),
      median(of('bare', 'perSecond')).toFixed(0),
      spread(ratios, 2),
      ...(['p50', 'p99', 'cpuMs'] as const).map(
        (what) => `${median(of('own', what)).toFixed(3)} / ${median(of('bare', what)).toFixed(3)}`,
      ),
    ]);
  }
  await bare.stop();
  return rows;
}

/** Processor time is what a busy machine changes least: milliseconds of it for one answer. */
type Cost = Load & { readonly cpuMs: number };

async function cost(pid: number, url: string, connections: number, requests: number): Promise<Cost> {
  const before = cpuOf(pid);
  const found = await load(url, connections, requests);
  return { ...found, cpuMs: (1000 * (cpuOf(pid) - before)) / requests };
}
