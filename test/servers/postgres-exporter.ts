// The exporter for PostgreSQL of Debian, or a newer one that SIDEWARDEN_TEST_POSTGRES_EXPORTER names, to lay its page beside ours.
import { spawnSync } from 'node:child_process';
import { freePort, removeFolder, runFolder, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const postgresExporterSource: Source = {
  what: 'postgres_exporter',
  variable: 'SIDEWARDEN_TEST_POSTGRES_EXPORTER',
  candidates: ['prometheus-postgres-exporter', 'postgres_exporter'],
  packages: ['prometheus-postgres-exporter'],
};

export type Exporter = {
  /** Such as `0.11.1`. */
  readonly version: string;
  /** Its page, made now. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
};

/** With every collector that it has. @param url with user and password. */
export async function startPostgresExporter(url: string): Promise<Exporter> {
  const command = await locate(postgresExporterSource);
  const say = (option: string): string => {
    const { stdout, stderr } = spawnSync(command, [option], { encoding: 'utf8' });
    return stdout + stderr;
  };
  const collectors = [...say('--help').matchAll(/--(?:\[no-\])?(collector\.[a-z_]+)(?![a-z_.])/g)].map(
    ([, name]) => `--${name}`,
  );
  const folder = await runFolder('postgres-exporter');
  const port = await freePort();
  const page = `http://127.0.0.1:${port}/metrics`;
  const server = await startProcess({
    name: 'postgres_exporter',
    command,
    args: [`--web.listen-address=127.0.0.1:${port}`, ...new Set(collectors)],
    env: { DATA_SOURCE_NAME: `${url}${url.includes('?') ? '&' : '?'}sslmode=disable` },
    folder,
    port,
    ready: async () => (await fetch(page)).ok,
    readyWithinMs: 15_000,
  });
  return {
    version: /version (\d+\.\d+\.\d+)/.exec(say('--version'))?.[1] ?? 'unknown',
    scrape: async () => (await fetch(page)).text(),
    async stop() {
      await server.stop();
      removeFolder(folder);
    },
  };
}
