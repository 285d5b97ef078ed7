import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { statistics } from '../../../src/dependencies/redis/statistics/index.ts';
import { UnreadableAnswer } from '../../../src/dependencies/statistics.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { collect, fieldsIn, openReader, type Round } from './collect.ts';

/** Which field of INFO, times what, is which family. Those that the server or its connections move are not here. */
const fields: Record<string, string | readonly [string, number]> = {
  redis_connected_clients: 'connected_clients',
  redis_blocked_clients: 'blocked_clients',
  redis_max_clients: 'maxclients',
  redis_config_maxclients: 'maxclients',
  redis_rejected_connections_total: 'rejected_connections',
  redis_memory_max_bytes: 'maxmemory',
  redis_config_maxmemory: 'maxmemory',
  redis_memory_used_startup_bytes: 'used_memory_startup',
  redis_keyspace_hits_total: 'keyspace_hits',
  redis_keyspace_misses_total: 'keyspace_misses',
  redis_evicted_keys_total: 'evicted_keys',
  redis_expired_keys_total: 'expired_keys',
  redis_total_error_replies: 'total_error_replies',
  redis_loading_dump_file: 'loading',
  redis_rdb_changes_since_last_save: 'rdb_changes_since_last_save',
  redis_rdb_last_save_timestamp_seconds: 'rdb_last_save_time',
  redis_rdb_last_bgsave_duration_sec: 'rdb_last_bgsave_time_sec',
  redis_aof_enabled: 'aof_enabled',
  redis_latest_fork_seconds: ['latest_fork_usec', 1e6],
  redis_connected_slaves: 'connected_slaves',
  redis_replication_backlog_bytes: 'repl_backlog_size',
  redis_process_id: 'process_id',
  redis_total_system_memory_bytes: 'total_system_memory',
  redis_cluster_enabled: 'cluster_enabled',
};

let server: RedisServer;
let url: string;
let round: Round;
let before: Readonly<Record<string, string>>;
let after: Readonly<Record<string, string>>;

const latencies = ['latency-monitor-threshold 20', 'slowlog-log-slower-than 20000'];

beforeAll(async () => {
  server = await startRedis({ config: latencies });
  url = server.url;
  await server.command('EVAL', "for i = 1, 7 do redis.call('SET', 'k' .. i, i, 'EX', 1000) end", '0');
  await server.command('EVAL', "redis.call('SELECT', 3) redis.call('SET', 'a', 1)", '0');
  await server.command('GET', 'k1');
  await server.command('GET', 'absent');
  await server.command('BGSAVE');
  await server.until((answer) => answer.includes('rdb_bgsave_in_progress:0'), 'INFO', 'persistence');
  await server.command('EVAL', "redis.call('SET', 'k1', 2) redis.call('SET', 'k1', 3)", '0');
  await expect(server.command('LPUSH', 'k1', 'x')).rejects.toThrow('WRONGTYPE');
  await server.command('DEBUG', 'SLEEP', '0.03');
  before = fieldsIn(await server.command('INFO', 'all'));
  round = await collect({ url });
  after = fieldsIn(await server.command('INFO', 'all'));
});
afterAll(() => server.remove());

const between = (value: number | undefined, low: number, high: number): void => {
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
};

