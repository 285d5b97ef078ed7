// Debian's exporters for the same four dependencies, where they are installed: what one process takes the place of.
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Four } from '../faults/four.ts';
import { freePort } from '../servers/process.ts';
import { load, type Memory, memoryOf, table } from './measure.ts';
import { type Program, start } from './start.ts';

const restMs = 5000;
const scrapes = 500;

export type Exporter = {
  readonly name: string;
  readonly command: string;
  /** Whether the statistics stand in for it. */
  readonly stands: boolean;
  readonly program: (port: number) => Omit<Program, 'command'>;
};

export const installed = ({ command }: Pick<Exporter, 'command'>): boolean => existsSync(command);

const at = (port: number, args: readonly string[], path = '/metrics'): Omit<Program, 'command'> => ({
  args,
  url: `http://127.0.0.1:${port}${path}`,
});

const all = (four: Four): readonly Omit<Exporter, 'command'>[] => [
  {
    name: 'prometheus-postgres-exporter',
    stands: true,
    program: (port) => ({
      ...at(port, [`--web.listen-address=127.0.0.1:${port}`]),
      environment: { DATA_SOURCE_NAME: `${four.database.url}?sslmode=disable` },
    }),
  },
  {
    name: 'prometheus-redis-exporter',
    stands: true,
    program: (port) => at(port, [`-web.listen-address=127.0.0.1:${port}`, `-redis.addr=${four.redis.url}`]),
  },
  {
    name: 'prometheus-elasticsearch-exporter',
    stands: true,
    program: (port) =>
      at(port, [`--web.listen-address=127.0.0.1:${port}`, `--es.uri=${four.elasticsearch.url}`], '/healthz'),
  },
  {
    name: 'prometheus-blackbox-exporter',
    stands: false,
    program: (port) =>
      at(port, [`--web.listen-address=127.0.0.1:${port}`, '--config.file=/etc/prometheus/blackbox.yml']),
  },
];

/** As Debian installs them. */
export const exportersOf = (four: Four): readonly Exporter[] =>
  all(four).map((exporter) => ({ ...exporter, command: `/usr/bin/${exporter.name}` }));

/** One row each: start, memory at rest and after 500 scrapes, and what a scrape takes. */
export async function exporters(four: Four): Promise<string> {
  const rows: string[][] = [];
  const idles: Memory[] = [];
  const loadeds: Memory[] = [];
  for (const exporter of exportersOf(four)) {
    const { name, command, program } = exporter;
    if (!installed(exporter)) {
      rows.push([name, 'not installed', '', '', '']);
      continue;
    }
    const running = { command, ...program(await freePort()) };
    const { pid, tookMs, stop } = await start(running);
    await wait(restMs);
    const idle = memoryOf(pid);
    const { p50 } = await load(`${new URL(running.url).origin}/metrics`, 1, scrapes);
    const loaded = memoryOf(pid);
    await stop();
    rows.push([name, tookMs.toFixed(0), shown(idle), shown(loaded), p50.toFixed(1)]);
    idles.push(idle);
    loadeds.push(loaded);
  }
  if (idles.length > 1) rows.push([`all ${idles.length}`, '', shown(total(idles)), shown(total(loadeds)), '']);
  return table(['exporter', 'start, ms', 'at rest, MB (RssAnon)', 'after 500 scrapes', 'p50 of /metrics, ms'], rows);
}

const shown = ({ rss, anon }: Memory): string => `${rss.toFixed(0)} (${anon.toFixed(0)})`;

const total = (all: readonly Memory[]): Memory => ({
  rss: all.reduce((sum, { rss }) => sum + rss, 0),
  anon: all.reduce((sum, { anon }) => sum + anon, 0),
});
