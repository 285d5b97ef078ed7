// How much of the disk the WAL takes.
import { codeOf } from '../../../core/failure.ts';
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
    // It would be refused, and the refusal logged. `monitor` is newer: a grant shows there with the next round.
    if (!source.facts.listsWal && !source.facts.monitor) throw withoutMonitor(source);
    const { list, samples } = choose(source.facts, columns);
    const sql = `SELECT ${list} FROM pg_catalog.pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`;
    const rows = await source.rows(sql, limits).catch((error: unknown) => {
      throw codeOf(error) === '42501' ? withoutMonitor(source) : error;
    });
    return rows.flatMap((row) => samples(row));
  },
};
