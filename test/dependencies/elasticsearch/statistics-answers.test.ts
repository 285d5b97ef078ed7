// Answers that a real cluster cannot be made to give at will: too long, of hundreds of nodes, of services and versions.
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { statementOf } from '../../../src/dependencies/elasticsearch/statistics/answer.ts';
import { clusterInfo } from '../../../src/dependencies/elasticsearch/statistics/cluster-info.ts';
import { statistics } from '../../../src/dependencies/elasticsearch/statistics/index.ts';
import { nodes } from '../../../src/dependencies/elasticsearch/statistics/nodes.ts';
import { notAsked } from '../../../src/dependencies/statistics.ts';
import { always, startStub } from '../../servers/elasticsearch-stub.ts';
import { freePort } from '../../servers/process.ts';
import { atDefault } from '../at-default.ts';
import { makeCollecting, valuesOf } from './collecting.ts';

type Reply = object | { readonly status: number; readonly body: object };
/** Answers by the begin of the path, and notes what was asked. */
async function cluster(replies: Readonly<Record<string, Reply>>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const stub = await startStub((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const [, reply] = Object.entries(replies).find(([begin]) => path.startsWith(begin)) ?? [];
    if (typeof reply === 'function') return (reply as RequestListener)(request, response);
    const { status, body } =
      reply !== undefined && 'status' in reply && 'body' in reply ? reply : { status: 200, body: reply ?? {} };
    always(status as number, body as object)(request, response);
  });
  onTestFinished(() => stub.stop());
  return { url: stub.url, asked };
}
const version = (number: string, distribution?: string) => ({
  cluster_name: 'c',
  cluster_uuid: 'u',
  version: { number, distribution, build_hash: 'h', build_date: 'd', lucene_version: 'l' },
});
const health = { cluster_name: 'c', status: 'green', number_of_nodes: 3, active_shards_percent_as_number: 50 };
const nodeNamed = (name: string) => ({ name, host: 'h', roles: ['data_hot'], jvm: { uptime_in_millis: 1000 } });
const of = async (collecting: ReturnType<typeof makeCollecting>, name: string) =>
  Object.fromEntries(valuesOf(await collecting.collect(name)));

