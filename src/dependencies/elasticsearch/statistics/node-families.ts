// Every family that is read of each node, and where its value is in GET _nodes/stats.
import type { Family, FamilyType } from '../../../core/family.ts';
import { exported } from './family.ts';

export const nodeLabels = [
  ...['cluster', 'host', 'name'],
  ...['es_master_node', 'es_data_node', 'es_ingest_node', 'es_client_node'],
];

/** A value: where it is in the object at hand, of what unit it is there, and the values of the labels it has more. */
export type Row = {
  readonly family: Family;
  readonly path: string;
  readonly scale: number;
  readonly labels: readonly string[];
};

type Unit = 'bytes' | 'seconds' | 'percent' | 'kilobytes';
type Line = readonly [type: FamilyType, name: string, path: string, help: string, unit?: Unit];

/** A value in seconds is one of milliseconds there. */
const row = ([type, name, path, help, unit]: Line, more: readonly string[], labels: readonly string[] = []): Row => ({
  family: exported(name, type, help, [...nodeLabels, ...more], unit === undefined ? {} : { unit }),
  path,
  scale: unit === 'seconds' ? 1000 : 1,
  labels,
});

const lines: readonly Line[] = [
  ['gauge', 'os_load1', 'os.cpu.load_average.1m', 'Load of the machine, mean of one minute.'],
  ['gauge', 'os_load5', 'os.cpu.load_average.5m', 'Load of the machine, mean of five minutes.'],
  ['gauge', 'os_load15', 'os.cpu.load_average.15m', 'Load of the machine, mean of fifteen minutes.'],
  ['gauge', 'os_cpu_percent', 'os.cpu.percent', 'Share of the processors of the machine in use.', 'percent'],
  ['gauge', 'os_mem_free_bytes', 'os.mem.free_in_bytes', 'Memory of the machine that is free.', 'bytes'],
  ['gauge', 'os_mem_used_bytes', 'os.mem.used_in_bytes', 'Memory of the machine that is used.', 'bytes'],

  ['gauge', 'process_cpu_percent', 'process.cpu.percent', 'Share of the processors that the node uses.', 'percent'],
  ['counter', 'process_cpu_seconds_total', 'process.cpu.total_in_millis', 'Processor time of the node.', 'seconds'],
  [
    'gauge',
    'process_mem_virtual_size_bytes',
    'process.mem.total_virtual_in_bytes',
    'Virtual memory of the node.',
    'bytes',
  ],
  ['gauge', 'process_open_files_count', 'process.open_file_descriptors', 'File descriptors that the node has open.'],
  ['gauge', 'process_max_files_descriptors', 'process.max_file_descriptors', 'File descriptors that it may open.'],

  ['counter', 'transport_rx_packets_total', 'transport.rx_count', 'Packets received from other nodes.'],
  [
    'counter',
    'transport_rx_size_bytes_total',
    'transport.rx_size_in_bytes',
    'Bytes received from other nodes.',
    'bytes',
  ],
  ['counter', 'transport_tx_packets_total', 'transport.tx_count', 'Packets sent to other nodes.'],
  ['counter', 'transport_tx_size_bytes_total', 'transport.tx_size_in_bytes', 'Bytes sent to other nodes.', 'bytes'],

  ['gauge', 'indices_docs', 'indices.docs.count', 'Documents on the node.'],
  ['gauge', 'indices_docs_deleted', 'indices.docs.deleted', 'Documents that are deleted, and still in a segment.'],
  ['gauge', 'indices_store_size_bytes', 'indices.store.size_in_bytes', 'Size of the shards on the node.', 'bytes'],
  ['gauge', 'indices_translog_size_in_bytes', 'indices.translog.size_in_bytes', 'Size of the translogs.', 'bytes'],
  ['counter', 'indices_translog_operations', 'indices.translog.operations', 'Operations in the translogs.'],

  ['counter', 'indices_indexing_index_total', 'indices.indexing.index_total', 'Documents indexed.'],
  [
    'counter',
    'indices_indexing_index_time_seconds_total',
    'indices.indexing.index_time_in_millis',
    'Time spent indexing.',
    'seconds',
  ],
  ['counter', 'indices_indexing_delete_total', 'indices.indexing.delete_total', 'Documents deleted.'],
  [
    'counter',
    'indices_indexing_delete_time_seconds_total',
    'indices.indexing.delete_time_in_millis',
    'Time spent deleting.',
    'seconds',
  ],
  [
    'gauge',
    'indices_indexing_is_throttled',
    'indices.indexing.is_throttled',
    'Whether indexing is slowed down for merges.',
  ],
  [
    'counter',
    'indices_indexing_throttle_time_seconds_total',
    'indices.indexing.throttle_time_in_millis',
    'Time for which indexing was slowed down.',
    'seconds',
  ],

  ['counter', 'indices_get_total', 'indices.get.total', 'Documents asked for by id.'],
  [
    'counter',
    'indices_get_time_seconds',
    'indices.get.time_in_millis',
    'Time spent on documents asked for by id.',
    'seconds',
  ],
  ['counter', 'indices_get_exists_total', 'indices.get.exists_total', 'Documents asked for by id that exist.'],
  [
    'counter',
    'indices_get_exists_time_seconds',
    'indices.get.exists_time_in_millis',
    'Time spent on documents that exist.',
    'seconds',
  ],
  ['counter', 'indices_get_missing_total', 'indices.get.missing_total', 'Documents asked for by id that do not exist.'],
  [
    'counter',
    'indices_get_missing_time_seconds',
    'indices.get.missing_time_in_millis',
    'Time spent on documents that do not exist.',
    'seconds',
  ],

  ['counter', 'indices_search_query_total', 'indices.search.query_total', 'Queries of shards.'],
  [
    'counter',
    'indices_search_query_time_seconds',
    'indices.search.query_time_in_millis',
    'Time spent on queries of shards.',
    'seconds',
  ],
  ['counter', 'indices_search_fetch_total', 'indices.search.fetch_total', 'Fetches of what queries found.'],
  [
    'counter',
    'indices_search_fetch_time_seconds',
    'indices.search.fetch_time_in_millis',
    'Time spent on fetches.',
    'seconds',
  ],
  ['counter', 'indices_search_suggest_total', 'indices.search.suggest_total', 'Suggestions made.'],
  [
    'counter',
    'indices_search_suggest_time_seconds',
    'indices.search.suggest_time_in_millis',
    'Time spent on suggestions.',
    'seconds',
  ],
  ['counter', 'indices_search_scroll_total', 'indices.search.scroll_total', 'Scrolls that ended.'],
  [
    'counter',
    'indices_search_scroll_time_seconds',
    'indices.search.scroll_time_in_millis',
    'Time for which scrolls were open.',
    'seconds',
  ],
  ['gauge', 'indices_search_scroll_current', 'indices.search.scroll_current', 'Scrolls that are open.'],

  ['counter', 'indices_merges_total', 'indices.merges.total', 'Merges of segments.'],
  [
    'counter',
    'indices_merges_total_time_seconds_total',
    'indices.merges.total_time_in_millis',
    'Time spent merging.',
    'seconds',
  ],
  [
    'counter',
    'indices_merges_total_throttled_time_seconds_total',
    'indices.merges.total_throttled_time_in_millis',
    'Time for which merges were slowed down.',
    'seconds',
  ],
  ['counter', 'indices_merges_total_size_bytes_total', 'indices.merges.total_size_in_bytes', 'Bytes merged.', 'bytes'],
  ['counter', 'indices_merges_docs_total', 'indices.merges.total_docs', 'Documents merged.'],
  ['gauge', 'indices_merges_current', 'indices.merges.current', 'Merges under way.'],
  [
    'gauge',
    'indices_merges_current_size_in_bytes',
    'indices.merges.current_size_in_bytes',
    'Size of the merges under way.',
    'bytes',
  ],

  ['counter', 'indices_refresh_total', 'indices.refresh.total', 'Refreshes.'],
  [
    'counter',
    'indices_refresh_time_seconds_total',
    'indices.refresh.total_time_in_millis',
    'Time spent refreshing.',
    'seconds',
  ],
  ['counter', 'indices_refresh_external_total', 'indices.refresh.external_total', 'Refreshes that searches see.'],
  [
    'counter',
    'indices_refresh_external_time_seconds_total',
    'indices.refresh.external_total_time_in_millis',
    'Time spent on refreshes that searches see.',
    'seconds',
  ],
  ['counter', 'indices_flush_total', 'indices.flush.total', 'Flushes.'],
  ['counter', 'indices_flush_time_seconds', 'indices.flush.total_time_in_millis', 'Time spent flushing.', 'seconds'],
  ['counter', 'indices_warmer_total', 'indices.warmer.total', 'Warmers run.'],
  [
    'counter',
    'indices_warmer_time_seconds_total',
    'indices.warmer.total_time_in_millis',
    'Time spent warming.',
    'seconds',
  ],

  [
    'gauge',
    'indices_query_cache_memory_size_bytes',
    'indices.query_cache.memory_size_in_bytes',
    'Memory of the query cache.',
    'bytes',
  ],
  ['gauge', 'indices_query_cache_cache_size', 'indices.query_cache.cache_size', 'Queries in the query cache.'],
  [
    'counter',
    'indices_query_cache_cache_total',
    'indices.query_cache.cache_count',
    'Queries put into the query cache.',
  ],
  ['counter', 'indices_query_cache_evictions', 'indices.query_cache.evictions', 'Queries put out of the query cache.'],
  ['counter', 'indices_query_cache_total', 'indices.query_cache.total_count', 'Look-ups in the query cache.'],
  [
    'gauge',
    'indices_request_cache_memory_size_bytes',
    'indices.request_cache.memory_size_in_bytes',
    'Memory of the request cache.',
    'bytes',
  ],
  [
    'counter',
    'indices_request_cache_evictions',
    'indices.request_cache.evictions',
    'Answers put out of the request cache.',
  ],
  [
    'gauge',
    'indices_fielddata_memory_size_bytes',
    'indices.fielddata.memory_size_in_bytes',
    'Memory of field data.',
    'bytes',
  ],
  ['counter', 'indices_fielddata_evictions', 'indices.fielddata.evictions', 'Fields put out of the field data.'],
  [
    'counter',
    'indices_completion_size_in_bytes',
    'indices.completion.size_in_bytes',
    'Memory of completion fields.',
    'bytes',
  ],

  ['gauge', 'indices_segments_count', 'indices.segments.count', 'Segments on the node.'],
  [
    'gauge',
    'indices_segments_memory_bytes',
    'indices.segments.memory_in_bytes',
    'Memory of segments; 0 from Elasticsearch 8 on.',
    'bytes',
  ],
  ...[
    'terms',
    'norms',
    'stored_fields',
    'doc_values',
    'term_vectors',
    'points',
    'index_writer',
    'version_map',
    'fixed_bit_set',
  ].map(
    (part): Line => [
      'gauge',
      `indices_segments_${part}_memory_in_bytes`,
      `indices.segments.${part}_memory_in_bytes`,
      `Memory of segments: ${part.replaceAll('_', ' ')}.`,
      'bytes',
    ],
  ),

  ['gauge', 'jvm_uptime_seconds', 'jvm.uptime_in_millis', 'Time since the start of the node.', 'seconds'],
];