describe('each value is what an INFO of the test says', () => {
  it.each(Object.entries(fields))('%s', (family, from) => {
    const [field, divisor] = typeof from === 'string' ? [from, 1] : from;
    expect(before[field]).toMatch(/^-?\d/);
    between(round.values.get(family), Number(before[field]) / divisor, Number(after[field]) / divisor);
  });

  it('counters of the traffic, which the test moves itself', () => {
    for (const [family, field] of [
      ['redis_commands_processed_total', 'total_commands_processed'],
      ['redis_connections_received_total', 'total_connections_received'],
      ['redis_net_input_bytes_total', 'total_net_input_bytes'],
      ['redis_net_output_bytes_total', 'total_net_output_bytes'],
      ['redis_cpu_sys_seconds_total', 'used_cpu_sys'],
      ['redis_cpu_user_seconds_total', 'used_cpu_user'],
      ['redis_uptime_in_seconds', 'uptime_in_seconds'],
    ] as const) {
      between(round.values.get(family), Number(before[field]), Number(after[field]));
    }
    expect(round.values.get('redis_commands_processed_total')).toBeGreaterThan(10);
  });

  it('memory, near what it is for the test', () => {
    for (const [family, field] of [
      ['redis_memory_used_bytes', 'used_memory'],
      ['redis_memory_used_peak_bytes', 'used_memory_peak'],
      ['redis_memory_used_rss_bytes', 'used_memory_rss'],
    ] as const) {
      between(round.values.get(family), Number(before[field]) * 0.9, Number(after[field]) * 1.1);
    }
  });

  it('states: a word is 1 or 0', () => {
    expect(before).toMatchObject({ rdb_last_bgsave_status: 'ok', aof_last_write_status: 'ok' });
    expect(round.values.get('redis_rdb_last_bgsave_status')).toBe(1);
    expect(round.values.get('redis_aof_last_write_status')).toBe(1);
  });

  it('when it started, the same number on every round', async () => {
    const started = Math.floor(Number(after.server_time_usec) / 1e6) - Number(after.uptime_in_seconds);
    const seen = new Set([round.values.get('redis_start_time_seconds')]);
    const later = Number(round.values.get('redis_uptime_in_seconds')) + 2;
    for (let uptime = 0; uptime < later; ) {
      const { values } = await collect({ url });
      seen.add(values.get('redis_start_time_seconds'));
      uptime = values.get('redis_uptime_in_seconds') ?? later;
    }
    expect([...seen]).toEqual([started]);
  });

  it('databases', async () => {
    expect(after.db0).toMatch(/^keys=7,expires=6,avg_ttl=\d+/);
    expect(round.values.get('redis_db_keys{db="db0"}')).toBe(7);
    expect(round.values.get('redis_db_keys_expiring{db="db0"}')).toBe(6);
    // The server samples the time to live now and then; until it did, 0 says that it is not known.
    expect(round.values.has('redis_db_avg_ttl_seconds{db="db3"}')).toBe(false);
    await server.until((answer) => /db0:.*avg_ttl=9\d{5}\b/.test(answer), 'INFO', 'keyspace');
    between((await collect({ url })).values.get('redis_db_avg_ttl_seconds{db="db0"}'), 900, 1000);
    expect(round.values.get('redis_db_keys{db="db3"}')).toBe(1);
    expect([...round.values.keys()].filter((name) => name.startsWith('redis_db_keys{'))).toHaveLength(2);
  });

  it('commands and errors', () => {
    expect(after.cmdstat_lpush).toMatch(/^calls=1,usec=\d+,.*failed_calls=1$/);
    expect(round.values.get('redis_commands_total{cmd="lpush"}')).toBe(1);
    expect(round.values.get('redis_commands_failed_calls_total{cmd="lpush"}')).toBe(1);
    expect(round.values.get('redis_commands_rejected_calls_total{cmd="lpush"}')).toBe(0);
    const usec = Number(/usec=(\d+)/.exec(after.cmdstat_lpush ?? '')?.[1]);
    expect(round.values.get('redis_commands_duration_seconds_total{cmd="lpush"}')).toBe(usec / 1e6);
    expect(round.values.get('redis_errors_total{err="WRONGTYPE"}')).toBe(1);
  });

  it('what it is, in labels', () => {
    const { redis_version, run_id, process_id, os, tcp_port, master_replid } = after;
    const [name] = [...round.values.keys()].filter((one) => one.startsWith('redis_instance_info'));
    for (const [label, value] of Object.entries({ redis_version, run_id, process_id, os, tcp_port, master_replid })) {
      expect(name).toContain(`${label}="${value}"`);
    }
    expect(name).toContain('role="master"');
    expect(name).toContain('maxmemory_policy="noeviction"');
    expect(round.instance).toBe(`${server.host}:${server.port}`);
  });

  it('the slow log, without what was called', async () => {
    expect(await server.command('SLOWLOG', 'LEN')).toBe(1);
    const [[id, , micros]] = (await server.command('SLOWLOG', 'GET', '1')) as [[number, number, number]];
    expect(round.values.get('redis_slowlog_length')).toBe(1);
    expect(round.values.get('redis_slowlog_last_id')).toBe(id);
    expect(round.values.get('redis_last_slow_execution_duration_seconds')).toBe(micros / 1e6);
    await server.command('SLOWLOG', 'RESET');
    const { values } = await collect({ url });
    expect(values.get('redis_slowlog_length')).toBe(0);
    expect(values.has('redis_slowlog_last_id')).toBe(false);
  });

  it('spikes of the latency monitor', async () => {
    const [[name, at, last, most]] = (await server.command('LATENCY', 'LATEST')) as [[string, number, number, number]];
    expect(name).toBe('command');
    expect(round.values.get('redis_latency_spike_last{event_name="command"}')).toBe(at);
    expect(round.values.get('redis_latency_spike_duration_seconds{event_name="command"}')).toBe(last / 1e3);
    expect(round.values.get('sidewarden_redis_latency_spike_max_seconds{event_name="command"}')).toBe(most / 1e3);
  });

  it('latency of each command: percentiles, and a histogram with cumulative buckets', async () => {
    if (Number.parseInt(after.redis_version ?? '', 10) < 7) {
      expect([...round.values.keys()].join()).not.toMatch(/percentiles|latencies/);
      return;
    }
    const [, p50, p99] = /^p50=([\d.]+),p99=([\d.]+)/.exec(after.latency_percentiles_usec_lpush ?? '') ?? [];
    const usec = Number(/usec=(\d+)/.exec(after.cmdstat_lpush ?? '')?.[1]);
    const of = (part: string): number | undefined => round.values.get(`redis_latency_percentiles_usec${part}`);
    expect(of('{cmd="lpush",quantile="50"}')).toBe(Number(p50));
    expect(of('{cmd="lpush",quantile="99"}')).toBe(Number(p99));
    expect([of('_sum{cmd="lpush"}'), of('_count{cmd="lpush"}')]).toEqual([usec, 1]);

    type Histogram = [string, [string, number, string, number[]]];
    const [, [, calls, , buckets]] = (await server.command('LATENCY', 'HISTOGRAM', 'set')) as Histogram;
    const bucket = (le: string): number | undefined =>
      round.values.get(`redis_commands_latencies_usec_bucket{cmd="set",le="${le}"}`);
    expect(calls).toBe(10);
    expect(buckets.length).toBeGreaterThan(3);
    for (let at = 0; at < buckets.length; at += 2) expect(bucket(String(buckets[at]))).toBe(buckets[at + 1]);
    expect(bucket('+Inf')).toBe(10);
    expect(round.values.get('redis_commands_latencies_usec_count{cmd="set"}')).toBe(10);
    const spent = Number(/usec=(\d+)/.exec(after.cmdstat_set ?? '')?.[1]);
    expect(round.values.get('redis_commands_latencies_usec_sum{cmd="set"}')).toBe(spent);
  });
});

