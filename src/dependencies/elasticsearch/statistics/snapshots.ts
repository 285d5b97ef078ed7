// The snapshots of each repository. Opt-in: each answer reads the catalogue of a repository, which may be far away.
import { type Family, type Sample, samples } from '../../../core/family.ts';
import type { Collecting, Collector } from '../../statistics.ts';
import type { ElasticsearchSettings } from '../settings.ts';
import { capped, exported } from './family.ts';
import { type Json, jsonOf, listOf, numberAt, textAt } from './json.ts';
import type { ElasticsearchSource } from './source.ts';

const privilege = 'monitor_snapshot';
const mostRepositories = 20;
/** The newest, among which the last one that is good is looked for. */
const page = 50;

const repositoryLabels = ['repository'];
const lastLabels = ['repository', 'state', 'version'];
const of = (name: string, help: string, labels = lastLabels, unit?: string): Family =>
  exported(`snapshot_stats_${name}`, 'gauge', help, labels, unit === undefined ? {} : { unit });
const count = of('number_of_snapshots', 'Snapshots in the repository.', repositoryLabels);
const oldestStart = of('oldest_snapshot_timestamp', 'Start of the oldest snapshot.', repositoryLabels, 'seconds');
const goodStart = of(
  'latest_snapshot_timestamp_seconds',
  'Start of the newest snapshot that is complete or partial.',
  repositoryLabels,
  'seconds',
);
const indices = of('snapshot_number_of_indices', 'Indices in the newest snapshot.');
const start = of('snapshot_start_time_timestamp', 'Start of the newest snapshot.', lastLabels, 'seconds');
const end = of('snapshot_end_time_timestamp', 'End of the newest snapshot, once it has ended.', lastLabels, 'seconds');
const failures = of('snapshot_number_of_failures', 'Failures of the newest snapshot.');
const shards = of('snapshot_total_shards', 'Shards in the newest snapshot.');
const failedShards = of('snapshot_failed_shards', 'Shards that the newest snapshot could not save.');
const savedShards = of('snapshot_successful_shards', 'Shards that the newest snapshot saved.');
const readable: Family = {
  name: 'sidewarden_elasticsearch_snapshot_repository_up',
  type: 'gauge',
  help: 'Whether the snapshots of the repository can be listed.',
  labels: repositoryLabels,
};

export const snapshots: Collector<ElasticsearchSettings, ElasticsearchSource> = {
  name: 'snapshots',
  intervalMs: 15 * 60_000,
  asks: 'GET _snapshot, and for each repository GET _snapshot/<repository>/*',
  families: [
    ...[count, oldestStart, goodStart, indices, start, end, failures, shards, failedShards, savedShards],
    readable,
  ],
  privilege: 'monitor_snapshot',
  wanted: ({ statistics }) => statistics.snapshots,
  async collect(source, _settings, limits) {
    const query = { filter_path: '*.type' };
    const answer = await source.get({ path: '/_snapshot', query, waits: 'master_timeout', privilege }, limits);
    const all: Sample[] = [];
    for (const repository of capped(Object.keys(answer ?? {}).sort(), mostRepositories, limits)) {
      all.push(...(await ofRepository(source, repository, limits)));
    }
    return all;
  },
};

async function ofRepository(source: ElasticsearchSource, repository: string, limits: Collecting): Promise<Sample[]> {
  const list = (await readPages(source, repository, limits)) ?? (await readAll(source, repository, limits));
  const up = samples(readable, list === undefined ? 0 : 1, repository);
  if (list === undefined) return up;
  const { newest, oldest } = list;
  const good = newest.find((one) => ['SUCCESS', 'PARTIAL'].includes(textAt(one, 'state') ?? ''));
  return [
    ...up,
    ...samples(count, list.total, repository),
    ...samples(oldestStart, secondsAt(oldest, 'start_time_in_millis'), repository),
    ...samples(goodStart, secondsAt(good, 'start_time_in_millis'), repository),
    ...(await ofNewest(source, repository, newest[0], limits)),
  ];
}

async function ofNewest(
  source: ElasticsearchSource,
  repository: string,
  newest: Json | undefined,
  limits: Collecting,
): Promise<Sample[]> {
  const name = newest && textAt(newest, 'snapshot');
  if (newest === undefined || name === undefined) return [];
  const query = { filter_path: 'snapshots.snapshot,snapshots.indices,snapshots.failures.shard_id' };
  const path = `/_snapshot/${encodeURIComponent(repository)}/${encodeURIComponent(name)}`;
  const answer = await source.get({ path, query, privilege, unknown: unreadable }, limits);
  const [detail] = listOf(answer?.snapshots).map(jsonOf); // an empty list in it is left out by filter_path
  const labels = [repository, textAt(newest, 'state') ?? '', textAt(newest, 'version') ?? ''];
  return [
    ...samples(indices, detail && listOf(detail.indices).length, ...labels),
    ...samples(failures, detail && listOf(detail.failures).length, ...labels),
    ...samples(start, secondsAt(newest, 'start_time_in_millis'), ...labels),
    ...samples(end, secondsAt(newest, 'end_time_in_millis'), ...labels),
    ...samples(shards, numberAt(newest, 'shards.total'), ...labels),
    ...samples(failedShards, numberAt(newest, 'shards.failed'), ...labels),
    ...samples(savedShards, numberAt(newest, 'shards.successful'), ...labels),
  ];
}

type List = { readonly total: number; readonly newest: readonly Json[]; readonly oldest: Json | undefined };

/** How a repository that is gone, broken or out of reach is answered for. */
const unreadable = [404, 500, 503];
const fields = ['snapshot', 'state', 'version', 'start_time_in_millis', 'end_time_in_millis', 'shards'].map(
  (field) => `snapshots.${field}`,
);

/** Elasticsearch has pages since 7.14. @returns undefined on OpenSearch, which has none. */
async function readPages(
  source: ElasticsearchSource,
  repository: string,
  limits: Collecting,
): Promise<List | undefined> {
  if (source.info?.openSearch) return undefined;
  const ask = (size: number, order: 'asc' | 'desc') => {
    const query = { size: String(size), order, sort: 'start_time', filter_path: `${fields},total,remaining` };
    const path = `/_snapshot/${encodeURIComponent(repository)}/*`;
    return source.get({ path, query, privilege, unknown: [400, ...unreadable] }, limits);
  };
  const answer = await ask(page, 'desc');
  if (answer === undefined) return undefined;
  const newest = listOf(answer.snapshots).map(jsonOf);
  const more = numberAt(answer, 'remaining') ?? 0;
  const oldest = more > 0 ? listOf((await ask(1, 'asc'))?.snapshots).map(jsonOf)[0] : newest.at(-1);
  return { total: numberAt(answer, 'total') ?? newest.length + more, newest, oldest };
}

/** All at once, the oldest first. @returns undefined when the repository cannot be read. */
async function readAll(source: ElasticsearchSource, repository: string, limits: Collecting): Promise<List | undefined> {
  const path = `/_snapshot/${encodeURIComponent(repository)}/_all`;
  const query = { filter_path: fields.join(',') };
  const answer = await source.get({ path, query, privilege, unknown: unreadable }, limits);
  if (answer === undefined) return undefined;
  const all = listOf(answer.snapshots).map(jsonOf);
  return { total: all.length, newest: all.toReversed(), oldest: all[0] };
}

/** Whole seconds, as the exporter has them; a time that has not come yet is 0 there. */
function secondsAt(json: Json | undefined, path: string): number | undefined {
  const millis = json && numberAt(json, path);
  return millis === undefined || millis === 0 ? undefined : Math.floor(millis / 1000);
}