const cache = (which: 'query' | 'request', name: string, key: string, value: string, help: string): Row =>
  row(['counter', name, `indices.${which}_cache.${key}`, help], ['cache'], [value]);

const memory = (name: string, key: string, help: string): Row[] => {
  const areas: [string, string][] = [
    ['heap', 'heap'],
    ['non_heap', 'non-heap'],
  ];
  // There is no maximum of what is not heap.
  return areas
    .filter(([area]) => key !== 'max' || area === 'heap')
    .map(([area, label]) =>
      row(['gauge', `jvm_memory_${name}`, `jvm.mem.${area}_${key}_in_bytes`, help, 'bytes'], ['area'], [label]),
    );
};

const pool = (type: FamilyType, name: string, key: string, help: string): Row[] =>
  ['young', 'survivor', 'old'].map((each) =>
    row([type, `jvm_memory_pool_${name}`, `jvm.mem.pools.${each}.${key}_in_bytes`, help, 'bytes'], ['pool'], [each]),
  );

const buffers = ['direct', 'mapped'].map((each) =>
  row(
    [
      'gauge',
      'jvm_buffer_pool_used_bytes',
      `jvm.buffer_pools.${each}.used_in_bytes`,
      'Memory of buffers outside the heap.',
      'bytes',
    ],
    ['type'],
    [each],
  ),
);

