// What objectives cost a daemon: ten of them, read from a page of the service, beside a daemon with the same page and none.
import { setTimeout as wait } from 'node:timers/promises';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';
import { pageOf, serve } from './app.ts';
import { cpuOf, memoryOf, spread, table } from './measure.ts';

type Tuning = Required<Pick<SidewardenOptions, 'entry' | 'node'>>;

const settleMs = 10_000;
const turnMs = 20_000;
const samples = 10_000;

/** Ten, as many of each kind as a service has of it. */
const objectives = {
  ready: { indicator: { ready: true }, objective: 99.9 },
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [
      `orders-${index}`,
      { indicator: { histogram: `shop_${index}_duration_seconds`, threshold: 0.5 }, objective: 95 },
    ]),
  ),
};

/** @param rounds of 20 s each */
export async function slos({ entry, node }: Tuning, rounds: number): Promise<string> {
  const page = await serve(pageOf(samples));
  const start = (more: Readonly<Record<string, unknown>>): Promise<Sidewarden> =>
    startSidewarden({ configuration: { service: 'bench', app: { metrics: { url: page.url } }, ...more }, entry, node });
  const control = await start({});
  const daemon = await start({ slos: objectives });
  await wait(settleMs);
  const cpu: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = cpuOf(daemon.pid) - cpuOf(control.pid);
    await wait(turnMs);
    cpu.push((100 * (cpuOf(daemon.pid) - cpuOf(control.pid) - before)) / (turnMs / 1000));
    memory.push(memoryOf(daemon.pid).anon - memoryOf(control.pid).anon);
  }
  await Promise.all([daemon.stop(), control.stop(), page.end()]);
  return table(
    [`ten objectives and a page of ${samples} samples, beside a daemon without objectives`, ''],
    [
      ['% of a core more', spread(cpu, 2)],
      ['anonymous memory, MB more', spread(memory, 1)],
    ],
  );
}
