// The pages "Connect to …": their grants on real servers, and their configurations, healthy there with no more than that.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocks, pages } from '../docs/pages.ts';
import { type Certificates, makeCertificates } from '../servers/certificates.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Cluster, startCluster } from '../servers/redis-groups.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

type Settings = { readonly type: string; readonly url?: string; readonly [more: string]: unknown };
type Case = { readonly name: string; readonly page: string; readonly settings: Settings };

const password = `pw-${crypto.randomUUID()}`;

/** Every check of the pages' configurations; those that log in with IAM need AWS. */
const cases: readonly Case[] = blocks(
  'yaml',
  pages.filter((page) => page.startsWith('docs/connect-')),
)
  .filter(({ text }) => !text.includes('apiVersion:'))
  .flatMap(({ page, text }, block) =>
    Object.entries((parse(text) as { checks: Record<string, Settings> }).checks)
      .filter(([, settings]) => settings.auth === undefined)
      .map(([check, settings]) => ({ name: `${page.slice(13, -3)}-${block}-${check}`, page, settings })),
  );
const ofType = (type: string): readonly Case[] => cases.filter(({ settings }) => settings.type === type);

let postgres: PostgresServer;
let redis: RedisServer;
let cluster: Cluster;
let certificates: Certificates;
let daemon: Sidewarden;
let folder: string;

/** One role for each page, with what its page grants and nothing more. */
const roleOf = (page: string): string => `sidewarden_${page.slice(13, -3).replaceAll('-', '_')}`;

/** As the pages mark what the health does without. */
const forStatistics = '-- for the statistics';

/** A page's first block goes with its password, a second one with another way to log in. */
async function grant(page: string): Promise<void> {
  for (const [index, { text }] of blocks('sql', [page]).entries()) {
    const role = index === 0 ? roleOf(page) : `${roleOf(page)}_${index}`;
    // Where an operator creates the role, the page only grants.
    if (!text.includes('CREATE ROLE')) await postgres.query(`CREATE ROLE ${role} LOGIN`);
    const lines = text.split('\n').filter((line) => !line.endsWith(forStatistics));
    await postgres.query(lines.join('\n').replaceAll(/\bsidewarden\b/g, role));
  }
  await postgres.query(`ALTER ROLE ${roleOf(page)} PASSWORD '${password}'`);
}

/** What a page grants for the statistics: in its first block, or in what it gives the operator. */
async function grantStatistics(page: string): Promise<void> {
  const [sql] = blocks('sql', [page]);
  const line = sql?.text.split('\n').find((text) => text.endsWith(forStatistics));
  const [, ofOperator] =
    /inRoles: \[(\w+)\] # for the statistics/.exec(blocks('yaml', [page]).at(-1)?.text ?? '') ?? [];
  const statement = line ?? `GRANT ${ofOperator} TO sidewarden;`;
  await postgres.query(statement.replaceAll(/\bsidewarden\b/g, roleOf(page)));
}

/** The same check of a server of ours: another place, user, password file and authority, nothing else. */
function moved({ page, settings }: Case): Settings {
  const quick = { interval: '1s', timeout: '900ms', required: true, gates: [] };
  const common = { ...settings, ...quick, password_file: join(folder, 'password') };
  if (settings.cluster !== undefined) {
    // Its nodes want certificates of each other, and so of everybody.
    const files = { ca_file: certificates.ca, cert_file: certificates.clientCert, key_file: certificates.clientKey };
    return { ...common, tls: files, cluster: { addresses: cluster.addresses } };
  }
  const node = settings.type === 'redis' ? redis : settings.expect === 'replica' ? postgres.standby : postgres;
  const ca_file = settings.type === 'redis' ? certificates.ca : postgres.certificates?.ca;
  const [before = '', after = ''] = (settings.url ?? '').split('@');
  const [, rest = ''] = /^[^/?]*(.*)$/.exec(after) ?? [];
  const user = settings.type === 'postgres' ? before.replace(/[^/]+$/, roleOf(page)) : before;
  const url = `${user}@127.0.0.1:${node?.port}${rest}`;
  // A way past a pooler is the way that there is.
  return {
    ...common,
    url,
    ...(settings.statistics_url === undefined ? {} : { statistics_url: url }),
    ...(settings.tls === undefined ? {} : { tls: { ca_file } }),
  };
}

