// The contract tests, those of the statistics, and the SQL of the runbooks, against every server version that is promised,
// one at a time; the results go to docs/versions.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { elasticsearchVersions } from '../test/servers/elasticsearch-distribution.ts';
import { type Outcome, runVitest } from './vitest.ts';

const PAGE = join(import.meta.dirname, '../docs/versions.md');
const BEGIN = '<!-- results: written by npm run test:versions -->';
const END = '<!-- end of results -->';

/** What is run, by its name here: of which type, and how its tests are told which version to use. */
const versions = new Map<string, { readonly type?: string; readonly env: Record<string, string> }>([
  ...['13', '16', '18'].map(
    (version) =>
      [`postgres:${version}`, { type: 'postgres', env: { SIDEWARDEN_TEST_POSTGRES_VERSION: version } }] as const,
  ),
  ...[...elasticsearchVersions]
    .reverse()
    .map((version) => [version, { type: 'elasticsearch', env: { SIDEWARDEN_TEST_ELASTICSEARCH: version } }] as const),
  ['defaults', { env: {} }],
]);

const HELP = `npm run test:versions [-- VERSION...]

Runs the contract tests and those of the statistics once for each server version, then every type under its default
schedule, or only what is named, and writes docs/versions.md.
Names: ${[...versions.keys()].join(', ')}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  const unknown = positionals.filter((name) => !versions.has(name));
  if (values.help || unknown.length > 0) {
    process.stdout.write(unknown.length > 0 ? `no such name: ${unknown.join(', ')}\n\n${HELP}` : HELP);
    return values.help ? 0 : 2;
  }
  const rows = readRows();
  let failed = 0;
  for (const name of positionals.length > 0 ? positionals : versions.keys()) {
    process.stdout.write(`\n=== ${name}\n`);
    const outcome = await runVersion(name);
    failed += outcome.failures.length;
    rows.set(name, row(name, outcome));
    writeRows(rows);
  }
  process.stdout.write(`\n${[...rows.values()].join('\n')}\n`);
  return failed === 0 ? 0 : 1;
}

async function runVersion(name: string): Promise<Outcome> {
  const { type, env } = versions.get(name) ?? { env: {} };
  if (type === undefined) return runVitest({ groups: [name] });
  return runVitest({
    groups: ['contract', 'unit'],
    env,
    files: [
      `test/contract/${type}.test.ts`,
      `test/dependencies/${type}/statistics.test.ts`,
      ...(type === 'postgres' ? ['test/docs/sql.test.ts'] : []), // the SQL of the runbooks
    ],
  });
}

function row(name: string, { passed, failures }: Outcome): string {
  const [server = '', version = ''] = name.split(':');
  const title =
    {
      postgres: 'PostgreSQL',
      elasticsearch: 'Elasticsearch',
      opensearch: 'OpenSearch',
      defaults: 'every type, default schedule',
    }[server] ?? server;
  const day = new Date().toISOString().slice(0, 10);
  return `| ${title} | ${version} | ${passed} | ${failures.length} | ${day} |`;
}

/** The rows that the page has already, so that a run of one version leaves the others'. */
function readRows(): Map<string, string> {
  const page = readFileSync(PAGE, 'utf8');
  const lines = page.slice(page.indexOf(BEGIN), page.indexOf(END)).split('\n');
  const known = [...versions.keys()].flatMap((name) => {
    const line = lines.find((each) =>
      each.startsWith(row(name, { passed: 0, failures: [], skipped: [] }).split(' | 0 ')[0] ?? ''),
    );
    return line === undefined ? [] : [[name, line] as const];
  });
  return new Map(known);
}

function writeRows(rows: ReadonlyMap<string, string>): void {
  const page = readFileSync(PAGE, 'utf8');
  const inOrder = [...versions.keys()].flatMap((name) => rows.get(name) ?? []);
  const table = ['| server | version | passed | failed | on |', '| --- | --- | ---: | ---: | --- |', ...inOrder].join(
    '\n',
  );
  const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(PAGE, `${before}\n${table}\n${page.slice(page.indexOf(END))}`);
}

process.exitCode = await main();