describe('caps', () => {
  const long: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  const compressed =
    (bytes: number): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify({ cluster_name: 'c', filler: ' '.repeat(bytes) })));
    };

  it.each([
    ['endless', long],
    ['announced with 3 MiB', always(200, { filler: 'x'.repeat(3 * 1024 * 1024) })],
    ['of 16 KiB that unpack to 16 MiB', compressed(16 * 1024 * 1024)],
  ])('an answer %s is not read, and the next question is asked all the same', async (_what, reply) => {
    const { url } = await cluster({ '/_nodes': reply, '/_cluster/health': health });
    const collecting = makeCollecting({ url });
    const error = await collecting.collect('nodes').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UnreadableAnswer', message: /longer than 2 MiB/ });
    expect(collecting.reader.closed).toBe(false);
    expect(await collecting.collect('cluster_health')).not.toEqual([]);
  });

  it('one of 1.9 MiB is read', async () => {
    const { url } = await cluster({ '/_cluster/health': { ...health, filler: 'x'.repeat(1.9 * 1024 * 1024) } });
    expect(await makeCollecting({ url }).collect('cluster_health')).not.toEqual([]);
  });

  it('30 nodes are read, those with the lowest ids; the rest is counted, as is a second node of one name', async () => {
    const ids = Array.from({ length: 130 }, (_, place) => `id-${String(place).padStart(3, '0')}`);
    const all = ids.map((id): [string, object] => [id, nodeNamed(id)]);
    const nodes = Object.fromEntries([...all, ['zz', nodeNamed('id-000')]].reverse());
    const { url } = await cluster({ '/_nodes': { cluster_name: 'c', nodes } });
    const collecting = makeCollecting({ url });
    const samples = await collecting.collect('nodes');
    const uptimes = samples.filter(({ family }) => family.name === 'elasticsearch_jvm_uptime_seconds');
    expect(uptimes.map(({ labels }) => labels[2])).toEqual(ids.slice(0, 30));
    expect(collecting.cut).toBe(101);
    valuesOf(samples); // no series is there twice
  });

  it('of nodes with more than most have, as many are read whole as a collector may give by default', async () => {
    const many = (count: number, make: (place: number) => object) =>
      Object.fromEntries(Array.from({ length: count }, (_, place) => [`k${place}`, make(place)]));
    const pool = { completed: 1, rejected: 1, active: 1, largest: 1, queue: 1, threads: 1 };
    const nodeWith = (pools: number) => (place: number) => ({
      ...nodeNamed(`n${place}`),
      thread_pool: many(pools, () => pool),
    });
    const run = async (pools: number) => {
      const { url } = await cluster({ '/_nodes': { cluster_name: 'c', nodes: many(40, nodeWith(pools)) } });
      const source = await makeCollecting({ url }).reader.open({
        signal: AbortSignal.timeout(5000),
        remainingMs: () => 5000,
      });
      const found = await atDefault(nodes, source);
      const shown = found.lines.filter((line) => line.startsWith('elasticsearch_jvm_uptime_seconds')).length;
      expect(found.lines).toHaveLength(found.samples);
      expect(found.lines.filter((line) => line.startsWith('elasticsearch_thread_pool_queue_count'))).toHaveLength(
        shown * pools,
      );
      return [shown, found.cut];
    };
    expect(await run(45)).toEqual([30, 10]); // 283 series a node
    expect(await run(100)).toEqual([16, 24]); // 613
  });

  it('thread pools, breakers, devices, roles are capped too', async () => {
    const many = (count: number, make: (place: number) => object) =>
      Object.fromEntries(Array.from({ length: count }, (_, place) => [`k${place}`, make(place)]));
    const devices = Array.from({ length: 25 }, (_, place) => ({ device_name: `d${place}`, operations: 1 }));
    const node = {
      ...nodeNamed('a'),
      thread_pool: many(103, () => ({ completed: 1 })),
      breakers: many(22, () => ({ tripped: 1 })),
      fs: { io_stats: { devices } },
    };
    const { url } = await cluster({ '/_nodes': { cluster_name: 'c', nodes: { one: node } } });
    const collecting = makeCollecting({ url });
    await collecting.collect('nodes');
    expect(collecting.cut).toBe(3 + 2 + 5);
  });
});

describe('what is not known', () => {
  it('is absent: -1, a field that is not there, an answer of another shape', async () => {
    const node = { ...nodeNamed('a'), os: { cpu: { percent: -1 } }, process: null, breakers: [], fs: { data: {} } };
    const { url } = await cluster({ '/_nodes': { cluster_name: 'c', nodes: { one: node, two: 7 } } });
    const names = new Set((await makeCollecting({ url }).collect('nodes')).map(({ family }) => family.name));
    expect(names).toEqual(new Set(['elasticsearch_nodes_roles', 'elasticsearch_jvm_uptime_seconds']));
  });

  it('no JSON is no answer', async () => {
    const { url } = await cluster({ '/_cluster': always(200, '<html>') });
    await expect(makeCollecting({ url }).collect('cluster_health')).rejects.toMatchObject({ name: 'UnreadableAnswer' });
  });

  it('a node without a tier that has data is no data node; a cluster manager is a master', async () => {
    const nodes = {
      one: { ...nodeNamed('a'), roles: ['cluster_manager'] },
      two: { ...nodeNamed('b'), roles: ['voting_only'] },
    };
    const { url } = await cluster({ '/_nodes': { cluster_name: 'c', nodes, _nodes: { failed: 2 } } });
    const values = await of(makeCollecting({ url }), 'nodes');
    const uptime = (name: string, master: boolean) =>
      `elasticsearch_jvm_uptime_seconds{cluster="c",es_client_node="true",es_data_node="false",es_ingest_node="false",es_master_node="${master}",host="h",name="${name}",type="mapped"}`;
    expect(values).toMatchObject({
      [uptime('a', true)]: 1,
      [uptime('b', false)]: 1,
      'elasticsearch_nodes_roles{cluster="c",host="h",name="b",node="two",role="voting_only"}': 1,
      'elasticsearch_nodes_roles{cluster="c",host="h",name="b",node="two",role="master"}': 0,
      'sidewarden_elasticsearch_nodes_without_statistics{cluster="c"}': 2,
    });
  });
});

