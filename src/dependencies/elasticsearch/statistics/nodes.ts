// What each node counts: heap, garbage collection, disks, thread pools, circuit breakers, indexing and searches.
import { type Sample, samples } from '../../../core/family.ts';
import type { Collecting, Collector } from '../../statistics.ts';
import { capped } from './family.ts';
import { at, type Json, jsonOf, listOf, numberAt, textAt } from './json.ts';
import { type Group, nodeFamilies, nodeGroups, nodeRows, pressureRows, roles, silent } from './node-families.ts';
import type { ElasticsearchSource } from './source.ts';

/** Of about 290 series each, with what a node has at most of pools and disks many more: whole ones, as long as they fit. */
const mostNodes = 30;
/** Below what a collector may give unless `statistics.max_series` says otherwise. */
const mostSeries = 9900;

// What is not named here is not even computed by the nodes: fields, vectors, HTTP clients, ingest pipelines.
const metrics = 'indices,os,process,jvm,thread_pool,fs,transport,breaker,indexing_pressure';
const indexMetrics =
  'docs,store,indexing,get,search,merge,refresh,flush,warmer,query_cache,request_cache,fielddata,completion,segments,translog';
// With wildcards: the first line of a request may have 4096 bytes (http.max_initial_line_length).
const wanted = [
  ...['docs.*', 'store.size_in_bytes', 'indexing.*_total', 'indexing.*_time_in_millis', 'indexing.is_throttled'],
  ...['get.*', 'search.*_total', 'search.*_time_in_millis', 'search.scroll_current', 'merges.*', 'refresh.*'],
  ...['flush.total*', 'warmer.total*', 'query_cache.*', 'request_cache.*', 'fielddata.*s*', 'completion.size_in_bytes'],
  ...['segments.count', 'segments.*memory_in_bytes', 'translog.operations', 'translog.size_in_bytes'],
].map((path) => `indices.${path}`);
const filter = [
  ...['_nodes.failed', 'cluster_name'],
  ...[
    ...['name', 'host', 'roles', ...wanted, 'os.cpu.percent', 'os.cpu.load_average', 'os.mem.free_in_bytes'],
    ...[
      'os.mem.used_in_bytes',
      'process.*_file_descriptors',
      'process.cpu',
      'process.mem',
      'transport.rx_*',
      'transport.tx_*',
    ],
    ...['jvm.uptime_in_millis', 'jvm.mem.*_in_bytes', 'jvm.gc.collectors', 'jvm.buffer_pools.direct.used_in_bytes'],
    ...['young', 'survivor', 'old'].map((pool) => `jvm.mem.pools.${pool}`),
    ...['jvm.buffer_pools.mapped.used_in_bytes', 'thread_pool', 'breakers.*.*_in_bytes', 'breakers.*.overhead'],
    ...['breakers.*.tripped', 'fs.data', 'fs.io_stats.devices', 'indexing_pressure.memory.current.all_in_bytes'],
    'indexing_pressure.memory.limit_in_bytes',
  ].map((path) => `nodes.*.${path}`),
].join(',');

export const nodes: Collector<unknown, ElasticsearchSource> = {
  name: 'nodes',
  intervalMs: 15_000,
  asks: 'GET _nodes/stats',
  families: nodeFamilies,
  privilege: 'monitor',
  async collect(source, _settings, limits) {
    const path = `/_nodes/stats/${metrics}/${indexMetrics}`;
    const question = { path, query: { filter_path: filter }, waits: 'timeout', privilege: 'monitor' } as const;
    const answer = await source.get(question, limits);
    if (answer === undefined) return [];
    const cluster = textAt(answer, 'cluster_name') ?? '';
    // By their id, so that a cap cuts the same ones each time.
    const all = Object.entries(jsonOf(answer.nodes)).sort(([one], [other]) => (one < other ? -1 : 1));
    return [
      ...samples(silent, numberAt(answer, '_nodes.failed'), cluster),
      ...wholeNodes(cluster, capped(distinct(all, limits), mostNodes, limits), limits),
    ];
  },
};

function wholeNodes(cluster: string, nodes: readonly (readonly [string, Json])[], limits: Collecting): Sample[] {
  const found: Sample[] = [];
  for (const [place, [id, node]] of nodes.entries()) {
    const one = ofNode(cluster, id, node, limits);
    if (found.length + one.length > mostSeries) {
      limits.cut(nodes.length - place);
      break;
    }
    found.push(...one);
  }
  return found;
}

/** Two nodes of one host and name would be one series twice, which costs the whole scrape. */
function distinct(all: readonly [string, unknown][], limits: Collecting): readonly [string, Json][] {
  const byName = new Map<string, [string, Json]>();
  for (const [id, given] of all) {
    const node = jsonOf(given);
    const name = JSON.stringify([node.host, node.name]);
    if (byName.has(name)) limits.cut(1);
    else byName.set(name, [id, node]);
  }
  return [...byName.values()];
}

const dataRoles = ['data', 'data_content', 'data_hot', 'data_warm', 'data_cold', 'data_frozen'];
const otherRoles = ['master', 'ml', 'remote_cluster_client', 'transform', 'ingest'];

function ofNode(cluster: string, id: string, node: Json, limits: Collecting): Sample[] {
  const has = new Set(listOf(node.roles).filter((role) => typeof role === 'string'));
  // A cluster manager is a master to those who ask for one. Each node speaks HTTP: none is without, as some were once.
  if (has.has('cluster_manager')) has.add('master');
  has.add('client');
  const named = [cluster, textAt(node, 'host') ?? '', textAt(node, 'name') ?? ''];
  const flags = [has.has('master'), dataRoles.some((role) => has.has(role)), has.has('ingest'), has.has('client')];
  const labels = [...named, ...flags.map(String)];
  const allRoles = [...new Set([...dataRoles, ...otherRoles, ...has])];
  return [
    ...capped(allRoles, 30, limits).flatMap((role) => samples(roles, Number(has.has(role)), ...named, id, role)),
    ...nodeRows.flatMap(({ family, path, divisor, labels: more }) =>
      samples(family, scaled(numberAt(node, path), divisor), ...labels, ...more),
    ),
    ...nodeGroups.flatMap((group) => ofGroup(group, node, labels, limits)),
    ...pressureRows.flatMap(([family, path]) =>
      samples(family, numberAt(jsonOf(at(node, 'indexing_pressure.memory')), path), ...named, 'memory'),
    ),
  ];
}

function ofGroup(
  { path, most, named, rows }: Group,
  node: Json,
  labels: readonly string[],
  limits: Collecting,
): Sample[] {
  const found = at(node, path);
  const all: (readonly [string[], Json])[] =
    named === undefined
      ? Object.entries(jsonOf(found)).map(([key, value]) => [[key], jsonOf(value)])
      : listOf(found).map((value) => [named.map((key) => textAt(jsonOf(value), key) ?? ''), jsonOf(value)]);
  return capped(all, most, limits).flatMap(([more, value]) =>
    rows.flatMap((row) => samples(row.family, scaled(numberAt(value, row.path), row.divisor), ...labels, ...more)),
  );
}

const scaled = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value / by;
