// PostgreSQL through PgBouncer in its three modes: every class that can come that way, and what a probe leaves behind.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/dependencies/postgres/index.ts';
import { createHarness, type Harness } from '../contract/harness.ts';
import { makeAttempt } from '../dependencies/attempt.ts';
import { createTrial } from '../dependencies/postgres/trial.ts';
import { type PoolMode, poolModes } from '../servers/pgbouncer.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import { type Poolers, startPoolers } from './poolers.ts';

let poolers: Poolers;
let server: PostgresServer;
let bouncers: Poolers['bouncers'];
const write = { interval: '1h' };
/** For faults that only the deadline ends. */
const hangMs = 1000;
const option = '?options=-c%20work_mem%3D1MB';

beforeAll(async () => {
  poolers = await startPoolers();
  ({ server, bouncers } = poolers);
});
afterAll(() => poolers?.stop());

type Place = { user?: string; secret?: string; database?: string; parameters?: string };
const urlOf = (mode: PoolMode, { user = 'app', secret, database = 'shop', parameters = '' }: Place = {}): string => {
  const { host, port } = bouncers[mode];
  return `postgres://${user}:${encodeURIComponent(secret ?? server.password)}@${host}:${port}/${database}${parameters}`;
};
const harness = async (settings: Record<string, unknown>, timeoutMs = 8000): Promise<Harness> => {
  const made = await createHarness(postgres, settings, timeoutMs);
  onTestFinished(() => made.close());
  return made;
};
/** A run that our own lateness made inconclusive says nothing. */
const isOurs = (outcome: string): boolean => outcome.startsWith('self ');

/** Of the first run that says something: `passed`, or class and phase, and what was said. */
async function outcome(on: Harness): Promise<string> {
  for (;;) {
    const found = await outcomeOfOne(on);
    if (!isOurs(found)) return found;
  }
}
async function outcomeOfOne(on: Harness): Promise<string> {
  const result = await on.run();
  if (result === undefined) throw new Error('it was stopped');
  if (result.kind === 'passed') return 'passed';
  expect(result.message).not.toContain(server.password);
  return `${result.errorClass} at ${result.phases.at(-1)?.name}: ${result.message}`;
}
/** What PgBouncer holds for `app` in `shop`. */
async function pool(mode: PoolMode): Promise<Record<string, unknown>> {
  const pools = await bouncers[mode].command('SHOW POOLS');
  return pools.find(({ database, user }) => database === 'shop' && user === 'app') ?? {};
}