describe('versions and services', () => {
  const serverless = {
    status: 410,
    body: { error: { type: 'api_not_available_exception', reason: 'not available when running in serverless mode' } },
  };
  const amazon = (path: string) => ({ status: 401, body: { Message: `Your request: '${path}' is not allowed.` } });

  it('what a service does not offer is absent without an error', async () => {
    const elastic = await cluster({ '/_': serverless });
    const given = { url: elastic.url, statistics: { snapshots: true } };
    expect(await makeCollecting(given).collect()).toEqual([]);
    expect(elastic.asked.length).toBeGreaterThan(5);
    const aws = await cluster({ '/_cluster/settings': amazon('/_cluster/settings?include_defaults=true') });
    expect(await makeCollecting({ url: aws.url }).collect('cluster_settings')).toEqual([]);
    const other = await cluster({ '/_cluster/settings': amazon('/es/_cluster/settings') });
    await expect(makeCollecting({ url: other.url }).collect('cluster_settings')).rejects.toMatchObject({
      errorClass: 'auth',
    });
  });

  it.each([
    ['7.17.28', undefined, false],
    ['8.6.2', undefined, false],
    ['8.7.0', undefined, true],
    ['9.2.0', undefined, true],
    ['3.4.0', 'opensearch', false],
    ['9.0.0', 'opensearch', false],
  ])('the health report of %s %s is asked: %s; never verbose', async (number, distribution, asks) => {
    const report = {
      cluster_name: 'c',
      status: 'unknown',
      indicators: { shards_availability: { status: 'red' }, odd: { status: 'green' } },
    };
    const { url, asked } = await cluster({ '/_health_report': report, '/?': version(number, distribution) });
    const values = await of(makeCollecting({ url }), 'health_report');
    expect(asked.some((path) => path.startsWith('/_health_report?verbose=false&'))).toBe(asks);
    if (!asks) return expect(values).toEqual({});
    expect(values).toMatchObject({
      'elasticsearch_health_report_status{cluster="c",color="green"}': 0,
      'elasticsearch_health_report_status{cluster="c",color="red"}': 0,
      'elasticsearch_health_report_shards_availabilty_status{cluster="c",color="red"}': 1,
      'sidewarden_elasticsearch_health_indicator{cluster="c",color="green",indicator="odd"}': 1,
    });
  });

  it('a node that does not tell its version is asked for the report, and may not know it', async () => {
    const unknown = {
      status: 400,
      body: { error: { type: 'illegal_argument_exception', reason: 'unrecognized parameter: [verbose]' } },
    };
    const { url } = await cluster({ '/_health_report': unknown, '/?': { status: 405, body: {} } });
    expect(await makeCollecting({ url }).collect('health_report')).toEqual([]);
  });

  it('each request names what it wants, fits in one line, and waits less than is left', async () => {
    const { url, asked } = await cluster({ '/?': version('9.2.0'), '/_snapshot?': { r: { type: 'fs' } } });
    await makeCollecting({ url, statistics: { snapshots: true } }).collect(undefined, 4000);
    expect(asked.filter((path) => !path.includes('filter_path='))).toEqual([]);
    expect(asked.filter((path) => path.length > 3500)).toEqual([]);
    for (const path of asked) {
      const wait = /[?&](?:master_)?timeout=(\d+)ms/.exec(path.replace('timeout=0ms', ''))?.[1];
      if (wait !== undefined) expect(Number(wait)).toBeLessThanOrEqual(3200);
    }
    expect(asked.filter((path) => /timeout=\d{3,}ms/.test(path)).length).toBeGreaterThanOrEqual(4);
  });
});

