// Every family that is read of each node.
import type { Family, FamilyType } from '../../../core/family.ts';
import { exported } from './family.ts';
import { indexRows } from './index-families.ts';
import { type Line, type Row, row, section } from './node-rows.ts';

const machine = [
  ...section('os_', 'os.', [
    ['gauge', 'load1', 'cpu.load_average.1m', 'Load of the machine, mean of one minute.'],
    ['gauge', 'load5', 'cpu.load_average.5m', 'Load of the machine, mean of five minutes.'],
    ['gauge', 'load15', 'cpu.load_average.15m', 'Load of the machine, mean of fifteen minutes.'],
    ['gauge', 'cpu_percent', 'cpu.percent', 'Share of the processors of the machine in use.', 'percent'],
    ['gauge', 'mem_free_bytes', 'mem.free_in_bytes', 'Memory of the machine that is free.', 'bytes'],
    ['gauge', 'mem_used_bytes', 'mem.used_in_bytes', 'Memory of the machine that is used.', 'bytes'],
  ]),
  ...section('process_', 'process.', [
    ['gauge', 'cpu_percent', 'cpu.percent', 'Share of the processors that the node uses.', 'percent'],
    ['counter', 'cpu_seconds_total', 'cpu.total_in_millis', 'Processor time of the node.', 'seconds'],
    ['gauge', 'mem_virtual_size_bytes', 'mem.total_virtual_in_bytes', 'Virtual memory of the node.', 'bytes'],
    ['gauge', 'open_files_count', 'open_file_descriptors', 'File descriptors that the node has open.'],
    ['gauge', 'max_files_descriptors', 'max_file_descriptors', 'File descriptors that it may open.'],
  ]),
  ...section('transport_', 'transport.', [
    ['counter', 'rx_packets_total', 'rx_count', 'Packets received from other nodes.'],
    ['counter', 'rx_size_bytes_total', 'rx_size_in_bytes', 'Bytes received from other nodes.', 'bytes'],
    ['counter', 'tx_packets_total', 'tx_count', 'Packets sent to other nodes.'],
    ['counter', 'tx_size_bytes_total', 'tx_size_in_bytes', 'Bytes sent to other nodes.', 'bytes'],
  ]),
];

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
  ...machine,
  ...indexRows,
  // The exporter gives the uptime a label that means nothing, which dashboards may name.
  row(
    ['gauge', 'jvm_uptime_seconds', 'jvm.uptime_in_millis', 'Time since the start of the node.', 'seconds'],
    ['type'],
    ['mapped'],
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