describe.each(poolModes)('in %s mode', (mode) => {
  test('passes, running every declared phase, on one connection', async () => {
    const on = await harness({ url: urlOf(mode), expect: 'primary', write });
    expect((await on.run())?.phases.map(({ name }) => name)).toEqual(postgres.phases);
    expect((await on.run())?.phases.map(({ name }) => name)).toEqual(['query', 'role', 'write']);
  });

  test('does not say how many connections the server takes: those to it are not ours', async () => {
    const settings = z.strictObject(postgres.settings).parse({ url: urlOf(mode) });
    expect(await (await postgres.load()).connectionLimits?.(settings, makeAttempt())).toEqual([]);
  });

  test(`between probes it holds ${mode === 'session' ? 'one connection, as that mode means' : 'nothing'}`, async () => {
    // One connection to the server, and four that stay connected: none could pass if one held it.
    const kept = await Promise.all(
      Array.from({ length: mode === 'session' ? 1 : 4 }, () => harness({ url: urlOf(mode), expect: 'primary', write })),
    );
    for (const round of [1, 2, 3]) {
      const passed = round === 1 ? [] : await Promise.all(kept.map((one) => outcome(one)));
      for (const one of round === 1 ? kept : []) passed.push(await outcome(one));
      expect(passed).toEqual(kept.map(() => 'passed'));
      const held = mode === 'session' ? 1 : 0;
      expect(await pool(mode)).toMatchObject({ sv_active: held, cl_active: kept.length, cl_waiting: 0 });
    }
  });

  test('leaves no setting, prepared statement or table on the connection that others use next', async () => {
    const trial = createTrial({ url: urlOf(mode), expect: 'primary', write });
    onTestFinished(trial.end);
    expect(await trial.run()).toMatchObject({ outcome: 'passed' });
    const backend = await trial.current.query('SELECT pg_backend_pid() AS pid', makeAttempt());
    trial.end();
    const next = new Client({ connectionString: urlOf(mode, { parameters: '?application_name=next' }) });
    await next.connect();
    onTestFinished(() => next.end());
    const { rows } = await next.query(`SELECT pg_backend_pid() AS pid,
      current_setting('statement_timeout') AS "limit", (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
      (SELECT count(*)::int FROM pg_class WHERE relpersistence = 't') AS tables,
      (SELECT array_agg(name::text ORDER BY name) FROM pg_settings WHERE source = 'session') AS "set"`);
    // It is PgBouncer itself that tells the server the name of each client.
    expect(rows).toEqual([{ ...backend, limit: '0', prepared: 0, tables: 0, set: ['application_name'] }]);
  });

  test('a query that is too slow ends by its own limit, also when it was cut', async () => {
    const trial = createTrial({ url: urlOf(mode) });
    onTestFinished(trial.end);
    await trial.run();
    const slow = trial.current.query('SELECT pg_sleep(21)', makeAttempt({ timeoutMs: 200 }));
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await trial.run()).toMatchObject({ outcome: 'passed', phases: 'query' });
    const cut = trial.current.query('SELECT pg_sleep(22)', makeAttempt({ timeoutMs: 600 })).catch(() => 'cut');
    const running = "FROM pg_stat_activity WHERE query LIKE '%pg_sleep(22)' AND state = 'active'";
    await server.until(`SELECT count(*) = 1 ${running} AND pid <> pg_backend_pid()`);
    trial.end();
    await server.until(`SELECT count(*) = 0 ${running} AND pid <> pg_backend_pid()`);
    expect(await cut).toBe('cut');
  });

  const broken: readonly [name: string, expected: RegExp, place: Place, settings?: Record<string, unknown>][] = [
    ['a wrong password', /^auth at auth: SASL authentication failed$/, { secret: 'wrong' }],
    ['a user that it does not know', /^auth at auth: SASL authentication failed$/, { user: 'nobody' }],
    ['one that the server does not know', /^auth at auth: password authentication failed for/, { user: 'ghost' }],
    ['CONNECTION LIMIT', /^capacity at auth: too many connections for role "limited"$/, { user: 'limited' }],
    ['a database that it does not know', /^misconfig at auth: no such database: other$/, { database: 'other' }],
    ['one that the server lacks', /^misconfig at auth: database "no_such.*" does not exist$/, { database: 'dropped' }],
    ['a startup parameter', /^misconfig at auth: unsupported startup parameter: options$/, { parameters: option }],
    ['a query that fails', /^server at query: cannot use serializable/, { user: 'strict', database: 'replica' }],
    ['a standby', /^readonly at role: the server is a standby/, { database: 'replica' }, { expect: 'primary' }],
    ['no right to write', /^permission at write: permission denied to create/, { database: 'guarded' }, { write }],
  ];
  test.each(broken)('%s', async (_, expected, place, settings = {}) => {
    // Twice: PgBouncer remembers what it was told.
    for (const _ of [1, 2]) {
      const on = await harness({ url: urlOf(mode, place), ...settings });
      expect(await outcome(on)).toMatch(expected);
      on.close();
    }
  });
  test('tls: an authority that is not its own', async () => {
    const ca = (file: string | undefined) => ({ url: urlOf(mode), tls: { ca_file: file } });
    expect(await outcome(await harness(ca(server.certificates?.otherCa)))).toMatch(/^tls at connect/);
    expect(await outcome(await harness(ca(server.certificates?.ca)))).toBe('passed');
  });

  test('capacity: max_client_conn, which leaves the connection at hand alone', async () => {
    const holder = await harness({ url: urlOf(mode) });
    expect(await outcome(holder)).toBe('passed');
    await bouncers[mode].command('SET max_client_conn = 1');
    onTestFinished(async () => void (await bouncers[mode].command('SET max_client_conn = 100')));
    expect(await outcome(await harness({ url: urlOf(mode) }))).toMatch(/^capacity at auth: no more connections/);
    expect(await outcome(holder)).toBe('passed');
  });
  test('starting: the database is disabled', async () => {
    const { command } = bouncers[mode];
    await command('DISABLE shop');
    onTestFinished(async () => void (await command('ENABLE shop')));
    expect(await outcome(await harness({ url: urlOf(mode) }))).toBe('starting at auth: database "shop" is disabled');
  });
  test('refused: it is gone; back by itself, and after its connections were dropped', async () => {
    const bouncer = bouncers[mode];
    const on = await harness({ url: urlOf(mode) });
    expect(await outcome(on)).toBe('passed');
    await bouncer.kill();
    expect(await outcome(on)).toMatch(/^refused at connect/);
    await bouncer.start();
    expect(await outcome(on)).toBe('passed');
    await bouncer.command('KILL shop');
    await bouncer.command('RESUME shop');
    expect(await outcome(on)).toBe('passed');
  });
});