/** One value each. */
export const nodeRows: readonly Row[] = [
  ...lines.map((line) =>
    // The exporter gives the uptime a label that means nothing, which dashboards may name.
    line[1] === 'jvm_uptime_seconds' ? row(line, ['type'], ['mapped']) : row(line, []),
  ),
  cache('query', 'indices_query_cache_count', 'hit_count', 'hit', 'Look-ups that the query cache served.'),
  cache('query', 'indices_query_miss_count', 'miss_count', 'miss', 'Look-ups that the query cache did not serve.'),
  cache('request', 'indices_request_cache_count', 'hit_count', 'hit', 'Look-ups that the request cache served.'),
  cache(
    'request',
    'indices_request_miss_count',
    'miss_count',
    'miss',
    'Look-ups that the request cache did not serve.',
  ),
  ...memory('used_bytes', 'used', 'Memory of the JVM in use, by area.'),
  ...memory('max_bytes', 'max', 'The most memory that the JVM may use, by area.'),
  ...memory('committed_bytes', 'committed', 'Memory that the JVM has from the machine, by area.'),
  ...pool('gauge', 'used_bytes', 'used', 'Memory of a pool of the heap in use.'),
  ...pool('counter', 'max_bytes', 'max', 'The most memory of a pool; 0 where it has no bound of its own.'),
  ...pool('counter', 'peak_used_bytes', 'peak_used', 'The most memory of a pool that was ever in use.'),
  ...pool('counter', 'peak_max_bytes', 'peak_max', 'The largest bound that a pool ever had.'),
  ...buffers,
];

