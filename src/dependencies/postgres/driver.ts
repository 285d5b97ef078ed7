// Probes PostgreSQL through one connection; the only file that imports the client.
import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { Failure } from '../../core/failure.ts';
import { reveal, revealPassword } from '../credentials.ts';
import type { Attempt, Driver, Session } from '../define.ts';
import { lookupWithin } from '../lookup.ts';
import { classify, endsConnection } from './errors.ts';
import type { Rung, Settings } from './settings.ts';
import { openSocket, type SocketOptions } from './socket.ts';
import { protectionOf, protectionProblem } from './sslmode.ts';
import { parseUrl, type Target } from './url.ts';

export interface PostgresSession extends Session {
  /** Climbs `connect` and `auth`, unless that was done already. */
  open(attempt: Attempt<Rung>): Promise<void>;
  /**
   * Sends statements in one message, which the server runs as one transaction, and gives the last one's first row.
   * The time limit is part of that transaction: behind a pooler nothing of it outlives the message.
   */
  query(sql: string, attempt: Attempt<Rung>): Promise<Record<string, unknown>>;
}

/** A session that connects when it is opened. */
function createSession(settings: Settings): PostgresSession {
  const sockets: Socket[] = [];
  let client: Client | undefined;
  let closed = false;

  const destroy = (): void => {
    closed = true;
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  const own = (socket: Socket): void => {
    // What fails is told by the promise that waits for it; this one keeps a late error from ending the process.
    socket.on('error', () => {});
    if (closed) socket.destroy();
    else sockets.push(socket);
  };

  return {
    get closed() {
      return closed;
    },
    destroy,
    async open(attempt) {
      if (client !== undefined) return;
      try {
        client = await connectAndLogIn(settings, attempt, own);
        client.once('error', destroy).once('end', destroy);
        if (sockets.every((socket) => socket.destroyed)) destroy();
      } catch (error) {
        destroy();
        throw error;
      }
    },
    async query(sql, attempt) {
      if (client === undefined) throw new Failure('refused', 'the connection is not open');
      const limit = Math.max(1, Math.ceil(attempt.remainingMs()));
      try {
        const results = await client.query(`SET LOCAL statement_timeout = ${limit}; ${sql}`);
        return [results].flat().at(-1)?.rows[0] ?? {};
      } catch (error) {
        if (endsConnection(error)) destroy();
        throw error;
      }
    },
  };
}

async function connectAndLogIn(
  settings: Settings,
  attempt: Attempt<Rung>,
  own: (socket: Socket) => void,
): Promise<Client> {
  const lookup = lookupWithin(attempt.remainingMs());
  const { options, opened } = await attempt.climb('connect', async () => {
    const target = readTarget(settings);
    const protection = protectionOf(target, settings.tls);
    const socketOptions: SocketOptions = { target, protection, tls: settings.tls, lookup, own };
    return { options: socketOptions, opened: await openSocket(socketOptions, protection.order) };
  });
  return await attempt.climb('auth', async () => {
    const password = revealPassword(settings) ?? options.target.password;
    try {
      return await logIn(opened.socket, options.target, settings.username, password);
    } catch (error) {
      opened.socket.destroy();
      // As in libpq's prefer and allow: the server may want this user the other way (hostssl, hostnossl in pg_hba.conf).
      if (opened.left.length === 0 || (error as { code?: unknown }).code !== '28000') throw error;
      const { socket } = await openSocket(options, opened.left);
      return await logIn(socket, options.target, settings.username, password);
    }
  });
}

/** The URL as it is now. @throws Failure `misconfig`, which can happen only when it comes from a file. */
function readTarget(settings: Settings): Target {
  const parsed = parseUrl(reveal(settings.url));
  if ('problem' in parsed) throw new Failure('misconfig', `the url ${parsed.problem}`);
  const noUser = parsed.target.user === undefined && settings.username === undefined;
  const problem = noUser ? 'the url names no user' : protectionProblem(parsed.target, settings.tls);
  if (problem !== undefined) throw new Failure('misconfig', problem);
  if (parsed.target.password !== undefined) settings.url.saw(parsed.target.password); // for the redactor
  return parsed.target;
}

async function logIn(
  socket: Socket,
  target: Target,
  username: string | undefined,
  password: string | undefined,
): Promise<Client> {
  if (socket.destroyed) throw new Failure('refused', 'the connection was closed');
  const config: ClientConfig & { scramMaxIterations: number } = {
    host: target.host,
    port: target.port,
    user: username ?? target.user,
    database: target.database ?? username ?? target.user,
    // A function, so that a missing password is not looked for in PGPASSWORD or ~/.pgpass.
    password: () => password as string,
    application_name: target.applicationName ?? 'sidewarden',
    ...(target.options === undefined ? {} : { options: target.options }),
    ssl: false, // whatever there is to encrypt, the socket does
    sslnegotiation: 'postgres',
    enableChannelBinding: target.channelBinding,
    scramMaxIterations: 0, // libpq has no limit
    stream: () => adopt(socket),
  };
  const client = new Client(config);
  client.on('error', () => {}); // `open` listens too; before that, the promise tells
  const bound = target.channelBinding ? watchBinding(client, socket) : () => true;
  await client.connect();
  if (!bound()) throw new Failure('auth', 'channel_binding=require, and the server let in without it');
  return client;
}

/** The client insists on connecting its stream itself; this one is connected already, and says so when asked. */
function adopt(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}

/** Lets no password out unless it is bound to this TLS connection, as libpq's channel_binding=require. */
function watchBinding(client: Client, socket: Socket): () => boolean {
  let bound = false;
  const refuse = (): void => {
    socket.destroy(new Failure('auth', 'channel_binding=require, and the server does not offer it'));
  };
  client.connection.on('authenticationCleartextPassword', refuse).on('authenticationMD5Password', refuse);
  client.connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    bound = mechanisms.includes('SCRAM-SHA-256-PLUS');
    if (!bound) refuse();
  });
  return () => bound;
}

