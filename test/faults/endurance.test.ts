// Many thousand probe cycles, each connection replaced every few seconds: nothing that the daemon holds grows with them.
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BorrowedKms, borrowKms } from '../servers/borrow.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
/**
 * Cycles that pass. Until the first are over, and each check has passed a few times, what is loaded late is loaded, and
 * the last 100 runs, which each check keeps, are there; then nothing may grow any more.
 */
const cycles = isLong ? { warm: 7000, watched: 13_000 } : { warm: 3000, watched: 3000 };
/** The heap may grow by this share while it is watched: what fills until its bound, such as the history, is part of it. */
const mostGrown = isLong ? 0.04 : 0.06;
const passesToWarm = 10;
const wantedSamples = 40;
/** The shortest interval that a configuration may have. */
const fast = { interval: '100ms', timeout: '90ms', slow_after: '90ms' };
/** Whose log-in is costly has the time for it on a busy machine too. */
const costly = { interval: '200ms', timeout: '190ms', slow_after: '190ms' };
const max_connection_age = '2s';
const copies = { database: 4, redis: 14, app: 10, kms: 2 } as const;
const preload = fileURLToPath(new URL('report-on-signal.mjs', import.meta.url));

let database: PostgresServer;
let redis: RedisServer;
let app: HttpServer;
let kms: BorrowedKms;
let daemon: Sidewarden;

beforeAll(async () => {
  [database, redis, app, kms] = await Promise.all([
    startPostgres(),
    startRedis(),
    startHttpServer((_, response) => response.end('ok')),
    borrowKms(),
  ]);
  const one = {
    database: { type: 'postgres', url: database.url, expect: 'primary', ...costly, max_connection_age },
    redis: { type: 'redis', url: redis.url, expect: 'primary', ...fast, max_connection_age },
    app: { type: 'http', url: `http://127.0.0.1:${app.port}/`, ...fast },
    kms: { type: 'kms', key_id: await kms.createKey(), ...costly, max_connection_age },
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
  await Promise.all([database?.remove(), redis?.remove(), app?.stop()]);
});

type Report = {
  readonly count: number;
  readonly heapUsed: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly resources: Readonly<Record<string, number>>;
};
type Counted = {
  readonly cycles: number;
  readonly passed: number;
  /** Of the check that passed least. */
  readonly fewest: number;
  /** Failures of another class than `timeout`, which is the machine's where it is too busy. */
  readonly wrong: readonly string[];
};
type Sample = Report & Counted & { readonly backends: number; readonly clients: number };

let reports = 0;
async function report(): Promise<Report> {
  reports += 1;
  process.kill(daemon.pid, 'SIGWINCH');
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

async function count(): Promise<Counted> {
  const { text } = await daemon.get('/metrics');
  const of = (family: string) => text.split('\n').filter((line) => line.startsWith(`${family}{`));
  const value = (line: string) => Number(line.split(' ').at(-1));
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const runs = of('sidewarden_check_runs_total');
  const passed = runs.filter((line) => line.includes('result="passed"')).map(value);
  const failures = of('sidewarden_check_failures_total').filter((line) => value(line) > 0);
  return {
    cycles: sum(runs.map(value)),
    passed: sum(passed),
    fewest: Math.min(...passed),
    wrong: failures.filter((line) => !line.includes('class="timeout"')),
  };
}

/** Resolves once as many cycles have passed. */
async function until(passed: number): Promise<Counted> {
  for (;;) {
    const counted = await count();
    if (counted.passed >= passed) return counted;
    await wait(250);
  }
}

async function warmUp(): Promise<Counted> {
  for (;;) {
    const counted = await until(cycles.warm);
    if (counted.fewest >= passesToWarm) return counted;
    await wait(250);
  }
}

async function watch(): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const { passed: first } = await warmUp();
  for (let { passed } = { passed: first }; passed < first + cycles.watched; ) {
    const counted = await until(passed + cycles.watched / wantedSamples);
    samples.push({ ...(await report()), ...counted, ...(await connected()) });
    passed = counted.passed;
  }
  return samples;
}

/** The line through the points by least squares: how much it rises for each step of x, as a share of the mean of y. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const [x, y] = [mean(points.map(([each]) => each)), mean(points.map(([, each]) => each))];
  const rise = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return rise / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0) / y;
}

test('connections, timers, handles, descriptors and memory stay as they are', async () => {
  const samples = await watch();
  const last = samples.at(-1) as Sample;
  expect(last.wrong, `failures but for timeouts, in ${last.cycles} cycles`).toEqual([]);

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

  const middle = Math.floor(samples.length / 2);
  // What is in flight comes and goes with what other tests leave of the machine. What leaks raises the lowest quarter too.
  const quarter = (of: (each: Sample) => number, half: readonly Sample[]): number =>
    half.map(of).toSorted((a, b) => a - b)[Math.floor(half.length / 4)] as number;
  const grown = (of: (each: Sample) => number): number =>
    quarter(of, samples.slice(middle)) / quarter(of, samples.slice(0, middle));
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
  const heap = samples.map(({ cycles, heapUsed }) => [cycles, heapUsed] as const);
  expect(slope(heap) * cycles.watched, `heap after a collection: ${heap.join(' ')}`).toBeLessThan(mostGrown);
}, 600_000);
