// Many thousand probe cycles, each connection replaced every few seconds: nothing that the daemon holds grows with them.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { type KmsServer, startKms } from '../servers/kms.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const wantedCycles = 20_000;
/** The shortest interval that a configuration may have. */
const fast = { interval: '100ms', timeout: '90ms', slow_after: '90ms' };
const kept = { ...fast, max_connection_age: '2s' };
const copies = { database: 10, redis: 14, app: 8, kms: 2 } as const;
const preload = fileURLToPath(new URL('report-on-signal.mjs', import.meta.url));

let database: PostgresServer;
let redis: RedisServer;
let app: HttpServer;
let kms: KmsServer;
let daemon: Sidewarden;

beforeAll(async () => {
  [database, redis, app, kms] = await Promise.all([
    startPostgres(),
    startRedis(),
    startHttpServer((_, response) => response.end('ok')),
    startKms(),
  ]);
  const one = {
    database: { type: 'postgres', url: database.url, expect: 'primary', ...kept },
    redis: { type: 'redis', url: redis.url, expect: 'primary', ...kept },
    app: { type: 'http', url: `http://127.0.0.1:${app.port}/`, ...fast },
    kms: { type: 'kms', key_id: await kms.createKey(), ...kept },
  };
  const checks = Object.entries(copies).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => [`${name}-${index}`, one[name as keyof typeof one]]),
  );
  daemon = await startSidewarden({
    node: ['--expose-gc', `--import=${preload}`],
    environment: kms.environment,
    configuration: { log_level: 'error', checks: Object.fromEntries(checks) },
  });
}, 120_000);
afterAll(async () => {
  await daemon?.stop();
  await Promise.all([database?.remove(), redis?.remove(), app?.stop(), kms?.stop()]);
});

type Report = {
  readonly count: number;
  readonly heapUsed: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly resources: Readonly<Record<string, number>>;
};
type Sample = Report & {
  readonly cycles: number;
  readonly passed: number;
  readonly backends: number;
  readonly clients: number;
};

let reports = 0;
async function report(): Promise<Report> {
  reports += 1;
  process.kill(daemon.pid, 'SIGUSR2');
  const find = (): Report | undefined =>
    daemon
      .output()
      .split('\n')
      .filter((line) => /^report \{.*\}$/.test(line))
      .map((line) => JSON.parse(line.slice('report '.length)) as Report)
      .find(({ count }) => count === reports);
  await expect.poll(find).toBeDefined();
  return find() as Report;
}

/** Connections of the probes. */
async function connected(): Promise<Pick<Sample, 'backends' | 'clients'>> {
  const [row] = await database.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sidewarden'",
  );
  const clients = String(await redis.command('CLIENT', 'LIST')).split('name=sidewarden ').length - 1;
  return { backends: row?.n as number, clients };
}

async function sample(): Promise<Sample> {
  const { text } = await daemon.get('/metrics');
  const runs = text.split('\n').filter((line) => line.startsWith('sidewarden_check_runs_total{'));
  const sum = (lines: readonly string[]) => lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  return {
    ...(await report()),
    cycles: sum(runs),
    passed: sum(runs.filter((line) => line.includes('result="passed"'))),
    ...(await connected()),
  };
}

/** Of the samples in the given part of the run, from one share of it to another. */
const median = (
  samples: readonly Sample[],
  of: (sample: Sample) => number,
  [from, to]: readonly [number, number],
): number => {
  const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to)).map(of);
  return part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] as number;
};

/** The line through the points by least squares: how much it rises for each step of x, as a share of the mean of y. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const [x, y] = [mean(points.map(([each]) => each)), mean(points.map(([, each]) => each))];
  const rise = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return rise / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0) / y;
}

test('connections, timers, handles, descriptors and memory stay as they are', async () => {
  const samples: Sample[] = [];
  do {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    samples.push(await sample());
  } while ((samples.at(-1) as Sample).cycles < wantedCycles);
  const last = samples.at(-1) as Sample;
  expect(last.passed / last.cycles, 'share of the cycles that passed').toBeGreaterThan(0.9);

  // One connection for each check, and for a moment its successor beside it.
  for (const [name, of] of [
    ['database', 'backends'],
    ['redis', 'clients'],
  ] as const) {
    expect(Math.max(...samples.map((each) => each[of])), name).toBeLessThanOrEqual(copies[name] * 2);
    await expect.poll(async () => (await connected())[of]).toBe(copies[name]);
  }
  const readers = String(await redis.command('CLIENT', 'LIST')).split('name=sidewarden-statistics ').length - 1;
  expect(readers, 'connections that read statistics').toBe(copies.redis);

  // The first third warms up; then the middle of the run is compared with its end.
  const grown = (of: (each: Sample) => number): number =>
    median(samples, of, [2 / 3, 1]) / median(samples, of, [1 / 3, 2 / 3]);
  const held: Record<string, (each: Sample) => number> = {
    timers: ({ resources }) => resources.Timeout ?? 0,
    sockets: ({ resources }) => resources.TCPSocketWrap ?? 0,
    handles: ({ resources }) => Object.values(resources).reduce((sum, each) => sum + each, 0),
    descriptors: ({ descriptors }) => descriptors,
    'resident memory': ({ rss }) => rss,
  };
  for (const [what, of] of Object.entries(held)) {
    expect(grown(of), `${what}: ${samples.map(of).join(' ')}`).toBeLessThan(1.2);
  }
  const heap = samples.slice(Math.floor(samples.length / 3)).map(({ cycles, heapUsed }) => [cycles, heapUsed] as const);
  expect(slope(heap) * wantedCycles, `heap after a collection: ${heap.join(' ')}`).toBeLessThan(0.06);
}, 240_000);
