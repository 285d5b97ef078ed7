// The statistics of a real cluster: each value as the server itself tells it, and as Debian's exporter shows it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statistics } from '../../../src/dependencies/elasticsearch/statistics/index.ts';
import { borrowElasticsearch } from '../../servers/borrow.ts';
import type { ElasticsearchServer } from '../../servers/elasticsearch.ts';
import { type Exporter, startElasticsearchExporter } from '../../servers/elasticsearch-exporter.ts';
import { labelsOf, makeCollecting, nameOf, type Page, parsePage, type Values, valuesOf } from './collecting.ts';
import { differences } from './exporter-differences.ts';

let server: ElasticsearchServer;
let exporter: Exporter;
let settings: { url: string; username: string; password: string; statistics: { snapshots: boolean } };

beforeAll(async () => {
  server = await borrowElasticsearch();
  settings = { url: server.url, ...server.users.admin, statistics: { snapshots: true } };
  await work();
  exporter = await startElasticsearchExporter(server.urlAs(server.users.admin));
});
afterAll(async () => {
  await exporter?.stop();
  await server?.remove();
});

type Json = { readonly [key: string]: unknown };
/** @param path keys with dots between, digits for a place in a list. */
const dig = <T = number>(json: unknown, path: string): T =>
  path.split('.').reduce((value, key) => (value as Json | undefined)?.[key], json) as T;
/** Of a shape that the test knows. */
const ask = async <T>(path: string): Promise<T> => {
  const { status, body } = await server.request('GET', path);
  if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body as T;
};
const tell = async (method: string, path: string, body?: unknown): Promise<void> => {
  const { status, body: answer } = await server.request(method, path, body);
  if (status >= 300 && status !== 404) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
};

/** Some of everything that is counted, so that few values are 0 and alike. */
async function work(): Promise<void> {
  await tell('PUT', '/things', {
    settings: { number_of_shards: 2, number_of_replicas: 1 },
    mappings: { properties: { name: { type: 'keyword' }, hint: { type: 'completion' } } },
  });
  for (let id = 0; id < 7; id++) {
    await tell('PUT', `/things/_doc/${id}?refresh=true`, { name: `thing ${id}`, hint: `thing ${id}`, size: id });
  }
  await tell('DELETE', '/things/_doc/6');
  for (const id of [1, 2, 3, 'absent']) await tell('GET', `/things/_doc/${id}`);
  for (let times = 0; times < 3; times++) {
    await tell('POST', '/things/_search', {
      query: { match_all: {} },
      suggest: { of: { prefix: 'th', completion: { field: 'hint' } } },
    });
    await tell('POST', '/things/_search?size=0', { aggs: { names: { terms: { field: 'name' } } } });
  }
  await tell('POST', '/things/_search', { suggest: { of: { prefix: 'th', completion: { field: 'hint' } } } });
  await tell('POST', '/things/_search?scroll=1m&size=2', { query: { match_all: {} } });
  await tell('POST', '/things/_flush');
  await tell('POST', '/things/_forcemerge?max_num_segments=1');
  await tell('PUT', '/_snapshot/first', { type: 'fs', settings: { location: 'first' } });
  await tell('PUT', '/_snapshot/second', { type: 'fs', settings: { location: 'second' } });
  for (const name of ['one', 'two']) await tell('PUT', `/_snapshot/first/${name}?wait_for_completion=true`);
}

/** Runs `check` on fresh values until each of its series was right once: the node's own caches hold for a second. */
async function untilRight(check: () => Promise<readonly string[]>): Promise<void> {
  let wrong: readonly string[] = await check();
  for (let tries = 0; wrong.length > 0 && tries < 12; tries++) {
    const again = new Set(await check());
    wrong = wrong.filter((series) => again.has(series));
  }
  expect(wrong).toEqual([]);
}

const between = (value: number | undefined, one: number, other: number): boolean =>
  value !== undefined && value >= Math.min(one, other) && value <= Math.max(one, other);

