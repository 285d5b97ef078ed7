// What the statistics cost: a page with everything on beside the three exporters' pages, statements on PostgreSQL, memory.
import { setTimeout as wait } from 'node:timers/promises';
import { checksOf, type Four } from '../faults/four.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { freePort } from '../servers/process.ts';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';
import { type Exporter, exportersOf, installed } from './exporters.ts';
import { load, memoryOf, spread, table } from './measure.ts';
import { type Started, start } from './start.ts';

type Tuning = Pick<SidewardenOptions, 'entry' | 'node'>;

const scrapes = { own: 400, exporter: 40 } as const;
const minuteMs = 60_000;
const replicas = 3;
const scrapesAMinute = 4;

/** Three tables. What is not installed is said and left out of the sum. */
export async function statistics(four: Four, tuning: Tuning, rounds: number): Promise<string> {
  await four.database.query('GRANT pg_monitor TO app');
  const tables = [await pages(four, tuning, rounds), await memory(four, tuning), await statements(tuning)];
  return tables.join('\n');
}

async function daemonOf(four: Four, tuning: Tuning, mode: 'all' | 'off'): Promise<Sidewarden> {
  const configuration = { checks: checksOf(four), statistics: { mode } };
  const daemon = await startSidewarden({ configuration, environment: four.kms.environment, ...tuning });
  await daemon.until((_, code) => code === 200, minuteMs);
  return daemon;
}

/** @throws unless the page has statistics of each dependency. */
async function untilRead(daemon: Sidewarden): Promise<string> {
  const wanted = ['pg_stat_database_xact_commit', 'redis_up', 'elasticsearch_jvm_', 'sidewarden_kms_key_state'];
  for (let tries = 0; tries < 300; tries += 1) {
    const { text } = await daemon.get<string>('/metrics');
    if (wanted.every((name) => text.includes(`\n${name}`))) return text;
    await wait(100);
  }
  throw new Error(`no statistics on the page: ${daemon.output()}`);
}

async function pages(four: Four, tuning: Tuning, rounds: number): Promise<string> {
  const daemon = await daemonOf(four, tuning, 'all');
  const page = await untilRead(daemon);
  const running: { readonly exporter: Exporter; readonly started: Started; readonly url: string }[] = [];
  for (const exporter of exportersOf(four).filter(({ stands }) => stands)) {
    if (!installed(exporter)) continue;
    const program = exporter.program(await freePort());
    const started = await start({ command: exporter.command, ...program });
    running.push({ exporter, started, url: `${new URL(program.url).origin}/metrics` });
  }
  const own: number[] = [];
  const theirs = running.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round += 1) {
    const { p50 } = await load(`${daemon.url}/metrics`, 1, scrapes.own);
    if (round > 0) own.push(p50); // the first warms up
    for (const [index, { url }] of running.entries()) {
      const found = await load(url, 1, scrapes.exporter);
      if (round > 0) theirs[index]?.push(found.p50);
    }
  }
  await Promise.all([daemon.stop(), ...running.map(({ started }) => started.stop())]);
  const sums = own.map((_, round) => theirs.reduce((sum, rounds) => sum + (rounds[round] ?? 0), 0));
  const ratios = sums.map((sum, round) => sum / (own[round] ?? Number.NaN));
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  return table(
    [`p50 of /metrics, ms`, 'one connection'],
    [
      [`Sidewarden, ${samples} samples of everything`, spread(own, 3)],
      ...running.map(({ exporter }, index) => [exporter.name, spread(theirs[index] ?? [], 1)]),
      [`the sum of these ${running.length}`, spread(sums, 1)],
      ['how often Sidewarden is in it', spread(ratios, 0)],
    ],
  );
}

async function memory(four: Four, tuning: Tuning): Promise<string> {
  const [without, withAll] = [await daemonOf(four, tuning, 'off'), await daemonOf(four, tuning, 'all')];
  await untilRead(withAll);
  await wait(minuteMs);
  const rows = [without, withAll].map((daemon, index) => {
    const { rss, anon } = memoryOf(daemon.pid);
    return [index === 0 ? 'statistics off' : 'everything on', rss.toFixed(0), anon.toFixed(0)];
  });
  await Promise.all([without.stop(), withAll.stop()]);
  return table(['after a minute', 'MB resident', 'RssAnon'], rows);
}

/** What pg_stat_statements counts for a role in a minute. */
async function countFor(database: PostgresServer, role: string): Promise<number> {
  const sql = `SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE r.rolname = '${role}'`;
  const read = async () => Number((await database.query(sql))[0]?.calls);
  const before = await read();
  await wait(minuteMs);
  return (await read()) - before;
}

async function statements(tuning: Tuning): Promise<string> {
  const database = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  await database.query('CREATE EXTENSION pg_stat_statements');
  for (const role of ['reader', 'exporter']) {
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' IN ROLE pg_monitor`);
  }
  const as = (role: string): string => {
    const url = new URL(database.url);
    url.username = role;
    url.password = 'secret';
    return url.href;
  };
  // Two roles, so that the probes' statements are counted apart.
  const check = { type: 'postgres', url: database.url, statistics_url: as('reader') };
  const daemons: Sidewarden[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    daemons.push(await startSidewarden({ configuration: { checks: { database: check } }, ...tuning }));
  }
  await wait(20_000); // one of them leads, and has read everything once
  const [read, probed] = await Promise.all([countFor(database, 'reader'), countFor(database, 'app')]);
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  const theirs = await ofExporter(database, as('exporter'));
  await database.remove();
  return table(
    ['statements a minute on PostgreSQL, three replicas', 'statistics', 'with the probes', 'ratio'],
    [
      ['Sidewarden, one reads', String(read), String(read + probed), ''],
      theirs === undefined
        ? ['prometheus-postgres-exporter', 'not installed', '', '']
        : ['prometheus-postgres-exporter, every 15 s each', String(theirs), '', (theirs / read).toFixed(1)],
    ],
  );
}

async function ofExporter(database: PostgresServer, url: string): Promise<number | undefined> {
  const command = '/usr/bin/prometheus-postgres-exporter';
  if (!installed({ command })) return undefined;
  const started: Started[] = [];
  const urls: string[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    const port = await freePort();
    const environment = { DATA_SOURCE_NAME: `${url}?sslmode=disable` };
    const at = `http://127.0.0.1:${port}/metrics`;
    started.push(await start({ command, args: [`--web.listen-address=127.0.0.1:${port}`], environment, url: at }));
    urls.push(at);
  }
  const counted = countFor(database, 'exporter');
  for (let scrape = 0; scrape < scrapesAMinute; scrape += 1) {
    await Promise.all(urls.map(async (one) => (await fetch(one)).text()));
    await wait(minuteMs / scrapesAMinute - 1000);
  }
  const found = await counted;
  await Promise.all(started.map(({ stop }) => stop()));
  return found;
}
