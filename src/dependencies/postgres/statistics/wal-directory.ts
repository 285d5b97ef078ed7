// How much of the disk the WAL takes.
import type { Collector } from '../../statistics.ts';
import { choose, column, familiesOf, theirs } from './columns.ts';
import { monitor, withoutMonitor } from './privilege.ts';
import type { PostgresSource } from './source.ts';

const columns = [
  column('pg_catalog.count(*)', theirs('pg_wal_segments', 'gauge', 'WAL files in the directory.')),
  column(
    'pg_catalog.sum(size)',
    theirs('pg_wal_size_bytes', 'gauge', 'Size of the WAL files in the directory.', { unit: 'bytes' }),
  ),
];

export const walDirectory: Collector<unknown, PostgresSource> = {
  name: 'wal_directory',
  intervalMs: 300_000,
  asks: 'pg_ls_waldir()',
  families: familiesOf(columns),
  privilege: monitor,
  async collect(source, _settings, limits) {
    if (!source.facts.listsWal) throw withoutMonitor(source); // it would be refused, and the refusal logged
    const { list, samples } = choose(source.facts, columns);
    const sql = `SELECT ${list} FROM pg_catalog.pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`;
    return (await source.rows(sql, limits)).flatMap((row) => samples(row));
  },
};
