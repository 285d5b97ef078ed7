// Beside Debian's redis_exporter on the same servers: names, types, labels and values of the families that both have.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerOf, renderSamples } from '../../../src/core/exposition.ts';
import { freePort } from '../../servers/process.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { startRedisExporter } from '../../servers/redis-exporter.ts';
import { type SentinelSet, startSentinelSet } from '../../servers/redis-groups.ts';
import { collect } from './collect.ts';
import { explained } from './exporter-differences.ts';

type Series = { readonly labels: string; readonly pairs: readonly string[]; readonly value: number };
/** By family: its type, and its series with labels in the order of their names, without empty ones. */
type Page = ReadonlyMap<string, { readonly type: string; readonly series: readonly Series[] }>;

function pageOf(text: string): Page {
  const page = new Map<string, { type: string; series: Series[] }>();
  let family = { type: '', series: [] as Series[] };
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) {
      family = { type, series: [] };
      page.set(name, family);
    }
    const [, series, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (series === undefined) continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, , text]) => text !== '');
    const sorted = pairs.map(([pair]) => pair).sort();
    family.series.push({ labels: `${series}{${sorted.join()}}`, pairs: sorted, value: Number(value) });
  }
  return page;
}

type Compared = { readonly first: Page; readonly ours: Page; readonly last: Page };

/** A value that goes up and down between the pages is different once; a real difference is there each time. */
async function beside(...given: Parameters<typeof besideOnce>): Promise<Compared> {
  const times = 3;
  for (let time = 1; ; time += 1) {
    const compared = await besideOnce(...given);
    if (time === times || unexplained(compared).length === 0) return compared;
  }
}

/** Theirs before and after ours, so that a value that moves is between the two. */
async function besideOnce(server: RedisServer, given: Record<string, unknown>, asked = server): Promise<Compared> {
  const { host, port, password } = asked;
  const exporter = await startRedisExporter({ url: `redis://${host}:${port}`, password });
  const first = pageOf(await exporter.page());
  const { samples } = await collect(given);
  const last = pageOf(await exporter.page());
  await exporter.stop();
  const text = renderSamples(samples, {}).flatMap(({ family, lines }) => [headerOf(family), ...lines]);
  return { first, ours: pageOf(text.join('\n')), last };
}

/** What memory, clients and traffic are just then, which the two move themselves. */
const restless =
  /^redis_(allocator|mem|memory_used|connected_clients|client_recent|instantaneous|total_(reads|writes)|latency_percentiles)/;
const inBytes = /_bytes$|^redis_mem_clients_/;
/** Of what only our own connection calls, or theirs. */
const ownCalls = /cmd="(hello|client\|setname|config\|get|auth|info|slowlog\||latency\||select)/;

/** Told by whoever reads, of a whole round. */
const ofReader = /^redis_(up|exporter_last_scrape_error)$/;

/** Families of theirs that are absent, of another type, or have another value or label, and that nobody explains. */
function unexplained({ first, ours, last }: Compared, only = /^redis_/): string[] {
  const found: string[] = [];
  for (const [name, theirs] of first) {
    if (!only.test(name) || ofReader.test(name)) continue;
    const own = ours.get(name);
    if (own === undefined) {
      if (!explained(name, 'left out', 'value')) found.push(`${name} is absent`);
      continue;
    }
    if (own.type !== theirs.type && !explained(name, 'type')) found.push(`${name} is a ${own.type}`);
    for (const { labels, pairs, value } of theirs.series) {
      if (ownCalls.test(labels)) continue;
      const has = (one: Series): boolean => pairs.every((pair) => one.pairs.includes(pair));
      const mine = own.series.find(explained(name, 'labels') ? has : (one) => one.labels === labels)?.value;
      const end = last.get(name)?.series.find((one) => one.labels === labels)?.value ?? value;
      const low = Math.min(value, end);
      const high = Math.max(value, end);
      const slack = restless.test(name) ? Math.max(inBytes.test(name) ? 100_000 : 2, value / 2) : 0;
      if (mine !== undefined && mine >= low - slack && mine <= high + slack) continue;
      if (name === 'redis_start_time_seconds' && mine !== undefined && Math.abs(mine - value) <= 1.5) continue;
      if (mine === undefined && explained(name, 'value')) continue;
      found.push(`${labels} is ${mine}, theirs ${value} to ${end}`);
    }
  }
  return found;
}

const extra = ({ first, ours }: Compared): string[] =>
  [...ours.keys()].filter((name) => !first.has(name) && !name.startsWith('sidewarden_') && !explained(name, 'newer'));

describe('a primary, its replica and a sentinel', () => {
  let set: SentinelSet;
  beforeAll(async () => {
    set = await startSentinelSet();
    const [primary] = set.servers;
    await primary.command('EVAL', "for i = 1, 9 do redis.call('SET', 'k' .. i, i, 'EX', 500) end", '0');
    await primary.command('EVAL', "redis.call('SELECT', 2) redis.call('SET', 'a', 1)", '0');
    await expect(primary.command('LPUSH', 'k1', 'x')).rejects.toThrow('WRONGTYPE');
    await primary.command('CONFIG', 'SET', 'slowlog-log-slower-than', '20000', 'latency-monitor-threshold', '20');
    await primary.command('DEBUG', 'SLEEP', '0.03');
    await primary.command('BGSAVE');
    await primary.until((answer) => answer.includes('rdb_bgsave_in_progress:0'), 'INFO', 'persistence');
  });
  afterAll(() => set.remove());

  it('the primary', async () => {
    const [primary] = set.servers;
    const compared = await beside(primary, { url: primary.url });
    expect(unexplained(compared)).toEqual([]);
    expect(extra(compared)).toEqual([]);
    const both = [...compared.first.keys()].filter((name) => compared.ours.has(name));
    expect(both.length).toBeGreaterThan(100);
    for (const name of ['redis_db_keys', 'redis_errors_total', 'redis_slowlog_last_id', 'redis_latency_spike_last']) {
      expect(both).toContain(name);
    }
  });

  it('the replica', async () => {
    const [, replica] = set.servers;
    const compared = await beside(replica, { url: replica.url });
    expect(unexplained(compared)).toEqual([]);
    expect(extra(compared)).toEqual([]);
    expect(compared.ours.has('redis_master_link_up') && compared.first.has('redis_master_link_up')).toBe(true);
  });

  it('the sentinel', async () => {
    const [primary] = set.servers;
    const [sentinel] = set.sentinels;
    const given = { sentinel: { addresses: set.addresses.slice(0, 1), name: set.name }, password: set.password };
    const compared = await beside(primary, given, sentinel);
    expect(unexplained(compared, /^redis_sentinel_/)).toEqual([]);
    expect(compared.first.get('redis_sentinel_master_ok_sentinels')?.series).toHaveLength(1);
  });
});

it('a node of a cluster', async () => {
  const node = await startRedis({ config: ['cluster-enabled yes', `cluster-port ${await freePort()}`] });
  await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await node.until((answer) => answer.includes('cluster_state:ok'), 'CLUSTER', 'INFO');
  const compared = await beside(node, { url: node.url });
  expect(unexplained(compared)).toEqual([]);
  expect(extra(compared)).toEqual([]);
  expect(compared.ours.get('redis_cluster_state')?.series).toMatchObject([
    { labels: 'redis_cluster_state{}', value: 1 },
  ]);
  expect(compared.first.has('redis_cluster_state')).toBe(true);
  await node.remove();
});
