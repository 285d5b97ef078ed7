// Start to the first 200, memory at rest and after load, processor time at rest: the daemon and a bare node:http server.
import { setTimeout as wait } from 'node:timers/promises';
import { cpuOf, load, type Memory, median, memoryOf, spread, table } from './measure.ts';
import { type Program, start } from './start.ts';

export type Contestant = { readonly name: string; readonly program: Program };

const restMs = 10_000;
const minuteMs = 60_000;
const healthRequests = 200_000;
const scrapes = 2000;

/** @returns one row for each, and the ratio of the first to the last in each round */
export async function startTable(contestants: readonly Contestant[], rounds: number): Promise<string> {
  const took = contestants.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { program }] of contestants.entries()) {
      const { tookMs, stop } = await start(program);
      await stop();
      if (round > 0) took[index]?.push(tookMs); // the first warms the page cache and the compile cache
    }
  }
  const last = took.at(-1) ?? [];
  const ratios = (own: readonly number[]) => own.map((ms, round) => ms / (last[round] ?? Number.NaN));
  const rows = contestants.map(({ name }, index) => {
    const own = took[index] ?? [];
    return [name, spread(own, 0), spread(ratios(own), 2)];
  });
  return table(['start to the first 200', 'ms', 'ratio'], rows);
}

type Footprint = { readonly idle: Memory; readonly loaded: Memory; readonly later: Memory; readonly cpu: number };

/** Memory at rest, after the load, a minute later; processor time in the minute at rest before the load. */
export async function memoryTable(contestants: readonly Contestant[], rounds: number): Promise<string> {
  const found: (readonly Footprint[])[] = [];
  for (let round = 0; round < rounds; round += 1) found.push(await footprints(contestants));
  const rows = contestants.map(({ name }, index) => {
    const own = found.flatMap((round) => round[index] ?? []);
    const of = (when: 'idle' | 'loaded' | 'later', what: keyof Memory) => own.map((each) => each[when][what]);
    return [
      name,
      ...(['idle', 'loaded', 'later'] as const).map(
        (when) => `${spread(of(when, 'rss'), 0)}, ${median(of(when, 'anon')).toFixed(0)}`,
      ),
      median(own.map(({ cpu }) => cpu)).toFixed(2),
    ];
  });
  return table(['MB resident, RssAnon', 'at rest', 'after load', 'a minute later', 'CPU at rest, % of a core'], rows);
}

/** All side by side: they rest together, and are asked one after the other. */
async function footprints(contestants: readonly Contestant[]): Promise<readonly Footprint[]> {
  const all = await Promise.all(contestants.map(({ program }) => start(program)));
  await wait(restMs);
  const idle = all.map(({ pid }) => memoryOf(pid));
  const before = all.map(({ pid }) => cpuOf(pid));
  await wait(minuteMs);
  const after = all.map(({ pid }) => cpuOf(pid));
  const loaded: Memory[] = [];
  for (const [index, { program }] of contestants.entries()) {
    const { origin } = new URL(program.url);
    await load(`${origin}/health`, 16, healthRequests);
    await load(`${origin}/metrics`, 4, scrapes);
    loaded.push(memoryOf(all[index]?.pid ?? 0));
  }
  await wait(minuteMs);
  const later = all.map(({ pid }) => memoryOf(pid));
  await Promise.all(all.map(({ stop }) => stop()));
  const nothing: Memory = { rss: Number.NaN, anon: Number.NaN };
  return contestants.map((_, index) => ({
    idle: idle[index] ?? nothing,
    loaded: loaded[index] ?? nothing,
    later: later[index] ?? nothing,
    cpu: (100 * ((after[index] ?? Number.NaN) - (before[index] ?? Number.NaN))) / (minuteMs / 1000),
  }));
}
