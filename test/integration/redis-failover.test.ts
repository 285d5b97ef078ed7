// Redis behind sentinels and as a cluster, with TLS and users of its own, while its primaries change: the running daemon
// goes along without a restart.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../servers/certificates.ts';
import { runFolder } from '../servers/process.ts';
import type { RedisServer } from '../servers/redis.ts';
import { type Cluster, type SentinelSet, startCluster, startSentinelSet } from '../servers/redis-groups.ts';
import { type CheckBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';

/** One failure is said at once, so that none goes unseen; two passes make it healthy, as by default. */
const common = { type: 'redis', interval: '1s', timeout: '800ms', failure_threshold: 1 };
/** From the moment it is well again: a run's wait, the confirming run's wait, each with its jitter, and two timeouts. */
const recoveryBoundMs = 2 * 1000 * 1.1 + 2 * 800;
/** A safety net, shorter than a test may take. */
const patienceMs = 40_000;

const acl = ['probe on >of-servers +ping +role +cluster|info', 'shallow on >of-servers +ping'];
const sentinelAcl = ['asker on >of-sentinels +sentinel|get-master-addr-by-name'];

let files: Certificates;
let killed: SentinelSet;
let switched: SentinelSet;
let cluster: Cluster;
let daemon: Sidewarden;

beforeAll(async () => {
  files = await makeCertificates(await runFolder('redis-failover'));
  const own = { tls: files, acl };
  [killed, switched, cluster] = await Promise.all([
    startSentinelSet({ ...own, sentinelAcl }),
    startSentinelSet({ ...own, sentinelAcl }),
    startCluster({ ...own, replica: true }),
  ]);
  const tls = { ca_file: files.ca, cert_file: files.clientCert, key_file: files.clientKey };
  const as = (username: string) => ({ ...common, tls, username, password: 'of-servers' });
  const behind = ({ addresses, name }: SentinelSet, username = 'asker') => ({
    sentinel: { addresses, name, tls: true, username, password: 'of-sentinels' },
  });
  // The replica first: it is the node that the daemon stays with.
  const nodes = { cluster: { addresses: cluster.addresses.toReversed() } };
  daemon = await startSidewarden({
    configuration: {
      checks: {
        killed: { ...as('probe'), ...behind(killed) },
        switched: { ...as('probe'), ...behind(switched) },
        cluster: { ...as('probe'), ...nodes },
        'shallow-sentinel': { ...as('shallow'), ...behind(switched) },
        'shallow-cluster': { ...as('shallow'), ...nodes },
        'server-user': { ...as('asker'), ...behind(switched) },
        'sentinel-user': { ...as('probe'), ...behind(switched, 'probe') },
        'no-certificate': { ...as('probe'), ...behind(switched), tls: { ca_file: files.ca } },
        'plain-sentinels': { ...as('probe'), sentinel: { ...behind(switched).sentinel, tls: false } },
      },
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  await Promise.all([killed, switched, cluster].map((group) => group?.remove()));
});

const check = async (name: string): Promise<CheckBody | undefined> => (await daemon.get('/health')).body.checks[name];

const atServer = (server: RedisServer, user = 'probe'): Promise<void> =>
  server.until((list) => list.includes(` user=${user} `), 'CLIENT', 'LIST');

/**
 * The check is connected to this server and healthy within the bound from now; prints what it took. How long the machine
 * kept the daemon waiting does not count.
 */
async function expectRecovered(name: string, server: RedisServer, event: string): Promise<void> {
  const begin = performance.now();
  const waited = waitedSince(daemon);
  await atServer(server);
  await daemon.until(({ checks }) => checks[name]?.status === 'healthy', patienceMs);
  const took = Math.round(performance.now() - begin - waited());
  process.stdout.write(`${event}: healthy after ${took} ms, bound ${recoveryBoundMs} ms\n`);
  expect(took).toBeLessThanOrEqual(recoveryBoundMs);
}

const statesOf = (name: string): unknown[] =>
  daemon
    .log()
    .filter((record) => record['labels.check'] === name)
    .map((record) => record.message);

describe('with TLS and users', () => {
  test('each is healthy, for a user with +ping alone too, which says what it does not prove', async () => {
    for (const name of ['killed', 'switched', 'cluster']) {
      await daemon.until(({ checks }) => checks[name]?.status === 'healthy', patienceMs);
      expect(await check(name)).not.toHaveProperty('warnings');
    }
    for (const name of ['shallow-sentinel', 'shallow-cluster']) {
      await daemon.until(({ checks }) => checks[name]?.status === 'healthy', patienceMs);
      expect(await check(name)).toMatchObject({ warnings: ['skipped'] });
    }
  });

  test.each([
    ['server-user', 'auth', 'auth'], // the sentinels' user is none of the servers
    ['sentinel-user', 'auth', 'connect'], // and the servers' user is none of the sentinels
    ['no-certificate', 'tls', 'connect'],
    ['plain-sentinels', 'refused', 'connect'],
  ])('%s: %s', async (name, error, phase) => {
    await daemon.until(({ checks }) => checks[name]?.status === 'unhealthy', patienceMs);
    expect(await check(name)).toMatchObject({ error, phase });
  });
});

// Side by side: most of it is the sentinels' and the cluster's own waiting.
describe.concurrent('followed without a restart', () => {
  test('a primary that is killed', async () => {
    const patience = (ms: number) =>
      Promise.all(
        killed.sentinels.map((one) =>
          one.command('SENTINEL', 'SET', killed.name, 'down-after-milliseconds', String(ms)),
        ),
      );
    const dying = await killed.primary();
    await patience(60_000);
    await dying.kill();
    await daemon.until(({ checks }) => checks.killed?.error === 'refused', patienceMs);
    await patience(500);
    await killed.movedFrom(dying);
    await expectRecovered('killed', await killed.primary(), 'primary killed');
  }, 150_000);

  test('SENTINEL FAILOVER, while the old primary stays up as a replica', async () => {
    const old = await switched.primary();
    await switched.failover();
    await old.until((answer) => answer.startsWith('slave'), 'ROLE'); // the sentinels' own doing
    const promoted = await switched.primary();
    await expectRecovered('switched', promoted, 'SENTINEL FAILOVER');
    await atServer(promoted, 'shallow');
  }, 150_000);

  test('CLUSTER FAILOVER, a node that dies, and one that is taken out of the cluster', async () => {
    const [first, second, third, fourth] = cluster.nodes as [RedisServer, RedisServer, RedisServer, RedisServer];
    const cutElsewhere = () =>
      Promise.all([first, second, third].map((node) => node.command('CLIENT', 'KILL', 'USER', 'probe')));
    await cutElsewhere(); // a start under load may have passed over the first address
    await atServer(fourth);
    await fourth.until((answer) => answer === 'OK', 'CLUSTER', 'FAILOVER');
    await fourth.until((answer) => answer.startsWith('master'), 'ROLE');
    await first.until((answer) => /^slave,.*,connected,/.test(answer), 'ROLE');
    await expectRecovered('cluster', fourth, 'CLUSTER FAILOVER');

    await fourth.kill();
    await cluster.state(third, 'fail');
    await first.until((answer) => answer.startsWith('master'), 'ROLE');
    await cluster.state(third, 'ok');
    await expectRecovered('cluster', third, 'cluster node killed');

    await fourth.start();
    await fourth.until((answer) => /^slave,.*,connected,/.test(answer), 'ROLE');
    const id = String(await fourth.command('CLUSTER', 'MYID'));
    await Promise.all([first, second, third].map((node) => node.command('CLUSTER', 'FORGET', id)));
    await fourth.command('CLUSTER', 'RESET', 'HARD');
    await cluster.state(fourth, 'fail');
    const before = statesOf('cluster');
    await cutElsewhere();
    await expectRecovered('cluster', third, 'cluster node taken out');
    expect(statesOf('cluster')).toEqual(before);
  }, 150_000);
});
