// One PostgreSQL with its standby, and a PgBouncer of each mode in front of both.
import { type Pgbouncer, type PoolMode, poolModes, startPgbouncer } from '../servers/pgbouncer.ts';
import { type PostgresServer, type PostgresStandby, startPostgres } from '../servers/postgres.ts';

export type Poolers = {
  readonly server: PostgresServer;
  readonly standby: PostgresStandby;
  /**
   * Their databases: `shop`, `guarded` (no temporary tables), `dropped` (the server lacks it), `replica`. All users have
   * the password of `app`: `limited` may have no connection, `strict` fails on the replica, `ghost` is not on the server.
   */
  readonly bouncers: Readonly<Record<PoolMode, Pgbouncer>>;
  stop(): Promise<void>;
};

export async function startPoolers(): Promise<Poolers> {
  const server = await startPostgres({ standby: true, tls: true });
  const { password, certificates, port, standby } = server;
  if (standby === undefined || certificates === undefined) throw new Error('started without standby or TLS');
  const login = `LOGIN PASSWORD '${password}'`;
  await server.query(`CREATE ROLE limited CONNECTION LIMIT 0 ${login}`);
  await server.query(`CREATE ROLE strict ${login}; ALTER ROLE strict SET default_transaction_isolation = serializable`);
  await server.query('CREATE DATABASE guarded');
  await server.query('REVOKE TEMPORARY ON DATABASE guarded FROM PUBLIC');
  await standby.until("SELECT count(*) = 1 FROM pg_db_role_setting WHERE 'strict'::regrole = setrole");
  const databases = {
    shop: { port, dbname: 'shop' },
    guarded: { port, dbname: 'guarded' },
    dropped: { port, dbname: 'no_such_database' },
    replica: { port: standby.port, dbname: 'shop' },
  };
  const users = Object.fromEntries(['app', 'limited', 'strict', 'ghost'].map((name) => [name, password]));
  // One connection to the server for each pool, and no reset of it: what a probe left would be seen.
  const options = { default_pool_size: '1', server_reset_query: '', server_login_retry: '0.1' };
  const start = async (mode: PoolMode) => {
    return [mode, await startPgbouncer({ mode, databases, users, tls: certificates, settings: options })] as const;
  };
  const bouncers = Object.fromEntries(await Promise.all(poolModes.map(start))) as Record<PoolMode, Pgbouncer>;
  const stop = async (): Promise<void> => {
    await Promise.all([...Object.values(bouncers).map((bouncer) => bouncer.remove()), server.remove()]);
  };
  return { server, standby, bouncers, stop };
}
