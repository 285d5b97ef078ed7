// Every family of the indices on a node.
import { type Row, row, section } from './node-rows.ts';

const cached = (which: 'query' | 'request', name: string, key: string, value: string, help: string): Row =>
  row(['counter', name, `indices.${which}_cache.${key}`, help], ['cache'], [value]);

const parts = [
  ...['terms', 'norms', 'stored_fields', 'doc_values', 'term_vectors', 'points'],
  ...['index_writer', 'version_map', 'fixed_bit_set'],
];

/** One value each. */
export const indexRows: readonly Row[] = [
  ...section('indices_', 'indices.', [
    ['gauge', 'docs', 'docs.count', 'Documents on the node.'],
    ['gauge', 'docs_deleted', 'docs.deleted', 'Documents that are deleted, and still in a segment.'],
    ['gauge', 'store_size_bytes', 'store.size_in_bytes', 'Size of the shards on the node.', 'bytes'],
    ['gauge', 'translog_size_in_bytes', 'translog.size_in_bytes', 'Size of the translogs.', 'bytes'],
    ['counter', 'translog_operations', 'translog.operations', 'Operations in the translogs.'],
    ['counter', 'completion_size_in_bytes', 'completion.size_in_bytes', 'Memory of completion fields.', 'bytes'],
    ['gauge', 'segments_count', 'segments.count', 'Segments on the node.'],
    [
      'gauge',
      'segments_memory_bytes',
      'segments.memory_in_bytes',
      'Memory of segments; 0 from Elasticsearch 8 on.',
      'bytes',
    ],
  ]),
  ...section('indices_indexing_', 'indices.indexing.', [
    ['counter', 'index_total', 'index_total', 'Documents indexed.'],
    ['counter', 'index_time_seconds_total', 'index_time_in_millis', 'Time spent indexing.', 'seconds'],
    ['counter', 'delete_total', 'delete_total', 'Documents deleted.'],
    ['counter', 'delete_time_seconds_total', 'delete_time_in_millis', 'Time spent deleting.', 'seconds'],
    ['gauge', 'is_throttled', 'is_throttled', 'Whether indexing is slowed down for merges.'],
    [
      'counter',
      'throttle_time_seconds_total',
      'throttle_time_in_millis',
      'Time for which indexing was slowed down.',
      'seconds',
    ],
  ]),
  ...section('indices_get_', 'indices.get.', [
    ['counter', 'total', 'total', 'Documents asked for by id.'],
    ['counter', 'time_seconds', 'time_in_millis', 'Time spent on documents asked for by id.', 'seconds'],
    ['counter', 'exists_total', 'exists_total', 'Documents asked for by id that exist.'],
    ['counter', 'exists_time_seconds', 'exists_time_in_millis', 'Time spent on documents that exist.', 'seconds'],
    ['counter', 'missing_total', 'missing_total', 'Documents asked for by id that do not exist.'],
    [
      'counter',
      'missing_time_seconds',
      'missing_time_in_millis',
      'Time spent on documents that do not exist.',
      'seconds',
    ],
  ]),
  ...section('indices_search_', 'indices.search.', [
    ['counter', 'query_total', 'query_total', 'Queries of shards.'],
    ['counter', 'query_time_seconds', 'query_time_in_millis', 'Time spent on queries of shards.', 'seconds'],
    ['counter', 'fetch_total', 'fetch_total', 'Fetches of what queries found.'],
    ['counter', 'fetch_time_seconds', 'fetch_time_in_millis', 'Time spent on fetches.', 'seconds'],
    ['counter', 'suggest_total', 'suggest_total', 'Suggestions made.'],
    ['counter', 'suggest_time_seconds', 'suggest_time_in_millis', 'Time spent on suggestions.', 'seconds'],
    ['counter', 'scroll_total', 'scroll_total', 'Scrolls that ended.'],
    ['counter', 'scroll_time_seconds', 'scroll_time_in_millis', 'Time for which scrolls were open.', 'seconds'],
    ['gauge', 'scroll_current', 'scroll_current', 'Scrolls that are open.'],
  ]),
  ...section('indices_merges_', 'indices.merges.', [
    ['counter', 'total', 'total', 'Merges of segments.'],
    ['counter', 'total_time_seconds_total', 'total_time_in_millis', 'Time spent merging.', 'seconds'],
    [
      'counter',
      'total_throttled_time_seconds_total',
      'total_throttled_time_in_millis',
      'Time for which merges were slowed down.',
      'seconds',
    ],
    ['counter', 'total_size_bytes_total', 'total_size_in_bytes', 'Bytes merged.', 'bytes'],
    ['counter', 'docs_total', 'total_docs', 'Documents merged.'],
    ['gauge', 'current', 'current', 'Merges under way.'],
    ['gauge', 'current_size_in_bytes', 'current_size_in_bytes', 'Size of the merges under way.', 'bytes'],
  ]),
  ...section('indices_refresh_', 'indices.refresh.', [
    ['counter', 'total', 'total', 'Refreshes.'],
    ['counter', 'time_seconds_total', 'total_time_in_millis', 'Time spent refreshing.', 'seconds'],
    ['counter', 'external_total', 'external_total', 'Refreshes that searches see.'],
    [
      'counter',
      'external_time_seconds_total',
      'external_total_time_in_millis',
      'Time spent on refreshes that searches see.',
      'seconds',
    ],
  ]),
  ...section('indices_flush_', 'indices.flush.', [
    ['counter', 'total', 'total', 'Flushes.'],
    ['counter', 'time_seconds', 'total_time_in_millis', 'Time spent flushing.', 'seconds'],
  ]),
  ...section('indices_warmer_', 'indices.warmer.', [
    ['counter', 'total', 'total', 'Warmers run.'],
    ['counter', 'time_seconds_total', 'total_time_in_millis', 'Time spent warming.', 'seconds'],
  ]),
  ...section('indices_query_cache_', 'indices.query_cache.', [
    ['gauge', 'memory_size_bytes', 'memory_size_in_bytes', 'Memory of the query cache.', 'bytes'],
    ['gauge', 'cache_size', 'cache_size', 'Queries in the query cache.'],
    ['counter', 'cache_total', 'cache_count', 'Queries put into the query cache.'],
    ['counter', 'evictions', 'evictions', 'Queries put out of the query cache.'],
    ['counter', 'total', 'total_count', 'Lookups in the query cache.'],
  ]),
  ...section('indices_request_cache_', 'indices.request_cache.', [
    ['gauge', 'memory_size_bytes', 'memory_size_in_bytes', 'Memory of the request cache.', 'bytes'],
    ['counter', 'evictions', 'evictions', 'Answers put out of the request cache.'],
  ]),
  ...section('indices_fielddata_', 'indices.fielddata.', [
    ['gauge', 'memory_size_bytes', 'memory_size_in_bytes', 'Memory of field data.', 'bytes'],
    ['counter', 'evictions', 'evictions', 'Fields put out of the field data.'],
  ]),
  ...parts.map((part) =>
    row([
      'gauge',
      `indices_segments_${part}_memory_in_bytes`,
      `indices.segments.${part}_memory_in_bytes`,
      `Memory of segments: ${part.replaceAll('_', ' ')}.`,
      'bytes',
    ]),
  ),
  cached('query', 'indices_query_cache_count', 'hit_count', 'hit', 'Lookups that the query cache served.'),
  cached('query', 'indices_query_miss_count', 'miss_count', 'miss', 'Lookups that the query cache did not serve.'),
  cached('request', 'indices_request_cache_count', 'hit_count', 'hit', 'Lookups that the request cache served.'),
  cached(
    'request',
    'indices_request_miss_count',
    'miss_count',
    'miss',
    'Lookups that the request cache did not serve.',
  ),
];
