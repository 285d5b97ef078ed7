// The exporter of Debian, beside which our statistics are compared.
import { freePort, runFolder, startProcess } from './process.ts';
import { locate, type Source } from './source.ts';

export const redisExporterSource: Source = {
  what: 'redis_exporter',
  variable: 'SIDEWARDEN_TEST_REDIS_EXPORTER',
  candidates: ['prometheus-redis-exporter', 'redis_exporter'],
  packages: ['prometheus-redis-exporter'],
};

export type Exporter = {
  /** Its page, made for this call. */
  page(): Promise<string>;
  stop(): Promise<void>;
};

export async function startRedisExporter({ url, password }: { url: string; password: string }): Promise<Exporter> {
  const command = await locate(redisExporterSource);
  const port = await freePort();
  const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const server = await startProcess({
    name: 'redis-exporter',
    command,
    args: [`-redis.addr=${url}`, `-redis.password=${password}`, `-web.listen-address=127.0.0.1:${port}`],
    folder: await runFolder('redis-exporter'),
    ready: async () => (await page().catch(() => '')).includes('redis_up 1'),
    readyWithinMs: 10_000,
    port,
  });
  return {
    page,
    async stop() {
      await server.stop();
    },
  };
}
