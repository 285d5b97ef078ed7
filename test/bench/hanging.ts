// What an answer takes while every dependency is up, and while one of them hangs.
import type { FaultProxy } from '../faults/proxy.ts';
import type { Sidewarden } from '../servers/sidewarden.ts';
import { type Load, load, median, spread, table } from './measure.ts';

const requests = 4000;

/** @param proxy stands before one dependency of a daemon that is healthy; it hangs afterwards */
export async function hanging(daemon: Sidewarden, proxy: FaultProxy, rounds: number): Promise<string> {
  const healthy = await measure(daemon, rounds);
  await proxy.set('silent');
  await daemon.until((_, code) => code === 503, 60_000);
  const hung = await measure(daemon, rounds);
  const ratios = hung.map(({ p50 }, round) => p50 / (healthy[round]?.p50 ?? Number.NaN));
  const row = (name: string, all: readonly Load[], ratio: string) => [
    name,
    ...(['p50', 'p99'] as const).map((what) => median(all.map((each) => each[what])).toFixed(3)),
    ratio,
  ];
  return table(
    ['/health, 1 connection', 'p50 ms', 'p99 ms', 'ratio of p50'],
    [row('all healthy', healthy, '1'), row('PostgreSQL hangs', hung, spread(ratios, 2))],
  );
}

async function measure(daemon: Sidewarden, rounds: number): Promise<readonly Load[]> {
  const all: Load[] = [];
  for (let round = 0; round <= rounds; round += 1) all.push(await load(`${daemon.url}/health`, 1, requests));
  return all.slice(1); // the first warms up
}