/** Where a node has several of a kind: where they are, how many at most, and the rows of each. */
export type Group = {
  readonly path: string;
  readonly most: number;
  /** Of an object its key is the label; of a list these of its fields are. */
  readonly named?: readonly string[];
  readonly rows: readonly Row[];
};

const group = (
  path: string,
  most: number,
  more: readonly string[],
  of: readonly Line[],
  named?: readonly string[],
): Group => ({
  path,
  most,
  ...(named && { named }),
  rows: of.map((line) => row(line, more)),
});

export const nodeGroups: readonly Group[] = [
  group(
    'jvm.gc.collectors',
    10,
    ['gc'],
    [
      ['counter', 'jvm_gc_collection_seconds_count', 'collection_count', 'Garbage collections.'],
      [
        'counter',
        'jvm_gc_collection_seconds_sum',
        'collection_time_in_millis',
        'Time spent collecting garbage.',
        'seconds',
      ],
    ],
  ),
  group(
    'breakers',
    20,
    ['breaker'],
    [
      [
        'gauge',
        'breakers_estimated_size_bytes',
        'estimated_size_in_bytes',
        'Memory that the circuit breaker counts.',
        'bytes',
      ],
      [
        'gauge',
        'breakers_limit_size_bytes',
        'limit_size_in_bytes',
        'Memory at which the circuit breaker trips.',
        'bytes',
      ],
      ['counter', 'breakers_tripped', 'tripped', 'Requests that the circuit breaker refused.'],
      ['counter', 'breakers_overhead', 'overhead', 'What the circuit breaker multiplies an estimate by.'],
    ],
  ),
  group(
    'thread_pool',
    100,
    ['type'],
    [
      ['counter', 'thread_pool_completed_count', 'completed', 'Tasks that the thread pool completed.'],
      [
        'counter',
        'thread_pool_rejected_count',
        'rejected',
        'Tasks that the thread pool refused, its queue being full.',
      ],
      ['gauge', 'thread_pool_active_count', 'active', 'Threads of the pool at work.'],
      ['gauge', 'thread_pool_largest_count', 'largest', 'The most threads that the pool ever had.'],
      ['gauge', 'thread_pool_queue_count', 'queue', 'Tasks that wait for a thread of the pool.'],
      ['gauge', 'thread_pool_threads_count', 'threads', 'Threads of the pool.'],
    ],
  ),
  group(
    'fs.data',
    20,
    ['mount', 'path'],
    [
      [
        'gauge',
        'filesystem_data_available_bytes',
        'available_in_bytes',
        'Space of a data path that the node can use.',
        'bytes',
      ],
      ['gauge', 'filesystem_data_free_bytes', 'free_in_bytes', 'Space of a data path that is free.', 'bytes'],
      ['gauge', 'filesystem_data_size_bytes', 'total_in_bytes', 'Space of a data path.', 'bytes'],
    ],
    ['mount', 'path'],
  ),
  group(
    'fs.io_stats.devices',
    20,
    ['device'],
    [
      ['counter', 'filesystem_io_stats_device_operations_count', 'operations', 'Operations of a device.'],
      ['counter', 'filesystem_io_stats_device_read_operations_count', 'read_operations', 'Reads of a device.'],
      ['counter', 'filesystem_io_stats_device_write_operations_count', 'write_operations', 'Writes of a device.'],
      [
        'counter',
        'filesystem_io_stats_device_read_size_kilobytes_sum',
        'read_kilobytes',
        'Kilobytes read of a device.',
        'kilobytes',
      ],
      [
        'counter',
        'filesystem_io_stats_device_write_size_kilobytes_sum',
        'write_kilobytes',
        'Kilobytes written to a device.',
        'kilobytes',
      ],
    ],
    ['device_name'],
  ),
];

