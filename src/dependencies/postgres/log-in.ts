// Connects to the server that the URL means, and logs in: for the probe and for the statistics alike.
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import { reveal, whose } from '../credentials.ts';
import type { Attempt } from '../define.ts';
import { lookupWithin } from '../lookup.ts';
import type { Client, ClientConfig } from './client.ts';
import { iamProblem } from './iam.ts';
import { checkAttrs, parseUrl, protectionOf, protectionProblem, type Server, type Target } from './libpq/index.ts';
import { passwordInFile, passwordNow } from './password.ts';
import { createSearch, type Reached, type Search } from './search.ts';
import type { Phase, Settings } from './settings.ts';
import { openSocket, refuseStranger } from './socket.ts';

/**
 * More is refused: the work runs in libuv's four threads, cannot be stopped, and would keep them from all other checks.
 * PostgreSQL's own default is 4096 (scram_iterations); a million takes less than a second. libpq has no limit.
 */
const scramMaxIterations = 1_000_000;

/** Whose connection it is, and by what it is made. */
export type Entrance = {
  readonly settings: Settings;
  /** Unless the URL says one. */
  readonly applicationName: string;
  newClient(config: ClientConfig): Client;
  /** Told of every socket the moment it exists. */
  own(socket: Socket): void;
  /** Whether it was destroyed meanwhile: nothing more is tried. */
  isClosed(): boolean;
};

/** The part of a run that connecting needs. */
export type Entering = Pick<Attempt<Phase>, 'phase' | 'remainingMs' | 'signal'>;

export type Entered = {
  readonly client: Client;
  /** What the client reads from: of TLS, what was decrypted. */
  readonly socket: Socket;
  readonly server: Server;
  readonly where: ReturnType<Search['where']>;
};

/** Runs `connect` and `auth`. @throws what the server, the pooler or the network says, or a Failure. */
export async function connectAndLogIn(entrance: Entrance, attempt: Entering): Promise<Entered> {
  const { settings, own, isClosed } = entrance;
  const { tls } = settings;
  const { target, search, first } = await attempt.phase('connect', async () => {
    const target = readTarget(settings);
    const search = createSearch({
      ...{ target, own, isClosed, lookup: lookupWithin, remainingMs: () => attempt.remainingMs() },
      open(candidate) {
        const protection = protectionOf(target, candidate.server, tls);
        return openSocket({ ...candidate, target, protection, tls }, protection.order);
      },
    });
    return { target, search, first: await search.reach() };
  });

  const enter = async (reached: Reached) => {
    const { candidate, opened } = reached;
    const { server, wanted } = candidate;
    const password = await passwordNow(settings, target, server, attempt);
    const logInBy = async (socket: Socket) => {
      const { client, reported } = await logIn(socket, entrance, target, server, password);
      await checkAttrs(wanted, reported, async (sql) => Object.values((await client.query(sql)).rows[0] ?? {})[0]);
      return { client, socket, server, where: search.where(reached) };
    };
    try {
      return await logInBy(opened.socket);
    } catch (error) {
      opened.socket.destroy();
      // As in libpq's prefer: the server may want this user the other way (hostnossl in pg_hba.conf).
      if (opened.left.length === 0 || (error as { code?: unknown }).code !== '28000') throw error;
      const protection = protectionOf(target, server, tls);
      const { socket } = await openSocket({ ...candidate, target, protection, tls }, opened.left);
      return await logInBy(socket);
    }
  };
  return await attempt.phase('auth', () => search.enter(first, enter));
}

/** The URL as it is now. @throws Failure `misconfig`, which can happen only when it comes from a file. */
function readTarget(settings: Settings): Target {
  const parsed = parseUrl(reveal(settings.url));
  if ('problem' in parsed) throw new Failure('misconfig', `the URL${whose(settings.url)} ${parsed.problem}`);
  const noUser = parsed.target.user === undefined && settings.username === undefined;
  const problem = noUser ? 'the url names no user' : protectionProblem(parsed.target, settings.tls);
  if (problem !== undefined) throw new Failure('misconfig', problem);
  const unfit = iamProblem(settings, parsed.target);
  if (unfit !== undefined) throw new Failure('misconfig', `${unfit.path} ${unfit.message}`);
  const { password, sslpassword } = parsed.target;
  for (const secret of [password, sslpassword]) if (secret !== undefined) settings.url.learn(secret);
  return parsed.target;
}

async function logIn(
  socket: Socket,
  { settings, applicationName, newClient }: Entrance,
  target: Target,
  server: Server,
  password: string | undefined,
): Promise<{ readonly client: Client; readonly reported: ReadonlyMap<string, string> }> {
  if (socket.destroyed) throw new Failure('refused', 'the connection was closed');
  const user = settings.username ?? target.user;
  const database = target.database ?? user;
  const config: ClientConfig = {
    host: server.host,
    port: server.port,
    user,
    database,
    // A function, so that a missing password is not looked for in PGPASSWORD or ~/.pgpass.
    password: () => password ?? passwordInFile(settings, target, server),
    application_name: target.applicationName ?? applicationName,
    ...(target.options === undefined ? {} : { options: target.options }),
    ssl: false, // whatever there is to encrypt, the socket does
    sslnegotiation: 'postgres',
    enableChannelBinding: target.channelBinding,
    scramMaxIterations,
    stream: () => adopt(socket),
  };
  const client = newClient(config);
  client.on('error', () => {}); // connection.ts listens too; before that, the promise tells
  const reported = new Map<string, string>();
  client.connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, string>) => {
    if (parameterName !== undefined && parameterValue !== undefined) reported.set(parameterName, parameterValue);
  });
  refuseStranger(socket);
  const bound = target.channelBinding ? watchBinding(client, socket) : () => true;
  await client.connect();
  if (!bound()) throw new Failure('auth', 'channel_binding=require, and the server let in without it');
  return { client, reported };
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

/**
 * Lets no password out unless it is bound to this TLS connection, as libpq's channel_binding=require. It is bound only when
 * the server has proven that it knows the password too; the client verifies that at the same message.
 */
function watchBinding(client: Client, socket: Socket): () => boolean {
  let chosen = false;
  let bound = false;
  const refuse = (): void => {
    socket.destroy(new Failure('auth', 'channel_binding=require, and the server does not offer it'));
  };
  client.connection.on('authenticationCleartextPassword', refuse).on('authenticationMD5Password', refuse);
  client.connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    chosen = mechanisms.includes('SCRAM-SHA-256-PLUS');
    if (!chosen) refuse();
  });
  client.connection.on('authenticationSASLFinal', () => {
    bound = chosen;
  });
  return () => bound;
}