const familiesOf = () =>
  new Map(
    [statistics.up, ...statistics.collectors.flatMap(({ families }) => families)].map((each) => [each.name, each]),
  );

describe('what the server says itself', () => {
  type Expected = Readonly<Record<string, number | undefined>>;
  /** Written out by hand: a series without the labels that all have, and where the API tells its value, in what unit. */
  const places: readonly (readonly [series: string, path: string, divisor?: number])[] = [
    ['os_load1', 'os.cpu.load_average.1m'],
    ['os_cpu_percent', 'os.cpu.percent'],
    ['os_mem_free_bytes', 'os.mem.free_in_bytes'],
    ['process_cpu_seconds_total', 'process.cpu.total_in_millis', 1000],
    ['process_open_files_count', 'process.open_file_descriptors'],
    ['transport_rx_packets_total', 'transport.rx_count'],
    ['transport_tx_size_bytes_total', 'transport.tx_size_in_bytes'],
    ['jvm_memory_used_bytes heap', 'jvm.mem.heap_used_in_bytes'],
    ['jvm_memory_used_bytes non-heap', 'jvm.mem.non_heap_used_in_bytes'],
    ['jvm_memory_max_bytes heap', 'jvm.mem.heap_max_in_bytes'],
    ['jvm_memory_pool_used_bytes old', 'jvm.mem.pools.old.used_in_bytes'],
    ['jvm_gc_collection_seconds_count young', 'jvm.gc.collectors.young.collection_count'],
    ['jvm_gc_collection_seconds_sum young', 'jvm.gc.collectors.young.collection_time_in_millis', 1000],
    ['jvm_buffer_pool_used_bytes direct', 'jvm.buffer_pools.direct.used_in_bytes'],
    ['filesystem_data_available_bytes', 'fs.data.0.available_in_bytes'],
    ['filesystem_data_size_bytes', 'fs.data.0.total_in_bytes'],
    ['thread_pool_completed_count write', 'thread_pool.write.completed'],
    ['thread_pool_rejected_count search', 'thread_pool.search.rejected'],
    ['thread_pool_queue_count get', 'thread_pool.get.queue'],
    ['thread_pool_active_count management', 'thread_pool.management.active'],
    ['breakers_tripped parent', 'breakers.parent.tripped'],
    ['breakers_limit_size_bytes request', 'breakers.request.limit_size_in_bytes'],
    ['indices_docs', 'indices.docs.count'],
    ['indices_docs_deleted', 'indices.docs.deleted'],
    ['indices_store_size_bytes', 'indices.store.size_in_bytes'],
    ['indices_indexing_index_total', 'indices.indexing.index_total'],
    ['indices_indexing_index_time_seconds_total', 'indices.indexing.index_time_in_millis', 1000],
    ['indices_indexing_delete_total', 'indices.indexing.delete_total'],
    ['indices_search_query_total', 'indices.search.query_total'],
    ['indices_search_query_time_seconds', 'indices.search.query_time_in_millis', 1000],
    ['indices_search_fetch_total', 'indices.search.fetch_total'],
    ['indices_search_fetch_time_seconds', 'indices.search.fetch_time_in_millis', 1000],
    ['indices_search_suggest_total', 'indices.search.suggest_total'],
    ['indices_search_scroll_current', 'indices.search.scroll_current'],
    ['indices_refresh_external_total', 'indices.refresh.external_total'],
    ['indices_refresh_external_time_seconds_total', 'indices.refresh.external_total_time_in_millis', 1000],
    ['indices_get_exists_total', 'indices.get.exists_total'],
    ['indices_get_missing_total', 'indices.get.missing_total'],
    ['indices_merges_total', 'indices.merges.total'],
    ['indices_request_cache_count hit', 'indices.request_cache.hit_count'],
    ['indices_query_miss_count miss', 'indices.query_cache.miss_count'],
    ['indexing_pressure_current_all_in_bytes memory', 'indexing_pressure.memory.current.all_in_bytes'],
    ['indexing_pressure_limit_in_bytes memory', 'indexing_pressure.memory.limit_in_bytes'],
  ];
  const ofNode = (node: unknown): Expected =>
    Object.fromEntries(places.map(([series, path, divisor = 1]) => [series, dig(node, path) / divisor]));
  const common = [
    'mount',
    'path',
    'cluster',
    'host',
    'name',
    'es_master_node',
    'es_data_node',
    'es_ingest_node',
    'es_client_node',
    'node',
  ];
  const shortOf = async (name: string): Promise<Expected> => {
    const given = await makeCollecting(settings).collect(name);
    return Object.fromEntries(
      given.map(({ family, labels, value }) => {
        const own = family.labels.flatMap((label, place) => (common.includes(label) ? [] : [labels[place]]));
        return [[family.name.replace(/^elasticsearch_/, ''), ...own].join(' '), value];
      }),
    );
  };

  it('of each node', async () => {
    const nodeOf = async () => Object.values((await ask<{ nodes: object }>('/_nodes/stats')).nodes)[0];
    await untilRight(async () => {
      const [before, ours, after] = [ofNode(await nodeOf()), await shortOf('nodes'), ofNode(await nodeOf())];
      return Object.keys(before).filter((key) => !between(ours[key], before[key] ?? NaN, after[key] ?? NaN));
    });
    const counted = await shortOf('nodes');
    const some = [
      'indices_docs',
      'indices_search_query_total',
      'indices_get_missing_total',
      'indices_search_scroll_current',
    ];
    for (const name of [...some, 'indices_search_suggest_total', 'indices_request_cache_count hit']) {
      expect(counted[name], name).toBeGreaterThan(0);
    }
    expect(counted).toMatchObject({ sidewarden_elasticsearch_nodes_without_statistics: 0 });
  });

  it('of the labels of a node', async () => {
    type Node = { readonly host: string; readonly name: string; readonly roles: string[] };
    type Answer = { readonly nodes: Record<string, Node>; readonly cluster_name: string };
    const { nodes, cluster_name: cluster } = await ask<Answer>('/_nodes/_local');
    const [[id, node]] = Object.entries(nodes) as [[string, Node]];
    const samples = await makeCollecting(settings).collect('nodes');
    const docs = samples.find(({ family }) => family.name === 'elasticsearch_indices_docs');
    expect(docs?.labels).toEqual([cluster, node.host, node.name, 'true', 'true', 'true', 'true']);
    const roles = samples.filter(({ family }) => family.name === 'elasticsearch_nodes_roles');
    const held = roles.flatMap(({ labels, value }) => (value === 1 ? [labels] : []));
    const told: string[] = node.roles;
    const named = told.includes('cluster_manager') ? [...told, 'master'] : told;
    expect(new Set(held)).toEqual(
      new Set([...named, 'client'].map((role) => [cluster, node.host, node.name, id, role])),
    );
  });

  it('of the cluster: colour, shards by state, pending tasks', async () => {
    const health = await ask<Record<string, number>>('/_cluster/health');
    expect(health.unassigned_shards).toBeGreaterThan(0); // its replicas
    const { active_shards_percent_as_number: percent = Number.NaN } = health;
    expect(await shortOf('cluster_health')).toEqual({
      cluster_health_active_primary_shards: health.active_primary_shards,
      cluster_health_active_shards: health.active_shards,
      cluster_health_delayed_unassigned_shards: health.delayed_unassigned_shards,
      cluster_health_initializing_shards: health.initializing_shards,
      cluster_health_number_of_data_nodes: 1,
      cluster_health_number_of_in_flight_fetch: health.number_of_in_flight_fetch,
      cluster_health_number_of_nodes: 1,
      cluster_health_number_of_pending_tasks: health.number_of_pending_tasks,
      cluster_health_relocating_shards: health.relocating_shards,
      cluster_health_task_max_waiting_in_queue_millis: health.task_max_waiting_in_queue_millis,
      cluster_health_unassigned_shards: health.unassigned_shards,
      'cluster_health_status green': 0,
      'cluster_health_status yellow': 1,
      'cluster_health_status red': 0,
      sidewarden_elasticsearch_active_shards_ratio: percent / 100,
    });
  });

  it('of the watermarks and the allocation, before and after they are set', async () => {
    const prefix = 'clustersettings_';
    const usual = {
      [`${prefix}allocation_watermark_flood_stage_ratio`]: 0.95,
      [`${prefix}allocation_watermark_high_ratio`]: 0.9,
      [`${prefix}allocation_watermark_low_ratio`]: 0.85,
      [`${prefix}allocation_threshold_enabled`]: 0, // as the tests' node has it
      [`${prefix}stats_shard_allocation_enabled`]: 0,
      [`${prefix}stats_max_shards_per_node`]: 1000,
    };
    expect(await shortOf('cluster_settings')).toEqual(usual);
    const disk = 'cluster.routing.allocation.disk.watermark';
    const set = {
      [`${disk}.flood_stage`]: '1gb',
      [`${disk}.high`]: '1536mb',
      [`${disk}.low`]: '2gb',
      'cluster.routing.allocation.enable': 'new_primaries',
      'cluster.max_shards_per_node': 500,
    };
    try {
      await tell('PUT', '/_cluster/settings', { persistent: set });
      await tell('PUT', '/_cluster/settings', { transient: { 'cluster.max_shards_per_node': 600 } });
      expect(await shortOf('cluster_settings')).toEqual({
        [`${prefix}allocation_watermark_flood_stage_bytes`]: 2 ** 30,
        [`${prefix}allocation_watermark_high_bytes`]: 1.5 * 2 ** 30,
        [`${prefix}allocation_watermark_low_bytes`]: 2 ** 31,
        [`${prefix}allocation_threshold_enabled`]: 0,
        [`${prefix}stats_shard_allocation_enabled`]: 2,
        [`${prefix}stats_max_shards_per_node`]: 600,
      });
    } finally {
      const none = Object.fromEntries(Object.keys(set).map((key) => [key, null]));
      await tell('PUT', '/_cluster/settings', { persistent: none, transient: none });
    }
    expect(await shortOf('cluster_settings')).toEqual(usual);
  });

  it('of the health report where there is one, and nothing elsewhere', async () => {
    const { product, version } = server.distribution;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const ours = await shortOf('health_report');
    if (product === 'opensearch' || major < 8 || (major === 8 && minor < 7)) return expect(ours).toEqual({});
    type Report = { readonly status: string; readonly indicators: Record<string, { readonly status: string }> };
    const { status, indicators } = await ask<Report>('/_health_report?verbose=false');
    const expected: Record<string, number> = {};
    for (const color of ['green', 'yellow', 'red']) {
      expected[`health_report_status ${color}`] = Number(status === color);
      for (const [name, indicator] of Object.entries(indicators)) {
        const own = { shards_availability: 'shards_availabilty', file_settings: undefined }[name as 'file_settings'];
        const key =
          name === 'file_settings'
            ? 'sidewarden_elasticsearch_health_indicator file_settings'
            : `health_report_${own ?? name}_status`;
        expected[`${key} ${color}`] = Number(indicator.status === color);
      }
    }
    expect(ours).toEqual(expected);
  });

  it('of its version where it tells it', async () => {
    const { status, body } = await server.request('GET', '/');
    const samples = await makeCollecting(settings).collect('cluster_info');
    if (status !== 200) return expect(samples).toEqual([]);
    const { cluster_name, cluster_uuid, version } = body as Json & { readonly version: Json };
    const labels = [
      cluster_name,
      cluster_uuid,
      version.build_date,
      version.build_hash,
      version.number,
      version.lucene_version,
    ];
    expect(samples.map(({ family, labels, value }) => [family.name, labels, value])).toEqual([
      ['elasticsearch_version', labels, 1],
      ['elasticsearch_clusterinfo_version_info', labels, 1],
    ]);
  });

  it('of the snapshots, also of a repository that has none', async () => {
    type Snapshot = {
      readonly version: string;
      readonly start_time_in_millis: number;
      readonly end_time_in_millis: number;
      readonly indices: string[];
      readonly shards: { readonly total: number; readonly successful: number };
    };
    const { snapshots } = await ask<{ snapshots: unknown }>('/_snapshot/first/_all');
    const [one, two] = snapshots as [Snapshot, Snapshot];
    const seconds = (millis: number) => Math.floor(millis / 1000);
    const last = `first SUCCESS ${two.version}`;
    const good = {
      'sidewarden_elasticsearch_snapshot_repository_up first': 1,
      'snapshot_stats_number_of_snapshots first': 2,
      'snapshot_stats_oldest_snapshot_timestamp first': seconds(one.start_time_in_millis),
      'snapshot_stats_latest_snapshot_timestamp_seconds first': seconds(two.start_time_in_millis),
      [`snapshot_stats_snapshot_number_of_indices ${last}`]: two.indices.length,
      [`snapshot_stats_snapshot_start_time_timestamp ${last}`]: seconds(two.start_time_in_millis),
      [`snapshot_stats_snapshot_end_time_timestamp ${last}`]: seconds(two.end_time_in_millis),
      [`snapshot_stats_snapshot_number_of_failures ${last}`]: 0,
      [`snapshot_stats_snapshot_total_shards ${last}`]: two.shards.total,
      [`snapshot_stats_snapshot_failed_shards ${last}`]: 0,
      [`snapshot_stats_snapshot_successful_shards ${last}`]: two.shards.successful,
    };
    const empty = {
      'sidewarden_elasticsearch_snapshot_repository_up second': 1,
      'snapshot_stats_number_of_snapshots second': 0,
    };
    expect(await shortOf('snapshots')).toEqual({ ...good, ...empty });
  });
});

