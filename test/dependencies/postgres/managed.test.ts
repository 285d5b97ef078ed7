// What a managed service leaves out or forbids is skipped and said so: refused here by a real server.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.remove());

const run = async (given: object) => {
  const on = await createHarness(postgres, { url: server.url, ...given });
  try {
    const [first, second] = [await on.run(), await on.run()];
    expect(second?.kind).toBe(first?.kind);
    expect(second?.warnings).toEqual(first?.warnings); // said on every run, not on the first alone
    return second;
  } finally {
    on.close();
  }
};
/** As superuser, who may change the tables of the system: its functions can be renamed then. */
const asSystem = (sql: string) => server.query(`SET allow_system_table_mods = on; ${sql}`);
const undo: string[] = [];
afterEach(async () => {
  for (const sql of undo.splice(0).reverse()) await asSystem(sql);
});
const change = async (sql: string, back: string) => {
  undo.push(back);
  await asSystem(sql);
};
const name = "UPDATE pg_proc SET proname = 'pg_is_in_recovery' WHERE proname = 'not_here'";
const absent = "UPDATE pg_proc SET proname = 'not_here' WHERE proname = 'pg_is_in_recovery'";
// A new function by its name: PostgreSQL goes on calling its own code for what it has itself, whatever its body says.
const unsupported = `${absent}; CREATE FUNCTION pg_catalog.pg_is_in_recovery() RETURNS boolean LANGUAGE plpgsql AS
  $$ BEGIN RAISE feature_not_supported USING MESSAGE = 'Function pg_is_in_recovery() is currently not supported'; END $$`;
const skipped = (phase: string, why: RegExp) => ({
  kind: 'passed',
  warnings: ['skipped'],
  phases: expect.arrayContaining([
    expect.objectContaining({ name: phase, note: 'skipped', why: expect.stringMatching(why) }),
  ]),
});

describe('the role', () => {
  it('is judged while it can be asked', async () => {
    expect(await run({ expect: 'primary' })).toMatchObject({ kind: 'passed', warnings: [] });
    expect(await run({ expect: 'replica' })).toMatchObject({ kind: 'failed', errorClass: 'readonly' });
  });

  it.each([
    ['is absent', absent, name, /function pg_catalog\.pg_is_in_recovery\(\) does not exist/],
    [
      'is not supported',
      unsupported,
      `DROP FUNCTION pg_catalog.pg_is_in_recovery(); ${name}`,
      /currently not supported/,
    ],
    [
      'is forbidden',
      'REVOKE EXECUTE ON FUNCTION pg_is_in_recovery() FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION pg_is_in_recovery() TO PUBLIC',
      /permission denied for function pg_is_in_recovery/,
    ],
    [
      'of a setting is forbidden',
      'REVOKE EXECUTE ON FUNCTION current_setting(text) FROM PUBLIC',
      'GRANT EXECUTE ON FUNCTION current_setting(text) TO PUBLIC',
      /permission denied for function current_setting/,
    ],
  ])('is skipped where its function %s', async (_what, sql, back, why) => {
    await change(sql, back);
    for (const role of ['primary', 'replica']) expect(await run({ expect: role })).toMatchObject(skipped('role', why));
  });
});

describe('the write', () => {
  const write = { interval: '1h' };

  it('is skipped where temporary tables are not supported, and the role is judged all the same', async () => {
    await change(
      `CREATE FUNCTION no_tables() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE feature_not_supported USING MESSAGE = 'temporary tables are not supported'; END $$;
      CREATE EVENT TRIGGER no_tables ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_tables()`,
      'DROP EVENT TRIGGER no_tables; DROP FUNCTION no_tables()',
    );
    const result = await run({ expect: 'primary', write });
    expect(result).toMatchObject(skipped('write', /temporary tables are not supported/));
    expect(result?.phases.map((phase) => `${phase.name} ${phase.note ?? ''}`)).toEqual([
      'query ',
      'role ',
      'write skipped',
    ]);
  });

  it('is a failure where the user lacks the privilege that its page names', async () => {
    await change('REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC', 'GRANT TEMPORARY ON DATABASE shop TO PUBLIC');
    expect(await run({ write })).toMatchObject({ kind: 'failed', errorClass: 'permission' });
  });
});
