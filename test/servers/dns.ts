// A name server over UDP that serves a few records, and can be made silent or failing name by name.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Answer, decode, encode, type Question, RECURSION_AVAILABLE } from 'dns-packet';

export type Trouble = 'silent' | 'SERVFAIL' | 'REFUSED' | 'NXDOMAIN';
export interface DnsServer {
  readonly host: string;
  readonly port: number;
  /** What it was asked, as `name TYPE`, in order. */
  readonly questions: string[];
  /** By `name`, `name TYPE` or `*`. */
  readonly troubles: Map<string, Trouble>;
  /** Names whose answer is this, whatever type was asked for. */
  readonly fixed: Map<string, readonly Answer[]>;
  /** What it serves; may be changed. */
  records: readonly Answer[];
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops and starts on the same port. */
  restart(): Promise<void>;
}

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** Listens on loopback, on a free port unless told. */
export async function startDnsServer(
  records: readonly Answer[],
  host = '127.0.0.1',
  fixedPort = 0,
): Promise<DnsServer> {
  let socket: Socket;
  let port = fixedPort;
  const server: DnsServer = {
    host,
    get port() {
      return port;
    },
    questions: [],
    troubles: new Map(),
    fixed: new Map(),
    records,
    async start() {
      socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.on('message', (message, from) => {
        const reply = replyTo(server, message);
        if (reply !== undefined) socket.send(reply, from.port, from.address);
      });
      socket.bind(port, host);
      await once(socket, 'listening');
      port = (socket.address() as AddressInfo).port;
    },
    async stop() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
    async restart() {
      await server.stop();
      await server.start();
    },
  };
  await server.start();
  return server;
}

function replyTo(server: DnsServer, message: Buffer): Buffer | undefined {
  const { id = 0, questions = [] } = decode(message);
  const [question] = questions;
  if (question === undefined) return undefined;
  const name = question.name.toLowerCase();
  server.questions.push(`${name} ${question.type}`);
  const trouble = ['*', name, `${name} ${question.type}`]
    .map((key) => server.troubles.get(key))
    .find((found) => found !== undefined);
  if (trouble === 'silent') return undefined;
  const named = server.records.filter((record) => record.name.toLowerCase() === name);
  const fixed = server.fixed.get(name);
  const code = trouble ?? (named.length > 0 || fixed !== undefined ? 'NOERROR' : 'NXDOMAIN');
  return encode({
    type: 'response',
    id,
    // the type of dns-packet has no field for the code, which is the low bits of the flags
    flags: RECURSION_AVAILABLE | rcodes[code],
    questions: [question],
    answers: code === 'NOERROR' ? [...(fixed ?? chain(server.records, question))] : [],
  });
}

/** The records asked for, by way of an alias where there is one. */
function chain(records: readonly Answer[], { name, type }: Question): Answer[] {
  const of = (owner: string, wanted: string) =>
    records.filter((record) => record.name.toLowerCase() === owner.toLowerCase() && record.type === wanted);
  const [alias] = type === 'CNAME' ? [] : of(name, 'CNAME');
  if (alias === undefined) return of(name, type ?? 'A');
  return [alias, ...of((alias as { data: string }).data, type ?? 'A')];
}