function startDaemon(): Promise<Sidewarden> {
  const checks = Object.fromEntries(
    [...ofType('postgres'), ...ofType('redis')].map((one) => [one.name, moved(one)] as const),
  );
  const environment = { NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem') };
  return startSidewarden({ configuration: { checks }, environment });
}

/** Of each check the labels of this family's series that have the value. */
async function having(value: 0 | 1, family: string, label: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { text } = await daemon.get<string>('/metrics/checks');
  const found = new Map<string, string[]>();
  for (const [, labels = ''] of text.matchAll(new RegExp(`^${family}\\{(.*)\\} ${value}$`, 'gm'))) {
    const [check = '', name = ''] = ['check', label].map((one) => new RegExp(`\\b${one}="([^"]+)"`).exec(labels)?.[1]);
    found.set(check, [...(found.get(check) ?? []), name]);
  }
  return found;
}
const read = [...ofType('postgres'), ...ofType('redis')].filter(({ settings }) => settings.statistics === undefined);
const names = read.map(({ name }) => name).sort();
/** Of each type the collector that runs last and needs a grant. */
const last = ['wal_directory', 'latency_histogram'];

beforeAll(async () => {
  folder = await runFolder('connect');
  certificates = await makeCertificates(join(folder, 'certificates'));
  await writeFile(join(folder, 'password'), password);
  const user = `sidewarden >${password} ${accessString('--access-string')}`;
  [postgres, redis, cluster] = await Promise.all([
    startPostgres({ tls: true, standby: true }),
    startRedis({ tls: certificates, acl: [user] }),
    startCluster({ tls: certificates, acl: [user] }),
  ]);
  for (const database of ['shop', 'postgres']) await postgres.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await postgres.query('CREATE ROLE rds_iam'); // as RDS has it
  // Where a page names no authority, the server's is one that Node trusts.
  const authorities = [certificates.ca, postgres.certificates?.ca ?? ''].map((file) => readFileSync(file, 'utf8'));
  await writeFile(join(folder, 'trusted.pem'), authorities.join(''));
  for (const page of new Set(ofType('postgres').map(({ page }) => page))) await grant(page);
  daemon = await startDaemon();
});
afterAll(async () => {
  await Promise.all([daemon?.stop(), postgres?.remove(), redis?.remove(), cluster?.remove()]);
  if (folder !== undefined) removeFolder(folder);
});

/** Of the ElastiCache page, which has Redis' own form. */
function accessString(option: string): string {
  const text = blocks('sh', ['docs/connect-elasticache.md']).map((block) => block.text);
  const [, found] = new RegExp(` ${option} '([^']+)'`).exec(text.join('')) ?? [];
  if (found === undefined) throw new Error(`the page has no ${option}`);
  return found;
}

test('there are configurations for each kind of server', () => {
  expect(ofType('postgres').length).toBeGreaterThan(8);
  expect(ofType('redis').length).toBeGreaterThan(1);
  expect(ofType('elasticsearch').length).toBeGreaterThan(1);
});

test('all of them are healthy with what their pages grant, and no phase was skipped', async () => {
  await daemon.until((_, code) => code === 200, 40_000);
  const { body } = await daemon.get('/health');
  expect(Object.keys(body.checks).sort()).toEqual(
    [...ofType('postgres'), ...ofType('redis')].map(({ name }) => name).sort(),
  );
  for (const [name, { warnings = [] }] of Object.entries(body.checks)) expect(warnings, name).not.toContain('skipped');
});

test('the roles may do nothing else', async () => {
  const query = `SELECT count(*)::int AS count FROM pg_roles WHERE rolname LIKE 'sidewarden%'
    AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)`;
  expect(await postgres.query(query)).toEqual([{ count: 0 }]);
  expect(await postgres.query("SELECT count(*)::int AS count FROM pg_roles WHERE rolname LIKE 'sidewarden%'")).toEqual([
    { count: new Set(ofType('postgres').map(({ page }) => page)).size + 1 },
  ]);
});

describe('the statistics', () => {
  test('without what the pages grant for them say so, and are healthy', async () => {
    const lacking = async () => [...(await having(0, 'sidewarden_statistics_privilege', 'privilege')).keys()].sort();
    await expect.poll(lacking).toEqual(names);
    expect((await daemon.get('/health')).code).toBe(200);
  });

  test('with it every collector reads all that it reads', async () => {
    await daemon.stop();
    for (const page of new Set(ofType('postgres').map((one) => one.page))) await grantStatistics(page);
    const grants = accessString('--append-access-string').split(' ');
    for (const node of [redis, ...cluster.nodes]) await node.command('ACL', 'SETUSER', 'sidewarden', ...grants);
    daemon = await startDaemon();
    const done = async () => {
      const up = [...(await having(1, 'sidewarden_collector_up', 'collector'))];
      return up.filter(([, collectors]) => last.some((one) => collectors.includes(one))).map(([check]) => check);
    };
    await expect.poll(async () => (await done()).sort()).toEqual(names);
    const granted = await having(1, 'sidewarden_statistics_privilege', 'privilege');
    for (const { name, settings } of read) {
      const wanted = settings.type === 'postgres' ? ['pg_monitor'] : grants.map((one) => one.slice(1));
      expect(granted.get(name), name).toEqual(expect.arrayContaining(wanted));
    }
    expect(await having(0, 'sidewarden_statistics_privilege', 'privilege')).toEqual(new Map());
    expect(await having(0, 'sidewarden_collector_up', 'collector')).toEqual(new Map());
  });
});