describe('snapshots', () => {
  const snapshot = (snapshot: string, state: string, start: number, end: number) => ({
    snapshot,
    state,
    version: '9.2.0',
    start_time_in_millis: start,
    end_time_in_millis: end,
    shards: { total: 3, failed: 1, successful: 2 },
  });
  const [old, good, now] = [
    snapshot('old', 'SUCCESS', 1500, 2500),
    snapshot('good', 'PARTIAL', 3000, 4000),
    snapshot('now/1', 'IN_PROGRESS', 5000, 0),
  ];
  const detail = { snapshots: [{ snapshot: 'now/1', indices: ['a', 'b'], failures: [{}] }] };
  const expected = {
    'elasticsearch_snapshot_stats_oldest_snapshot_timestamp{repository="r"}': 1,
    'elasticsearch_snapshot_stats_latest_snapshot_timestamp_seconds{repository="r"}': 3,
    'elasticsearch_snapshot_stats_snapshot_number_of_indices{repository="r",state="IN_PROGRESS",version="9.2.0"}': 2,
    'elasticsearch_snapshot_stats_snapshot_number_of_failures{repository="r",state="IN_PROGRESS",version="9.2.0"}': 1,
    'elasticsearch_snapshot_stats_snapshot_start_time_timestamp{repository="r",state="IN_PROGRESS",version="9.2.0"}': 5,
    'elasticsearch_snapshot_stats_snapshot_total_shards{repository="r",state="IN_PROGRESS",version="9.2.0"}': 3,
    'elasticsearch_snapshot_stats_snapshot_failed_shards{repository="r",state="IN_PROGRESS",version="9.2.0"}': 1,
    'elasticsearch_snapshot_stats_snapshot_successful_shards{repository="r",state="IN_PROGRESS",version="9.2.0"}': 2,
    'sidewarden_elasticsearch_snapshot_repository_up{repository="r"}': 1,
  };
  const broken = { status: 500, body: { error: { type: 'repository_exception', reason: 'cannot be read' } } };
  const read = async (replies: Record<string, Reply>) => {
    const { url } = await cluster({ ...replies, '/_snapshot?': { r: { type: 'fs' }, gone: { type: 's3' } } });
    return of(makeCollecting({ url, statistics: { snapshots: true } }), 'snapshots');
  };
  const gone = { 'sidewarden_elasticsearch_snapshot_repository_up{repository="gone"}': 0 };

  it('are read by pages on Elasticsearch; one under way has no end, a broken repository is said to be so', async () => {
    const values = await read({
      '/?': version('9.2.0'),
      '/_snapshot/gone': broken,
      '/_snapshot/r/now%2F1?': detail,
      '/_snapshot/r/*?size=1&order=asc': { snapshots: [old], total: 100, remaining: 99 },
      '/_snapshot/r/*?size=50&order=desc': { snapshots: [now, good], total: 100, remaining: 98 },
    });
    expect(values).toEqual({
      ...expected,
      ...gone,
      'elasticsearch_snapshot_stats_number_of_snapshots{repository="r"}': 100,
    });
  });

  it('are read all at once on OpenSearch', async () => {
    const values = await read({
      '/?': version('3.4.0', 'opensearch'),
      '/_snapshot/gone': broken,
      '/_snapshot/r/now%2F1?': detail,
      '/_snapshot/r/_all': { snapshots: [old, good, now] },
    });
    expect(values).toEqual({
      ...expected,
      ...gone,
      'elasticsearch_snapshot_stats_number_of_snapshots{repository="r"}': 3,
    });
  });

  it('are not asked for unless that is wanted', () => {
    const wanted = statistics.collectors.filter(({ wanted }) => wanted !== undefined);
    expect(wanted.map(({ name }) => name)).toEqual(['snapshots']);
  });
});

