// Every block of SQL of the runbooks and guides runs; scripts/run-versions.ts asks each version of PostgreSQL.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { fencesOf } from './fences.ts';
import { guides, runbooks } from './pages.ts';
import { runSql } from './run-sql.ts';

let database: PostgresServer;
beforeAll(async () => {
  database = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  await database.query('CREATE EXTENSION pg_stat_statements');
});
afterAll(() => database?.remove());

test('every block of sql runs', async () => {
  const fences = [...runbooks, ...guides]
    .flatMap((page) => fencesOf(page))
    .filter(({ language }) => language === 'sql');
  const failed: string[] = [];
  for (const { page, line, text } of fences) {
    for (const { after, message } of await runSql(text, database)) failed.push(`${page}:${line + after}: ${message}`);
  }
  expect(failed).toEqual([]);
  expect(fences.length).toBeGreaterThan(2);
});

test.each([
  ['SELECT 1;\nSELECT pid\nFROM pg_stat_activities', 2, /does not exist/],
  ['CREATE TABLE a (b int)', 0, /read-only transaction/],
  ['SELECT pg_terminate_backend(1)', 0, /changes something/],
] as const)('one that does not run, or writes, is found: %s', async (text, after, message) => {
  expect(await runSql(text, database)).toEqual([{ after, message: expect.stringMatching(message) }]);
});

test('one that runs is not found', async () => {
  expect(
    await runSql('SELECT pid, state FROM pg_stat_activity;\n\n-- the end\nSHOW max_connections', database),
  ).toEqual([]);
});
