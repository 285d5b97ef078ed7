// Beside postgres_exporter on the same servers: names, types, labels and values of the families that both have.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { headerOf, renderSamples } from '../../../src/core/exposition.ts';
import { eventually } from '../../patience.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../../servers/postgres.ts';
import { startPostgresExporter } from '../../servers/postgres-exporter.ts';
import { comparedVersion, type Difference, differences, readVersion } from './exporter-differences.ts';
import { openStatistics } from './statistics-run.ts';

type Series = { readonly labels: Readonly<Record<string, string>>; readonly value: number };
type Page = ReadonlyMap<string, { readonly type: string; readonly series: readonly Series[] }>;
type Compared = { readonly version: string; readonly first: Page; readonly ours: Page; readonly last: Page };

let server: PostgresServer;
let standby: PostgresStandby;
beforeAll(async () => {
  const settings = { archive_mode: 'on', archive_command: 'true', vacuum_cost_delay: '50ms', vacuum_cost_limit: '1' };
  server = await startPostgres({ standby: true, settings: { ...settings, wal_level: 'logical' } });
  if (server.standby === undefined) throw new Error('started without a standby');
  standby = server.standby;
  await server.query(`GRANT pg_monitor TO app; CREATE ROLE few CONNECTION LIMIT 3;
    CREATE TABLE items AS SELECT n, repeat('x', 500) AS t FROM generate_series(1, 20000) AS n`);
  await server.query('CREATE DATABASE other');
  await server.query("SELECT pg_create_physical_replication_slot('first', true), pg_switch_wal()");
  await server.query("SELECT pg_create_logical_replication_slot('decoded', 'pgoutput')");
  await standby.query("ALTER SYSTEM SET primary_slot_name = 'first'");
  await standby.query('SELECT pg_reload_conf()');
  await server.until("SELECT active FROM pg_replication_slots WHERE slot_name = 'first'");
  await server.until('SELECT archived_count > 0 FROM pg_stat_archiver');
});
afterAll(() => server?.remove());