const roleQuery =
  "SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS readonly";
// Committed, so that it needs what every write of the application needs: the log on disk, and a synchronous standby.
const writeQuery =
  'CREATE TEMPORARY TABLE sidewarden_write (written int) ON COMMIT DROP; INSERT INTO pg_temp.sidewarden_write VALUES (1)';
// Neither `statement_timeout` nor a client that has gone ends the wait of a commit for a synchronous standby: each write
// that is given up leaves its session waiting. Standbys confirm in order, so while one waits, the next would too.
// https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION-HA
const waitingQuery = `SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE usename = SESSION_USER
  AND wait_event = 'SyncRep' AND query LIKE '%sidewarden_write%'
  AND query_start < pg_catalog.clock_timestamp() - pg_catalog.current_setting('statement_timeout')::pg_catalog.interval
) AS waiting`;

/** Climbs what the settings ask for; `connect` and `auth` only when the session is new. */
async function probe(session: PostgresSession, settings: Settings, attempt: Attempt<Rung>): Promise<void> {
  await session.open(attempt);
  await attempt.climb('query', () => session.query('SELECT 1', attempt));
  const { expect, write } = settings;
  if (expect !== 'any') {
    await attempt.climb('role', async () => checkRole(expect, await session.query(roleQuery, attempt)));
  }
  if (write !== undefined) {
    await attempt.rest('write', write.interval, async () => {
      const { waiting } = await session.query(waitingQuery, attempt);
      if (waiting === true) throw new Failure('timeout', 'a write from before still waits for a synchronous standby');
      await session.query(writeQuery, attempt);
    });
  }
}

function checkRole(expect: 'primary' | 'replica', { standby, readonly }: Record<string, unknown>): void {
  if (expect === 'replica') {
    if (standby !== true) throw new Failure('readonly', 'the server is a primary, and a replica is expected');
    return;
  }
  if (standby !== false) throw new Failure('readonly', 'the server is a standby, and a primary is expected');
  if (readonly !== 'off')
    throw new Failure('readonly', 'default_transaction_read_only is on, and a primary is expected');
}

/** Reached through the definition's `load`. */
export const driver: Driver<Settings, Rung, PostgresSession> = { session: createSession, probe, classify };