/** The same in the three modes at once. */
const everywhere = async (act: (mode: PoolMode) => Promise<void>): Promise<void> => {
  await Promise.all(poolModes.map(act));
};

test('paused: timeout, be it by our deadline or by query_wait_timeout', async () => {
  await everywhere(async (mode) => {
    const { command } = bouncers[mode];
    const on = await harness({ url: urlOf(mode) });
    expect(await outcome(on)).toBe('passed');
    on.lane.cut();
    await expect.poll(() => pool(mode)).toMatchObject({ cl_active: 0 });
    await command('PAUSE shop');
    try {
      const hurried = await harness({ url: urlOf(mode) }, hangMs);
      expect(await outcome(hurried)).toMatch(/^timeout at (auth|query): no answer within/);
      await command('SET query_wait_timeout = 1');
      expect(await outcome(on)).toMatch(/^timeout at (auth|query): query_wait_timeout$/);
    } finally {
      await command('SET query_wait_timeout = 120');
      await command('RESUME shop');
    }
    expect(await outcome(on)).toBe('passed');
  });
});

test('a server that starts is starting', async () => {
  const { standby } = poolers;
  await standby.stop();
  await standby.start({ hot_standby: 'off' });
  try {
    await everywhere(async (mode) => {
      const on = await harness({ url: urlOf(mode, { user: 'app', database: 'replica' }) }, 3000);
      expect(await outcome(on)).toMatch(/^starting at auth: the database system is/);
    });
  } finally {
    await standby.stop();
    await standby.start();
  }
});

test('a server that freezes is timeout, one that restarts is seen by the next run', async () => {
  const all = await Promise.all(poolModes.map((mode) => harness({ url: urlOf(mode) }, hangMs)));
  for (const on of all) expect(await outcome(on)).toBe('passed');
  const whenFrozen = async (): Promise<readonly string[]> => {
    for (const on of all) await expect.poll(() => outcome(on)).toBe('passed');
    server.freeze();
    try {
      return await Promise.all(all.map(outcomeOfOne));
    } finally {
      server.thaw();
    }
  };
  let found = await whenFrozen();
  while (found.some(isOurs)) found = await whenFrozen();
  expect(found).toEqual(all.map(() => expect.stringMatching(/^timeout at query: no answer/)));
  await everywhere(async (mode) => {
    const on = await harness({ url: urlOf(mode) });
    await expect.poll(() => outcome(on)).toBe('passed');
    on.lane.cut();
  });
});

test('a server that is gone: it waits, then tells; back by itself', async () => {
  const all = await Promise.all(poolModes.map((mode) => harness({ url: urlOf(mode) }, hangMs)));
  for (const on of all) expect(await outcome(on)).toBe('passed');
  await server.stop();
  const failing =
    /^(timeout at query: no answer within|(server|refused) at (auth|query): server login has been failing)/;
  for (const _ of [1, 2]) {
    const found = await Promise.all(all.map(outcome));
    expect(found).toEqual(all.map(() => expect.stringMatching(failing)));
  }
  await server.start();
  for (const on of all) await expect.poll(() => outcome(on)).toBe('passed');
});
