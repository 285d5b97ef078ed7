// Prometheus' own exporter for StatsD, to lay its page beside ours. Debian does not have it: npm run test:peers builds it.
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, removeFolder, runFolder, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const statsdExporterSource: Source = {
  what: 'statsd_exporter',
  variable: 'SIDEWARDEN_TEST_STATSD_EXPORTER',
  candidates: ['prometheus-statsd-exporter', 'statsd_exporter'],
  packages: [],
};

export type StatsdExporter = {
  /** Where it takes packets, on 127.0.0.1. */
  readonly port: number;
  /** Its page, made for this call. */
  page(): Promise<string>;
  stop(): Promise<void>;
};

/** @param mapping what its file of mappings says */
export async function startStatsdExporter(mapping: unknown): Promise<StatsdExporter> {
  const command = await locate(statsdExporterSource);
  const folder = await runFolder('statsd-exporter');
  const file = join(folder, 'mapping.yml');
  writeFileSync(file, JSON.stringify(mapping), { mode: 0o644 });
  const [port, web] = [await freeUdpPort(), await freePort()];
  const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${web}/metrics`)).text();
  const server = await startProcess({
    name: 'statsd_exporter',
    command,
    args: [
      ...[`--web.listen-address=127.0.0.1:${web}`, `--statsd.mapping-config=${file}`],
      ...[`--statsd.listen-udp=127.0.0.1:${port}`, '--statsd.listen-tcp='],
    ],
    folder,
    ready: async () => (await page()).includes('statsd_exporter_build_info'),
    readyWithinMs: 10_000,
    port: web,
  });
  return {
    ...{ port, page },
    async stop() {
      await server.stop();
      removeFolder(folder);
    },
  };
}

/** The system's choice, of those for connections: a port that is free by TCP can be taken by UDP. */
const freeUdpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject).bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