describe('several nodes', () => {
  it('the first that answers is asked; the instance is the first of the settings all the same', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const busy = await cluster({ '/': { status: 429, body: {} } });
    const { url } = await cluster({ '/_cluster/health': health });
    const collecting = makeCollecting({ url: `${dead},${busy.url},${url}` });
    expect(await collecting.collect('cluster_health')).not.toEqual([]);
    const signal = AbortSignal.timeout(5000);
    const source = await collecting.reader.open({ signal, remainingMs: () => 5000 });
    expect(source.instance).toBe(new URL(dead).host);
  });

  it('a server that closes each connection is asked over a new one each time', async () => {
    const closing: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(health));
    };
    const { url } = await cluster({ '/': closing });
    const collecting = makeCollecting({ url });
    for (let times = 0; times < 3; times++) expect(await collecting.collect()).not.toEqual([]);
    expect(collecting.reader.closed).toBe(false);
  });

  it('a server that is gone ends the reader', async () => {
    const stub = await startStub(always(200, health));
    const collecting = makeCollecting({ url: stub.url });
    const source = await collecting.reader.open({ signal: AbortSignal.timeout(5000), remainingMs: () => 5000 });
    await stub.stop();
    const question = { path: '/_cluster/health', query: {}, privilege: 'monitor' } as const;
    const limits = { signal: AbortSignal.timeout(5000), remainingMs: () => 5000 };
    await expect(source.get(question, limits)).rejects.toMatchObject({
      errorClass: expect.stringMatching(/refused|server/),
    });
    await expect(source.get(question, limits)).rejects.toThrow();
    expect(collecting.reader.closed).toBe(true);
    await expect(collecting.reader.open(limits)).rejects.toThrow();
  });
});

it('a cluster that refuses the greeting has nothing to say of itself, and proves no grant by it', async () => {
  const { url } = await cluster({ '/?': { status: 403, body: {} } });
  const { reader } = makeCollecting({ url });
  const source = await reader.open({ signal: AbortSignal.timeout(5000), remainingMs: () => 5000 });
  const collecting = { signal: AbortSignal.timeout(5000), remainingMs: () => 5000, cut() {} };
  expect(await clusterInfo.collect(source, undefined, collecting)).toBe(notAsked);
});

it('the statement that grants what is missing is for the user whom the refusal names', () => {
  const unauthorized = 'security_exception: action [cluster:monitor/nodes/stats] is unauthorized for';
  const plain = { apiKey: false, openSearch: undefined };
  const role = 'PUT /_security/role/sidewarden {"cluster":["monitor"]}';
  expect(statementOf('monitor', '', plain)).toBe(role);
  expect(statementOf('monitor', `: ${unauthorized} user [a "b"/c] with effective roles [x,y], this`, plain)).toBe(
    `${role}\nPUT /_security/user/a%20%22b%22%2Fc {"roles":["x","y","sidewarden"]}`,
  );
  expect(statementOf('monitor', `${unauthorized} user [a] with roles [], this`, plain)).toBe(
    `${role}\nPUT /_security/user/a {"roles":["sidewarden"]}`,
  );
  expect(statementOf('monitor', `${unauthorized} user [a] with effective roles [sidewarden], this`, plain)).toBe(role);
  expect(
    statementOf('monitor_snapshot', `${unauthorized} API key id [i] of user [a]`, { ...plain, apiKey: true }),
  ).toBe(
    'POST /_security/api_key {"name":"sidewarden","role_descriptors":{"sidewarden":{"cluster":["monitor","monitor_snapshot"]}}}',
  );
  const refused =
    'no permissions for [cluster:monitor/nodes/stats] and User [name=a, backend_roles=[], requestedTenant=null]';
  expect(statementOf('monitor', refused, plain)).toBe(
    'PUT /_plugins/_security/api/roles/sidewarden {"cluster_permissions":["cluster:monitor/*"]}\nPATCH /_plugins/_security/api/rolesmapping/sidewarden [{"op":"add","path":"/users/-","value":"a"}]',
  );
  expect(statementOf('monitor', '', { apiKey: false, openSearch: true })).toBe(
    'PUT /_plugins/_security/api/roles/sidewarden {"cluster_permissions":["cluster:monitor/*"]}',
  );
});