it('gives only what is declared, and no family twice', () => {
  const declared = statistics.collectors.flatMap(({ families }) => families);
  expect(new Set(declared.map(({ name }) => name)).size).toBe(declared.length);
  for (const { family, labels } of round.samples) {
    expect(declared).toContain(family);
    expect(labels).toHaveLength(family.labels.length);
  }
  expect(round.cut).toBe(0);
  expect(round.lacks.size).toBe(0);
});

it('a restart: the reader is closed, the next goes on with the same series, and what falls is a counter', async () => {
  const reader = openReader({ url });
  const first = await collect({ url }, reader);
  await server.restart();
  await expect.poll(() => reader.closed).toBe(true);
  reader.destroy();
  const second = await collect({ url });
  expect(second.instance).toBe(first.instance);
  const counters = second.samples.filter(({ family }) => family.type === 'counter');
  expect(counters.length).toBeGreaterThan(30);
  // By Prometheus' rule a counter that is lower than before began anew at 0: what it shows is the increase.
  const fresh = fieldsIn(await server.command('INFO', 'all'));
  const processed = 'redis_commands_processed_total';
  expect(second.values.get(processed)).toBeLessThan(first.values.get(processed) ?? 0);
  between(second.values.get(processed), 0, Number(fresh.total_commands_processed));
  for (const { value } of counters) expect(value).toBeGreaterThanOrEqual(0);
  for (const name of ['redis_cpu_user_seconds_total', 'redis_net_input_bytes_total', 'redis_keyspace_hits_total']) {
    expect(first.values.has(name) && second.values.has(name)).toBe(true);
  }
});

it('a server that hangs is cut at once', async () => {
  const reader = openReader({ url });
  await collect({ url }, reader);
  server.freeze();
  const pending = collect({ url }, reader);
  reader.destroy();
  await expect(pending).rejects.toThrow('given up');
  expect(reader.closed).toBe(true);
  server.thaw();
});

