// The limits of connections that roles have; most have none, and roles can be many and made by machines.
import { roles as cap, capped, counted } from './caps.ts';
import { choose, column, textOf, theirs } from './columns.ts';
import type { Section } from './together.ts';

const limitOf = column(
  'rolconnlimit',
  theirs('pg_roles_connection_limit', 'gauge', 'Connections that the role takes at most.', {
    labels: ['rolname'],
    when: 'the role has a limit',
  }),
);

const sqlOf = (list: string): string => `
SELECT rolname, ${counted}, ${list} FROM pg_catalog.pg_roles WHERE rolconnlimit <> -1 ORDER BY oid LIMIT ${cap}`;

export const roles: Section = {
  name: 'roles',
  asks: 'pg_roles',
  families: [limitOf.family],
  sql: (facts) => sqlOf(choose(facts, [limitOf]).list),
  samples(rows, { facts }, cut) {
    const { samples } = choose(facts, [limitOf]);
    return capped(rows, cut).flatMap((row) => samples(row, textOf(row.rolname)));
  },
};
