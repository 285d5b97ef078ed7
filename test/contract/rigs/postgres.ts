// Breaks PostgreSQL in every way that the type declares: on a primary with TLS and its streaming standby.
import { startPostgres } from '../../servers/postgres.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

export const startRig: StartRig = async () => {
  const server = await startPostgres({ standby: true, tls: true });
  const { host, port, password, certificates, standby } = server;
  if (certificates === undefined || standby === undefined) throw new Error('started without TLS or standby');
  const login = `LOGIN PASSWORD '${password}'`;
  await server.query(`CREATE ROLE limited CONNECTION LIMIT 0 ${login}`);
  await server.query('CREATE DATABASE guarded');
  await server.query('REVOKE TEMPORARY ON DATABASE guarded FROM PUBLIC');
  // A standby runs no query at this isolation level, though it lets the user in.
  await server.query(`CREATE ROLE strict ${login}; ALTER ROLE strict SET default_transaction_isolation = serializable`);
  await standby.until("SELECT count(*) = 1 FROM pg_db_role_setting WHERE 'strict'::regrole = setrole");

  const tls = { ca_file: certificates.ca };
  const write = { interval: '1h' };
  type Url = { user?: string; secret?: string; at?: Address; database?: string };
  const url = ({ user = 'app', secret = password, at = server, database = 'shop' }: Url = {}): string =>
    `postgres://${user}:${encodeURIComponent(secret)}@${at.host}:${at.port}/${database}`;
  const via = (at: Address): Settings => ({ url: url({ at }), expect: 'primary', write, tls });

  return {
    settings: via(server),
    server: { host, port },
    via,
    overTls: async () => ({ settings: via(server), cert: certificates.cert }),
    phases: {
      connect: async () => ({
        settings: { url: url(), tls: { ca_file: certificates.otherCa } },
        errorClass: 'tls',
        phase: 'connect',
      }),
      auth: async () => ({ settings: { url: url({ secret: `not ${password}` }) }, errorClass: 'auth', phase: 'auth' }),
      query: async () => ({
        settings: { url: url({ user: 'strict', at: standby }) },
        errorClass: 'server',
        phase: 'query',
      }),
      role: async () => ({
        settings: { url: url({ at: standby }), expect: 'primary' },
        errorClass: 'readonly',
        phase: 'role',
      }),
      write: async () => ({
        settings: { url: url({ database: 'guarded' }), write },
        errorClass: 'permission',
        phase: 'write',
      }),
    },
    classes: {
      capacity: async () => ({ settings: { url: url({ user: 'limited' }) }, errorClass: 'capacity', phase: 'auth' }),
      misconfig: async () => ({
        settings: { url: url({ database: 'no_such_database' }) },
        errorClass: 'misconfig',
        phase: 'auth',
      }),
      async starting() {
        await standby.stop();
        await standby.start({ hot_standby: 'off' });
        const undo = async (): Promise<void> => {
          await standby.stop();
          await standby.start();
        };
        return { settings: { url: url({ at: standby }) }, errorClass: 'starting', phase: 'auth', undo };
      },
    },
    restart: () => server.restart(),
    secrets: [password, encodeURIComponent(password)],
    stop: () => server.remove(),
  };
};