describe("beside Debian's exporter", () => {
  const listed = new Map(differences.map((each) => [each.family, each]));
  // To it a cluster manager of OpenSearch is no master; that difference is listed at elasticsearch_nodes_roles.
  const scrape = async (): Promise<Page> => {
    const text = await exporter.scrape();
    const { product } = server.distribution;
    return parsePage(
      product === 'opensearch' ? text.replaceAll(/es_master_node="false"/g, 'es_master_node="true"') : text,
    );
  };
  const both = (theirs: Page): string[] =>
    [...familiesOf().keys()].filter((name) => theirs.types.has(name) && name !== statistics.up.name);

  it('names, types and labels are the same, but for what is listed with its reason', async () => {
    const theirs = await scrape();
    const ours = familiesOf();
    const differing = new Set<string>();
    for (const [name, type] of theirs.types) {
      const family = ours.get(name);
      if (!name.startsWith('elasticsearch_')) continue;
      const series = [...theirs.values.keys()].find((each) => nameOf(each) === name);
      const same =
        family?.type === type && series !== undefined && labelsOf(series).join() === [...family.labels].sort().join();
      if (!same) differing.add(name);
    }
    for (const [name, { exporter: whose }] of ours) {
      if (whose !== undefined && !theirs.types.has(name)) differing.add(name);
      expect(name).toMatch(whose === undefined ? /^sidewarden_elasticsearch_/ : /^elasticsearch_/);
    }
    expect([...differing].filter((name) => !listed.has(name))).toEqual([]);
    const always = differences.filter(({ seen }) => seen === 'always').map(({ family }) => family);
    expect(always.filter((name) => !differing.has(name))).toEqual([]);
    const never = differences.filter(({ seen }) => seen === 'never').map(({ family }) => family);
    expect(never.filter((name) => ours.has(name) || theirs.types.has(name))).toEqual([]);
  });

  it('values are the same', async () => {
    const collecting = makeCollecting(settings);
    const comparable = (series: string, page: Page) =>
      both(page).includes(nameOf(series)) && !listed.has(nameOf(series));
    await untilRight(async () => {
      const before: Values = valuesOf(await collecting.collect());
      const page = await scrape();
      const after: Values = valuesOf(await collecting.collect());
      const theirs = [...page.values].filter(([series]) => comparable(series, page));
      expect(theirs.length).toBeGreaterThan(200);
      const wrong = theirs.filter(([series, value]) => {
        return !between(value, before.get(series) ?? NaN, after.get(series) ?? NaN);
      });
      const more = [...after.keys()].filter((series) => comparable(series, page) && !page.values.has(series));
      return [...wrong.map(([series]) => series), ...more];
    });
  });
});

