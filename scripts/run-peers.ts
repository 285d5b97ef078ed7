// The tests that hold us against other programs, with those of today where Debian's are older: each is built with Go into
// the cache, once, and named to the tests by its variable. Ends with a table of what was built and what passed.
import { parseArgs } from 'node:util';
import { elasticsearchExporterSource } from '../test/servers/elasticsearch-exporter.ts';
import { prepareServers } from '../test/servers/needed.ts';
import { postgresExporterSource } from '../test/servers/postgres-exporter.ts';
import { prometheusSource, promtoolSource } from '../test/servers/prometheus.ts';
import { redisExporterSource } from '../test/servers/redis-exporter.ts';
import { slothSource } from '../test/servers/sloth.ts';
import { DownloadFailed, fromGo, type GoProgram, MissingServers, type Source } from '../test/servers/source.ts';
import { statsdExporterSource } from '../test/servers/statsd-exporter.ts';
import { type Outcome, runVitest } from './vitest.ts';

type Peer = {
  readonly name: string;
  readonly programs: readonly (GoProgram & { readonly source: Source })[];
  readonly files: readonly string[];
};

const prometheus = { module: 'github.com/prometheus/prometheus', version: 'v0.316.0', tags: 'remove_all_sd' };
const peers: readonly Peer[] = [
  {
    name: 'prometheus',
    programs: [
      { ...prometheus, folder: 'cmd/prometheus', source: prometheusSource },
      { ...prometheus, folder: 'cmd/promtool', source: promtoolSource },
    ],
    files: [
      'test/dependencies/lint.test.ts',
      ...['rules', 'healthy', 'stops'].map((name) => `test/features/alerts/${name}.test.ts`),
      'test/integration/prometheus.test.ts',
      'test/integration/statistics-leader.test.ts',
      'test/integration/statistics-page.test.ts',
      'test/features/slos/history/history.test.ts',
      'test/peers/alerts.test.ts',
    ],
  },
  {
    name: 'postgres_exporter',
    programs: [
      {
        ...{ module: 'github.com/prometheus-community/postgres_exporter', folder: 'cmd/postgres_exporter' },
        ...{ version: 'v0.19.1', source: postgresExporterSource },
      },
    ],
    files: ['test/dependencies/postgres/statistics-exporter.test.ts'],
  },
  {
    name: 'redis_exporter',
    programs: [{ module: 'github.com/oliver006/redis_exporter', version: 'v1.88.0', source: redisExporterSource }],
    files: ['test/dependencies/redis/statistics-exporter.test.ts'],
  },
  {
    name: 'elasticsearch_exporter',
    programs: [
      {
        module: 'github.com/prometheus-community/elasticsearch_exporter',
        ...{ version: 'v1.11.0', source: elasticsearchExporterSource },
      },
    ],
    files: ['test/dependencies/elasticsearch/statistics.test.ts'],
  },
  {
    name: 'statsd_exporter',
    programs: [{ module: 'github.com/prometheus/statsd_exporter', version: 'v0.31.0', source: statsdExporterSource }],
    files: ['test/peers/statsd-exporter.test.ts'],
  },
  {
    name: 'sloth',
    programs: [{ module: 'github.com/slok/sloth', folder: 'cmd/sloth', version: 'v0.16.0', source: slothSource }],
    files: ['test/peers/sloth.test.ts'],
  },
];

const HELP = `npm run test:peers [-- PEER...]

Builds each program with Go into the cache, once (minutes), and runs with it the tests that hold us against it.
Needs a Go toolchain on the PATH, and what npm test needs.
Peers: ${peers.map(({ name }) => name).join(', ')}
`;

type Row = { readonly peer: string; readonly built: string; readonly outcome: Outcome; readonly seconds: number };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  const unknown = positionals.filter((name) => !peers.some((peer) => peer.name === name));
  if (values.help || unknown.length > 0) {
    say(unknown.length > 0 ? `no such peer: ${unknown.join(', ')}\n\n${HELP}` : HELP);
    return values.help ? 0 : 2;
  }
  await prepareServers((line) => say(`${line}\n`));
  const rows: Row[] = [];
  for (const peer of peers.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    say(`\n=== ${peer.name}\n`);
    rows.push(await runPeer(peer));
  }
  const failures = rows.flatMap(({ outcome }) => outcome.failures);
  for (const { name, message } of failures) say(`\n✗ ${name}\n${message}\n`);
  say(`\n| peer | built | passed | failed | seconds |\n| --- | --- | ---: | ---: | ---: |\n`);
  for (const { peer, built, outcome, seconds } of rows) {
    say(`| ${peer} | ${built} | ${outcome.passed} | ${outcome.failures.length} | ${seconds.toFixed(0)} |\n`);
  }
  say(`\n${rows.reduce((sum, { outcome }) => sum + outcome.passed, 0)} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
}

/** One that cannot be built counts as failed; the others are run all the same. */
async function runPeer({ name, programs, files }: Peer): Promise<Row> {
  const env: Record<string, string> = {};
  const built: string[] = [];
  const begin = performance.now();
  const row = (outcome: Outcome): Row => {
    return { peer: name, built: built.join(', '), outcome, seconds: (performance.now() - begin) / 1000 };
  };
  for (const { source, ...program } of programs) {
    let how = 'in the cache';
    const announce = (line: string): void => {
      how = 'built now';
      say(`${line}\n`);
    };
    try {
      env[source.variable] = await fromGo(program)(announce);
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error;
      built.push(`${source.what} ${program.version} (could not be built)`);
      return row({ passed: 0, failures: [{ name, message: error.message }], skipped: [] });
    }
    built.push(`${source.what} ${program.version} (${how})`);
  }
  const groups = [...new Set(files.map(groupOf))];
  return row(await runVitest({ groups, files, env }));
}

/** Of vitest.config.ts. */
function groupOf(file: string): string {
  const [, folder = ''] = file.split('/');
  return ['integration', 'peers'].includes(folder) ? folder : 'unit';
}

function say(text: string): void {
  process.stdout.write(text);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof MissingServers ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
