// The limits of connections that roles have; most have none, and roles can be many and made by machines.
import type { Collector } from '../../statistics.ts';
import { roles as cap, limit } from './caps.ts';
import { choose, column, textOf, theirs } from './columns.ts';
import type { PostgresSource } from './source.ts';

const limitOf = column(
  'rolconnlimit',
  theirs('pg_roles_connection_limit', 'gauge', 'Connections that the role takes at most.', {
    labels: ['rolname'],
    when: 'the role has a limit',
  }),
);

export const roles: Collector<unknown, PostgresSource> = {
  name: 'roles',
  intervalMs: 300_000,
  asks: 'pg_roles',
  families: [limitOf.family],
  async collect(source, _settings, limits) {
    const { list, samples } = choose(source.facts, [limitOf]);
    const sql = `SELECT rolname, ${list} FROM pg_catalog.pg_roles WHERE rolconnlimit <> -1 ORDER BY oid ${limit(cap)}`;
    const rows = await source.rows(sql, { ...limits, maxRows: cap });
    return rows.flatMap((row) => samples(row, textOf(row.rolname)));
  },
};