describe('a user without the privilege', () => {
  const as = (user: { username: string; password: string }) => makeCollecting({ ...settings, ...user });
  const refusalOf = async (collecting: ReturnType<typeof as>, name: string) =>
    collecting.collect(name).then(
      () => undefined,
      (error: unknown) => error,
    );
  const privileged = ['cluster_health', 'nodes', 'cluster_settings'];

  it('has nothing, and is told the requests that grant it', async () => {
    for (const name of privileged) {
      expect(await refusalOf(as(server.users.nobody), name)).toMatchObject({
        name: 'MissingPrivilege',
        privilege: 'monitor',
        statement: statementFor('["monitor"]', 'nobody', 'nothing'),
        samples: [],
      });
    }
  });

  it('as the probe needs it has no more than the health; with `monitor` all but the snapshots; with both all', async () => {
    const { probe, monitor, snapshots } = server.users;
    expect(await as(probe).collect('cluster_health')).not.toEqual([]);
    expect(await refusalOf(as(probe), 'nodes')).toMatchObject({ privilege: 'monitor' });
    for (const name of privileged) expect(await as(monitor).collect(name), name).not.toEqual([]);
    expect(await as(monitor).collect('health_report')).toBeInstanceOf(Array);
    expect(await refusalOf(as(monitor), 'snapshots')).toMatchObject({
      privilege: 'monitor_snapshot',
      statement: statementFor('["monitor","monitor_snapshot"]', 'monitor', 'monitor'),
    });
    expect(await as(snapshots).collect('snapshots')).not.toEqual([]);
    expect(await as(snapshots).collect()).not.toEqual([]);
  });

  /** OpenSearch's users are those of a front, whose refusals name nobody. */
  const statementFor = (cluster: string, user: string, role: string): string => {
    if (server.distribution.product === 'elasticsearch') {
      const roles = `{"roles":["${role}","sidewarden"]}`;
      return `PUT /_security/role/sidewarden {"cluster":${cluster}}\nPUT /_security/user/${user} ${roles}`;
    }
    return expect.stringMatching(/^PUT \/_(plugins\/_security\/api\/roles|security\/role)\/sidewarden \{[^\n]*\}$/);
  };

  it('whom the server does not know is no matter of privileges', async () => {
    const stranger = as({ username: 'nobody', password: 'wrong' });
    await expect(stranger.collect('nodes')).rejects.toMatchObject({ errorClass: 'auth' });
  });
});

it('frozen it is silent; restarted, the same series begin again, on the same reader', async () => {
  const frozen = makeCollecting(settings);
  await frozen.collect('cluster_health');
  server.freeze();
  try {
    await expect(Promise.race([frozen.collect('nodes', 300), late(600)])).resolves.toBe('late');
  } finally {
    server.thaw();
  }
  const collecting = makeCollecting(settings);
  const before = valuesOf(await collecting.collect('nodes'));
  await server.restart();
  const after = valuesOf(await collecting.collect('nodes'));
  expect(collecting.reader.closed).toBe(false);
  const of = (name: string) => [...before.keys()].filter((series) => nameOf(series) === `elasticsearch_${name}`);
  const [indexed = ''] = of('indices_indexing_index_total');
  expect(before.get(indexed)).toBe(7);
  expect(after.get(indexed)).toBe(0); // a reset, as Prometheus knows it
  for (const series of of('jvm_memory_used_bytes')) expect(after.get(series)).toBeGreaterThan(0);
}, 240_000);

const late = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(resolve, ms, 'late'));
