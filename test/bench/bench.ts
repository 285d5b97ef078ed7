// `npm run bench`: what the daemon costs, side by side with a bare node:http server and the exporters it stands in for.
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checksOf, type Four, startFour } from '../faults/four.ts';
import { startProxy } from '../faults/proxy.ts';
import { freePort } from '../servers/process.ts';
import { type Sidewarden, shippedOptions, startSidewarden } from '../servers/sidewarden.ts';
import { answers } from './answers.ts';
import { app } from './app.ts';
import { exporters } from './exporters.ts';
import { type Contestant, memoryTable, startTable } from './footprint.ts';
import { hanging } from './hanging.ts';
import { slos } from './slos.ts';
import { statistics } from './statistics.ts';

const parts = ['answers', 'hanging', 'start', 'memory', 'exporters', 'statistics', 'app', 'slos'] as const;
type Part = (typeof parts)[number];
type Tuning = { readonly entry: string; readonly node: readonly string[] };

const HELP = `npm run bench -- [PART...] [--rounds N]

Parts: ${parts.join(', ')}; all unless named. Each is measured N times (5), the memory N/2 times, about 5 minutes each.
`;

/** As the image has it: glibc gives free memory back. https://man7.org/linux/man-pages/man3/mallopt.3.html */
const allocator = { MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '65536' };
const built = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
/** What ships is tuned for memory: by its first line, and by what it tells V8. Without either it is faster, and larger. */
const tunings = {
  memory: { entry: built('sidewarden.js'), node: shippedOptions() },
  speed: { entry: built('main.js'), node: [] },
};
const bareServer = fileURLToPath(new URL('../servers/bare-server.mjs', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const wanted = positionals.length === 0 ? parts : parts.filter((part) => positionals.includes(part));

const measure: Readonly<Record<Part, (four: Four) => Promise<string>>> = {
  async answers(four) {
    const { environment } = four.kms;
    const daemons: Record<string, Sidewarden> = {};
    for (const [name, tuning] of Object.entries(tunings)) {
      const daemon = await startSidewarden({ configuration: { checks: checksOf(four) }, environment, ...tuning });
      await daemon.until((_, code) => code === 200, 60_000);
      daemons[name] = daemon;
    }
    const text = await answers(daemons, rounds);
    for (const daemon of Object.values(daemons)) await daemon.stop();
    return text;
  },
  async hanging(four) {
    const { environment } = four.kms;
    const proxy = await startProxy(four.database);
    const checks = checksOf(four, { interval: '1s', timeout: '500ms' }, { database: proxy });
    const daemon = await startSidewarden({ configuration: { checks }, environment, ...tunings.memory });
    await daemon.until((_, code) => code === 200, 60_000);
    const text = await hanging(daemon, proxy, rounds);
    await daemon.stop();
    await proxy.stop();
    return text;
  },
  async start(four) {
    return startTable(await contestants(four), rounds);
  },
  async memory(four) {
    return memoryTable(await contestants(four), Math.max(1, Math.floor(rounds / 2)));
  },
  exporters,
  async statistics(four) {
    return statistics(four, tunings.memory, rounds);
  },
  async app() {
    return app(tunings.memory, rounds);
  },
  async slos() {
    return slos(tunings.memory, rounds);
  },
};

/** The last is what the others are compared with. */
async function contestants(four: Four): Promise<readonly Contestant[]> {
  const environment = {
    ...four.kms.environment,
    AWS_EC2_METADATA_DISABLED: 'true',
    DATABASE_URL: four.database.url,
    ELASTICSEARCH_URL: four.elasticsearch.url,
    REDIS_URL: four.redis.url,
    KMS_KEY_ID: four.keyId,
  };
  const daemon = async ({ node, entry }: Tuning, more: Readonly<Record<string, string>> = {}) => {
    const port = await freePort();
    const args = [...node, entry, 'run', `--listen=127.0.0.1:${port}`];
    const url = `http://127.0.0.1:${port}/health/live`;
    return { command: process.execPath, args, environment: { ...environment, ...more }, url };
  };
  const port = await freePort();
  const bare = {
    command: process.execPath,
    args: [bareServer, String(port)],
    environment: { BODY_FILE: fileURLToPath(import.meta.url) },
    url: `http://127.0.0.1:${port}/`,
  };
  return [
    { name: 'as in the image (ships)', program: await daemon(tunings.memory, allocator) },
    { name: 'as `bin` (ships)', program: await daemon(tunings.memory) },
    { name: 'tuned for speed', program: await daemon(tunings.speed) },
    { name: 'bare node:http', program: bare },
  ];
}

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0 || !(rounds >= 1)) {
    process.stderr.write(HELP);
    return 2;
  }
  if (!existsSync(tunings.memory.entry)) throw new Error('dist/ is missing: npm run build');
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds; median (least–most)\n`,
  );
  process.stderr.write('starting the four servers ...\n');
  const four = await startFour();
  for (const part of wanted) process.stdout.write(`\n${await measure[part](four)}`);
  await four.stop();
  return 0;
}

if (values.help) {
  process.stdout.write(HELP);
} else {
  process.exit(await main());
}
