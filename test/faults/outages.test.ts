// Each of the four stopped, frozen and blackholed: said within the bound, with the right class, and nobody else suffers.
// Daemons side by side, each with servers of its own but for Elasticsearch, which is costly: it is stopped and frozen when
// no other daemon is judged.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bare, startBare } from '../servers/bare.ts';
import { borrowElasticsearch, borrowKms } from '../servers/borrow.ts';
import type { ElasticsearchServer } from '../servers/elasticsearch.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { boundOf } from './bound.ts';
import { checksOf, type Name, type Places, type Stoppable, startThree, type Three } from './four.ts';
import { createTurns } from './in-turn.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const common = { interval: '1s', timeout: '800ms' };
/** A server may take its time to start; the check must notice within two runs. */
const recoveryMs = 60_000;
/** The safety net of a test, of which it may wait for its turn the most. */
const timeout = 280_000;

const names = ['database', 'redis', 'kms', 'elasticsearch'] as const satisfies readonly Name[];
/** The daemons, by the fault that they are to see. Two have the same servers: blackholes are dug in front of them. */
const daemonNames = ['stopped', 'frozen', 'blackholed', 'blackholed too'] as const;
type DaemonName = (typeof daemonNames)[number];
const blackholed: Record<Name, DaemonName> = {
  database: 'blackholed',
  redis: 'blackholed',
  kms: 'blackholed too',
  elasticsearch: 'blackholed too',
};

const inTurn = createTurns();
const stops: (() => Promise<unknown>)[] = [];
let elasticsearch: ElasticsearchServer;
let threes: Record<'stopped' | 'frozen', Three>;
let proxies: Record<Name, FaultProxy>;
let daemons: Record<DaemonName, Sidewarden>;
let bare: Bare;

/** What is to be undone in the end. */
async function keep<Kept>(begun: Promise<Kept>, stop: (kept: Kept) => Promise<unknown>): Promise<Kept> {
  const kept = await begun;
  stops.unshift(() => stop(kept));
  return kept;
}

beforeAll(async () => {
  const starting = Promise.all([
    keep(startThree(), (three) => three.stop()),
    keep(startThree(), (three) => three.stop()),
    keep(startPostgres(), (server) => server.remove()),
    keep(startRedis(), (server) => server.remove()),
    borrowKms(),
  ]);
  elasticsearch = await keep(borrowElasticsearch(), (server) => server.remove());
  await elasticsearch.makeGreen();
  const search = { ...elasticsearch, url: elasticsearch.urlAs(elasticsearch.users.probe) };
  const [stopped, frozen, database, redis, kms] = await starting;
  threes = { stopped, frozen };
  const behind: Places = { database, redis, kms, keyId: await kms.createKey(), elasticsearch: search };
  const made = await Promise.all(
    names.map(async (name) => [name, await keep(startProxy(behind[name]), (proxy) => proxy.stop())] as const),
  );
  proxies = Object.fromEntries(made) as Record<Name, FaultProxy>;
  const checks: Record<DaemonName, object> = {
    stopped: checksOf({ ...stopped, elasticsearch: search }, common),
    frozen: checksOf({ ...frozen, elasticsearch: search }, common),
    blackholed: checksOf(behind, common, { database: proxies.database, redis: proxies.redis }),
    'blackholed too': checksOf(behind, common, { kms: proxies.kms, elasticsearch: proxies.elasticsearch }),
  };
  const started = await Promise.all(
    daemonNames.map(async (name) => {
      const options = { configuration: { checks: checks[name] }, environment: kms.environment };
      return [name, await keep(startSidewarden(options), (daemon) => daemon.stop())] as const;
    }),
  );
  daemons = Object.fromEntries(started) as Record<DaemonName, Sidewarden>;
  bare = await keep(startBare(await daemons.blackholed.get('/health')), (server) => server.stop());
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

const healthy = ({ checks }: HealthBody, code: number): boolean =>
  code === 200 && Object.values(checks).every(({ status }) => status === 'healthy');

/** Breaks one, sees it said within the bound while the others stay healthy, fixes it, and sees it healthy. */
async function endure(
  daemon: Sidewarden,
  name: Name,
  fault: { begin(): unknown; end(): unknown; readonly errorClass: string; meanwhile?(): Promise<void> },
): Promise<void> {
  await daemon.until(healthy, recoveryMs);
  const bound = await boundOf(daemon, name);
  const harmed: string[] = [];
  const beside = ({ checks }: HealthBody): void => {
    for (const other of names) {
      if (other !== name && checks[other]?.status !== 'healthy') harmed.push(JSON.stringify(checks));
    }
  };
  await fault.begin();
  try {
    await bound.seen(fault.errorClass, { beside });
    expect(harmed).toEqual([]);
    expect((await daemon.get('/health/live')).code).toBe(200);
    expect((await daemon.get('/health/ready')).code).toBe(503);
    await fault.meanwhile?.();
  } finally {
    await fault.end();
  }
  await daemon.until(healthy, recoveryMs);
}

/** How many times as long as a bare server's its answers take, at the median, when both are asked by turns. */
async function slowness(daemon: Sidewarden, times = 60): Promise<number> {
  const took: Record<'daemon' | 'bare', number[]> = { daemon: [], bare: [] };
  for (let n = 0; n < times; n += 1) {
    for (const [who, url] of [['daemon', daemon.url] as const, ['bare', bare.url] as const]) {
      const begin = performance.now();
      await (await fetch(`${url}/health`)).text();
      took[who].push(performance.now() - begin);
    }
  }
  const median = (of: number[]): number => of.toSorted((a, b) => a - b)[times / 2] as number;
  return median(took.daemon) / median(took.bare);
}

describe.concurrent.each(names)('%s', (name) => {
  /** For its real faults Elasticsearch wants every daemon at rest. */
  const alone = (daemon: DaemonName): readonly DaemonName[] => (name === 'elasticsearch' ? daemonNames : [daemon]);
  const serverOf = (daemon: 'stopped' | 'frozen'): Stoppable =>
    name === 'elasticsearch' ? elasticsearch : threes[daemon][name];

  test('blackholed: timeout, answers as quick as before, and back by itself', { timeout }, async () => {
    const daemon = blackholed[name];
    await inTurn([daemon], async () => {
      await daemons[daemon].until(healthy, recoveryMs);
      const before = await slowness(daemons[daemon]);
      await endure(daemons[daemon], name, {
        errorClass: 'timeout',
        begin: () => proxies[name].set('silent'),
        end: () => proxies[name].set('pass'),
        async meanwhile() {
          expect(await slowness(daemons[daemon])).toBeLessThan(before * 4);
        },
      });
    });
  });

  test('frozen: timeout, and back by itself', { timeout }, async () => {
    const server = serverOf('frozen');
    await inTurn(alone('frozen'), () =>
      endure(daemons.frozen, name, {
        errorClass: 'timeout',
        begin: () => server.freeze(),
        end: () => server.thaw(),
      }),
    );
  });

  test('stopped: refused, and back by itself', { timeout }, async () => {
    const server = serverOf('stopped');
    await inTurn(alone('stopped'), () =>
      endure(daemons.stopped, name, {
        errorClass: 'refused',
        begin: () => server.stop(),
        end: () => server.start(),
      }),
    );
  });
});