/** Less than a node has else: the labels of its roles are left out. */
const pressureLabels = ['cluster', 'host', 'name', 'indexing_pressure'];
export const pressureRows: readonly (readonly [Family, string])[] = [
  [
    exported(
      'indexing_pressure_current_all_in_bytes',
      'gauge',
      'Memory of indexing requests under way.',
      pressureLabels,
      { unit: 'bytes' },
    ),
    'current.all_in_bytes',
  ],
  [
    exported('indexing_pressure_limit_in_bytes', 'gauge', 'Memory that indexing requests may use.', pressureLabels, {
      unit: 'bytes',
    }),
    'limit_in_bytes',
  ],
];

export const roles = exported('nodes_roles', 'gauge', 'Whether the node has the role.', [
  'cluster',
  'host',
  'name',
  'node',
  'role',
]);
export const silent: Family = {
  name: 'sidewarden_elasticsearch_nodes_without_statistics',
  type: 'gauge',
  help: 'Nodes of the cluster that gave no statistics in time: their series are absent.',
  labels: ['cluster'],
};

const all = [...nodeRows, ...nodeGroups.flatMap(({ rows }) => rows)].map(({ family }) => family);
/** One object each for several rows of one name. */
export const nodeFamilies: readonly Family[] = [
  ...new Map(
    [...all, ...pressureRows.map(([family]) => family), roles, silent].map((each) => [each.name, each]),
  ).values(),
];
