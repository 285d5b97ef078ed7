// Opens the socket under a session: TCP or Unix, then TLS as PostgreSQL negotiates it. The client takes it over ready.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { readTls } from '../credentials.ts';
import { serverName, socketEvent } from '../endpoints/socket.ts';
import { protocolOf, strangerSays } from '../stranger.ts';
import { isUnix, type Protection, type Server, socketPath, socketProblem, type Target } from './libpq/index.ts';

export type SocketOptions = {
  readonly target: Target;
  readonly server: Server;
  /** Of the server; unused for a Unix socket. */
  readonly address: string;
  /** How long the address may take to be reached, in milliseconds; undefined: for ever. */
  readonly reachWithinMs: number | undefined;
  readonly protection: Protection;
  readonly tls: TlsSettings | undefined;
  /** Told of every socket the moment it exists, so that it can be destroyed at any time. */
  own(socket: Socket): void;
};

/** A socket that speaks PostgreSQL next, and the ways of connecting that are left to try. */
export type Opened = { readonly socket: Socket; readonly left: Protection['order'] };

/** Nobody listens there, or nothing leads there: its cause says why. What comes after a connection is no such thing. */
export class Unreached extends Error {}

/**
 * Tries the ways in their order. As in libpq, a server that declines TLS is spoken to in plain on the same socket if
 * that is among the ways, and a failed handshake leads to the next way; a refused connection does not.
 */
export async function openSocket(options: SocketOptions, order: Protection['order']): Promise<Opened> {
  const [way, ...left] = order;
  const socket = await openRaw(options);
  if (way === 'plain') return { socket, left };
  if (!(await offersTls(socket))) {
    if (left.includes('plain')) return { socket, left: [] };
    socket.destroy();
    throw new Failure('tls', 'the server does not offer TLS');
  }
  const material = tlsOptions(options);
  const secure = connectTls({ ...material, socket });
  options.own(secure);
  try {
    await socketEvent(secure, 'secureConnect');
  } catch (error) {
    secure.destroy();
    socket.destroy();
    if (left.length === 0) throw error;
    return await openSocket(options, left);
  }
  return { socket: secure, left };
}

async function openRaw({ server, address, reachWithinMs, own }: SocketOptions): Promise<Socket> {
  const wrong = socketProblem(server); // of a URL in a file nobody has read before
  if (wrong !== undefined) throw new Unreached('not reached', { cause: new Failure('misconfig', `the url ${wrong}`) });
  const socket = isUnix(server) ? connect({ path: socketPath(server) }) : connect({ host: address, port: server.port });
  own(socket);
  const late = (): void => void socket.destroy(new Failure('timeout', `no connection within ${reachWithinMs} ms`));
  const timer = reachWithinMs === undefined ? undefined : setTimeout(late, reachWithinMs);
  try {
    await socketEvent(socket, 'connect');
  } catch (cause) {
    throw new Unreached('not reached', { cause });
  } finally {
    clearTimeout(timer);
  }
  return socket;
}

// Int32 length 8, Int32 80877103
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

async function offersTls(socket: Socket): Promise<boolean> {
  const answer = socketEvent<Buffer>(socket, 'data');
  socket.write(sslRequest);
  const bytes = await answer;
  // More than one byte here was put in by somebody between: CVE-2021-23222
  if (bytes.length === 1 && bytes[0] === 0x53) return true;
  if (bytes.length === 1 && bytes[0] === 0x4e) return false;
  socket.destroy();
  throw notPostgres(bytes);
}

/** The messages that a server begins with: authentication, error, notice, another version of the protocol. */
const firstMessages = 'RENv';
/** Bytes of such a message, as libpq has it: of a stranger's text the length would be some thousand times as much. */
const longestFirst = 30_000;

/**
 * Ends the connection when what comes first is not PostgreSQL's, whose length the client would wait for.
 * To be called before the client reads.
 */
export function refuseStranger(socket: Socket): void {
  socket.once('data', (bytes: Buffer) => {
    const isOwn = firstMessages.includes(String.fromCharCode(bytes[0] ?? 0));
    const length = bytes.length < 5 ? 4 : bytes.readInt32BE(1);
    if (isOwn && length >= 4 && length <= longestFirst) return;
    socket.destroy(notPostgres(bytes));
  });
}

/**
 * A server that cannot even start a process for us answers whatever was asked with `E` and its words, without a length.
 * https://github.com/postgres/postgres/blob/master/src/backend/postmaster/postmaster.c (report_fork_failure_to_client)
 */
function notPostgres(bytes: Buffer): Failure {
  const text = bytes.toString('utf8', 0, 400);
  const full = /^E(could not fork [^\0]*)/.exec(text)?.[1]?.trim();
  if (full !== undefined) return new Failure('capacity', `the server says: ${full}`);
  const said = protocolOf(bytes) === own ? /\0M([^\0]+)\0/.exec(text)?.[1] : undefined;
  return new Failure('server', said === undefined ? strangerSays(bytes, own) : `the server says: ${said}`);
}

const own = 'PostgreSQL’s protocol';

function tlsOptions({ target, server, protection, tls }: SocketOptions): ConnectionOptions {
  const { verifyChain, verifyName, files } = protection;
  const { sslpassword, sslsni, minVersion, maxVersion } = target;
  const host = server.host === '' ? (server.hostaddr ?? '') : server.host;
  const { servername = host, ...material } = readTls({
    ...files,
    ...(tls?.server_name === undefined ? {} : { server_name: tls.server_name }),
    ...(sslpassword === undefined ? {} : { passphrase: sslpassword }),
    insecure_skip_verify: !verifyChain,
  });
  return {
    host: servername, // verified against when it is not asked for
    ...(sslsni === false ? {} : serverName(servername)),
    ...material,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(verifyName ? {} : { checkServerIdentity: () => undefined }),
  };
}