function pageOf(text: string): Page {
  const page = new Map<string, { type: string; series: Series[] }>();
  for (const line of text.split('\n')) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (declared !== undefined && type !== undefined) page.set(declared, { type, series: [] });
    const [, name, labels = '', value] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    // NaN is how older releases say that they know nothing.
    if (name === undefined || value === 'NaN') continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text] as const);
    page.get(name)?.series.push({ labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return page;
}

/** Theirs before and after ours, so that a value that moves is between the two. */
async function beside(url: string): Promise<Compared> {
  const exporter = await startPostgresExporter(url);
  onTestFinished(exporter.stop);
  const opened = await openStatistics({ url });
  onTestFinished(opened.end);
  const first = pageOf(await exporter.scrape());
  const { samples } = await opened.round();
  const last = pageOf(await exporter.scrape());
  const text = renderSamples(samples, {}).flatMap(({ family, lines }) => [headerOf(family), ...lines]);
  return { version: exporter.version, first, ours: pageOf(text.join('\n')), last };
}

/** What the two change by asking: their own connections, locks and transactions in the database that they are in. */
const restless = (name: string, { datname }: Series['labels']): boolean =>
  name === 'pg_long_running_transactions' ||
  name === 'pg_long_running_transactions_oldest_timestamp_seconds' ||
  (datname === 'shop' && /^pg_(stat_activity|locks|stat_database_numbackends)/.test(name));

/** Labels that Debian's release has and ours lacks, or the other way round: not compared, where that is explained. */
function olderLabels(name: string): readonly string[] {
  const ofAll = /^pg_(static|stat_database_conflicts_)/.test(name) ? [] : ['server'];
  if (name.startsWith('pg_stat_replication_')) return [...ofAll, 'client_addr', 'slot_name'];
  if (!name.startsWith('pg_stat_activity_')) return ofAll;
  return [...ofAll, 'usename', 'application_name', 'backend_type', 'wait_event_type', 'wait_event'];
}

/** Told by whoever reads, of a whole round. */
const ofReader = /^pg_(up|exporter_last_scrape_error)$/;

function compare({ version, first, ours, last }: Compared) {
  const used = new Set<Difference>();
  const explained = (name: string, ...kinds: readonly Difference['kind'][]): boolean => {
    const found = differences.filter(({ family, kind }) => {
      const [head = '', tail = ''] = family.split('*');
      const fits = family.includes('*') ? name.startsWith(head) && name.endsWith(tail) : family === name;
      return fits && kinds.includes(kind) && (version === comparedVersion || !kind.startsWith('older'));
    });
    for (const one of found) used.add(one);
    return found.length > 0;
  };
  const key = (name: string, labels: Series['labels']): string => {
    const skipped = explained(name, 'older labels') ? olderLabels(name) : [];
    const kept = Object.entries(labels).filter(([label, text]) => text !== '' && !skipped.includes(label));
    return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  /** Series that are one without the labels left out: durations are the longest of them, numbers their sum. */
  const merged = (name: string, series: readonly Series[] = []): Map<string, Series> => {
    const all = new Map<string, Series>();
    for (const { labels, value } of series) {
      const before = all.get(key(name, labels));
      const together = /duration|lsn/.test(name) ? Math.max : (a: number, b: number) => a + b;
      all.set(key(name, labels), { labels, value: before === undefined ? value : together(before.value, value) });
    }
    return all;
  };

  const found: string[] = [];
  for (const [name, theirs] of first) {
    if (!name.startsWith('pg_') || ofReader.test(name) || theirs.series.length === 0) continue;
    const own = ours.get(name);
    if (own === undefined) {
      if (!explained(name, 'left out', 'older', 'value')) found.push(`${name} is absent`);
      continue;
    }
    if (own.type !== theirs.type) found.push(`${name} is a ${own.type}, theirs ${theirs.type}`);
    const [mine, end] = [merged(name, own.series), merged(name, last.get(name)?.series)];
    for (const [labels, { labels: given, value }] of merged(name, theirs.series)) {
      if (restless(name, given)) continue;
      const other = end.get(labels)?.value ?? value;
      const at = mine.get(labels)?.value;
      // Theirs is rounded to nanoseconds, or written with other digits.
      const slack = 1e-9 * Math.abs(value) + 1e-6;
      if (at !== undefined && at >= Math.min(value, other) - slack && at <= Math.max(value, other) + slack) continue;
      if (at === undefined && explained(name, 'value')) continue;
      if (given.datid === '0' && explained(name, 'older rows')) continue;
      if (name.startsWith('pg_locks_') && explained(name, 'value')) continue;
      found.push(`${name}${labels} is ${at}, theirs ${value} to ${other}`);
    }
    for (const [labels, { labels: given }] of mine) {
      const known = end.has(labels) || merged(name, theirs.series).has(labels) || restless(name, given);
      if (!known && !explained(name, 'value')) found.push(`${name}${labels} is of ours alone`);
    }
  }
  const extra = [...ours.keys()].filter(
    (name) => name.startsWith('pg_') && !first.has(name) && !(version === comparedVersion && explained(name, 'newer')),
  );
  return { found, extra, used };
}

test('a primary, its databases, slots and standby', async () => {
  const idlers = [
    new Client({ connectionString: server.url.replace('/shop', '/other') }),
    new Client({ connectionString: server.url.replace('/shop', '/other') }),
  ];
  for (const idler of idlers) {
    idler.on('error', () => {});
    await idler.connect();
    onTestFinished(() => idler.end());
  }
  await idlers[0]?.query('BEGIN; SELECT count(*) FROM pg_class');
  const vacuumed = server.query('VACUUM items').catch(() => {});
  await server.until("SELECT phase = 'scanning heap' FROM pg_stat_progress_vacuum");
  onTestFinished(async () => {
    await server.query('SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum');
    await vacuumed;
  });
  const compared = await beside(server.url);
  // Another release than these two has differences that nobody has written down yet.
  expect([comparedVersion, readVersion]).toContain(compared.version);
  const { found, extra, used } = compare(compared);
  expect(found).toEqual([]);
  expect(extra).toEqual([]);
  const older = differences.filter(({ kind }) => kind === 'older labels' || kind === 'older rows');
  expect(older.filter((one) => used.has(one))).toEqual(compared.version === comparedVersion ? older : []);
  const both = [...compared.first.keys()].filter((name) => compared.ours.has(name));
  expect(both.length).toBeGreaterThan(150);
});

test('a standby', async () => {
  await eventually(async () => {
    const compared = await beside(standby.url);
    expect(compare(compared).found).toEqual([]);
  });
});