describe('caps', () => {
  const replicas: Socket[] = [];
  let server: RedisServer;
  let url: string;
  beforeAll(async () => {
    server = await startRedis({ config: ['databases 40000'] });
    url = server.url;
  });
  afterAll(async () => {
    for (const socket of replicas) socket.destroy();
    await server.remove();
  });

  it('100 commands by calls, 50 kinds of errors by count, 64 databases, 32 replicas; the rest is counted', async () => {
    const names = (await server.command('COMMAND')) as [string, number, string[]][];
    const wrong = names.filter(([, arity]) => arity !== 1 && arity !== -1).slice(0, 130);
    for (const [name] of wrong) await server.command(name).catch(() => undefined);
    await server.command('EVAL', "for i = 1, 5 do redis.call('ECHO', i) end", '0');
    for (let kind = 1; kind <= 60; kind++) {
      const reply = "return {err = 'KIND' .. ARGV[1] .. ' x'}";
      await server.command('EVAL', reply, '0', String(kind)).catch(() => undefined);
    }
    await server.command('EVAL', "for i = 0, 69 do redis.call('SELECT', i) redis.call('SET', 'a', 1) end", '0');
    for (let port = 1; port <= 34; port++) replicas.push(fakeReplica(server, port));
    await server.until((answer) => answer.includes('slave33:'), 'INFO', 'replication');

    const found = fieldsIn(await server.command('INFO', 'all'));
    const many = (prefix: RegExp): number => Object.keys(found).filter((field) => prefix.test(field)).length;
    const { values, cut } = await collect({ url, statistics: { latency_histogram: false } });
    const series = (prefix: string): number => [...values.keys()].filter((name) => name.startsWith(prefix)).length;
    expect([series('redis_commands_total{'), series('redis_errors_total{')]).toEqual([100, 50]);
    expect(values.get('redis_commands_total{cmd="echo"}')).toBe(5);
    expect([series('redis_db_keys{'), series('redis_connected_slave_offset_bytes{')]).toEqual([64, 32]);
    expect([many(/^db\d+$/), many(/^slave\d+$/)]).toEqual([70, 34]);
    const left = many(/^cmdstat_/) - 100 + (many(/^errorstat_/) - 50) + 6 + 2;
    // CLIENT SETNAME and HELLO of the reader may be the first calls of their command.
    between(cut, left, left + 4);
  });

  it('what a script calls an error, which may be data, is no label', async () => {
    const own = await startRedis();
    onTestFinished(() => own.remove());
    for (const said of ['alice@example.com x', 'bob', 'Wrong x', `A${'B'.repeat(32)} x`, 'MY_OWN1 x', 'ERR x']) {
      await own.command('EVAL', "return redis.error_reply('-' .. ARGV[1])", '0', said).catch(() => undefined);
    }
    const { values } = await collect({ url: own.url });
    const kinds = [...values].filter(([name]) => name.startsWith('redis_errors_total{'));
    const found = fieldsIn(await own.command('INFO', 'errorstats'));
    expect(Object.keys(found)).toContain('errorstat_alice@example.com');
    const known = ['ERR', 'MY_OWN1'];
    const all = Object.entries(found).map(
      ([name, text]) => [name.slice(10), Number(text.replace('count=', ''))] as const,
    );
    const rest = all.filter(([name]) => !known.includes(name)).reduce((sum, [, count]) => sum + count, 0);
    expect(rest).toBeGreaterThanOrEqual(2);
    expect(new Map(kinds)).toEqual(
      new Map([
        ...all
          .filter(([name]) => known.includes(name))
          .map(([name, n]) => [`redis_errors_total{err="${name}"}`, n] as const),
        ['redis_errors_total{err="other"}', rest],
      ]),
    );
  });

  it('80 commands by calls of the histogram, of which none has more than 24 series', async () => {
    const known = (await server.command('COMMAND')) as [string, number, string[]][];
    const harmless = known.filter(([, , flags]) => flags.includes('readonly') || flags.includes('fast'));
    for (const [name, arity] of harmless) {
      const words = Array.from({ length: Math.abs(arity) - 1 }, () => '1');
      await server.command(name, ...words).catch(() => undefined);
    }
    const { samples } = await collect({ url });
    const of = samples.filter(({ family }) => family.name === 'redis_commands_latencies_usec');
    const commands = Map.groupBy(of, ({ labels }) => labels[0]);
    if (Number.parseInt(fieldsIn(await server.command('INFO', 'server')).redis_version ?? '', 10) < 7) return;
    expect(commands.size).toBe(80);
    for (const series of commands.values()) expect(series.length).toBeLessThanOrEqual(24);
  });

  it('an answer of more than 1 MiB ends the connection while it arrives', async () => {
    await server.command('EVAL', "for i = 0, 39999 do redis.call('SELECT', i) redis.call('SET', 'a', 1) end", '0');
    const size = String(await server.command('INFO', 'all')).length;
    expect(size).toBeGreaterThan(1024 * 1024);
    const reader = openReader({ url });
    await expect(collect({ url }, reader)).rejects.toThrow(UnreadableAnswer);
    expect(reader.closed).toBe(true);
    reader.destroy();
    expect(await server.command('PING')).toBe('PONG');
  });
});

/** A connection that says it is a replica, which is all that a primary asks of one. */
function fakeReplica({ host, port, password }: RedisServer, ownPort: number): Socket {
  const socket = connect(port, host);
  socket.on('error', () => undefined); // it ends with the server
  const steps = [`REPLCONF listening-port ${ownPort}`, 'REPLCONF capa psync2', 'PSYNC ? -1'];
  // One after the other: PSYNC is refused while replies are pending. Then comes a dump, which nobody wants.
  socket.on('data', () => {
    const step = steps.shift();
    if (step !== undefined) socket.write(`${step}\r\n`);
  });
  socket.write(`AUTH ${password}\r\n`);
  return socket;
}
