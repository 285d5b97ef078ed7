// Servers that say back what they received, each in the protocol of its type: the worst that an error text can hold.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Listening, startListening } from '../servers/listening.ts';
import { startTcpServer } from '../servers/tcp.ts';

export type Echo = Listening & {
  /** Everything received so far, as text. */
  received(): string;
};

type Kind = 'bytes' | 'web' | 'postgres' | 'redis' | 'http' | 'aws';

/** Over and over, so that wherever a string is cut, a secret is cut. */
const repeated = (text: string): string => `${text} `.repeat(20);
/** The headers that hold secrets. */
const telling = ['authorization', 'x-amz-security-token', 'x-api-key', 'x-inner', 'cookie'] as const;

/**
 * - bytes: what came, in no protocol at all.
 * - web: a web server's error page, whatever was asked.
 * - postgres, redis: asks for the password and quotes it in the refusal.
 * - http: status 500, and JSON that quotes every header, as Elasticsearch words its errors.
 * - aws: status 400, and JSON that quotes every header, as KMS words its errors.
 */
export async function startEcho(kind: Kind): Promise<Echo> {
  let heard = '';
  const hear = (chunk: Buffer): void => {
    heard += chunk.toString();
  };
  const listening =
    kind === 'http' || kind === 'aws'
      ? await startListening(() => createServer((request, response) => echoHeaders(kind, request, response, hear)))
      : await startTcpServer((socket) => {
          socket.on('data', hear);
          treatments[kind](socket);
        });
  return Object.defineProperties({ received: () => heard } as Echo, Object.getOwnPropertyDescriptors(listening));
}

function echoHeaders(
  kind: 'http' | 'aws',
  request: IncomingMessage,
  response: ServerResponse,
  hear: (chunk: Buffer) => void,
): void {
  const { url = '', headers } = request;
  const secrets = telling.map((name) => String(headers[name] ?? '')).join(' ');
  const query = url.includes('token=') ? `${url} ${decodeURIComponent(url)}` : '';
  request.on('data', hear);
  hear(Buffer.from(secrets + query));
  const text = repeated(`${secrets}${query}`.trim());
  response.writeHead(kind === 'aws' ? 400 : 500, { 'content-type': 'application/json' });
  const asElasticsearch = {
    error: { type: 'echo_exception', reason: text },
    authorization: headers.authorization,
    text,
  };
  response.end(JSON.stringify(kind === 'aws' ? { __type: 'ValidationException', message: text } : asElasticsearch));
}

const treatments: Record<'bytes' | 'web' | 'postgres' | 'redis', (socket: Socket) => void> = {
  bytes: (socket) => socket.on('data', (chunk) => socket.end(Buffer.concat([Buffer.from('echo '), chunk]))),
  web: (socket) =>
    socket.on('data', (chunk) => {
      socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<p>cannot read ${chunk.toString()}</p>`);
    }),
  redis: (socket) =>
    socket.on('data', (chunk) => {
      socket.write(`-ERR echo ${repeated(chunk.toString().replace(/\r\n/g, ' '))}\r\n`);
    }),
  postgres: quotePassword,
};

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function quotePassword(socket: Socket): void {
  socket.on('data', (chunk) => {
    const isSslRequest = chunk.length === 8 && chunk.readInt32BE(4) === 80877103;
    if (isSslRequest) socket.write('N');
    else if (chunk[0] !== 0x70)
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])); // the password, in plain
    else {
      const fields = ['SFATAL', 'VFATAL', 'C08000', `M${repeated(chunk.subarray(5, -1).toString())}`, ''];
      const body = Buffer.from(`${fields.join('\0')}\0`);
      const head = Buffer.from([0x45, 0, 0, 0, 0]);
      head.writeInt32BE(body.length + 4, 1);
      socket.end(Buffer.concat([head, body]));
    }
  });
}
