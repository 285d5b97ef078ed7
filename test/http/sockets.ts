// Clients as small as they can be: a socket, what it got so far, and when it ended.
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { expect } from 'vitest';

export interface Client {
  readonly socket: Socket;
  /** Everything received. */
  text(): string;
  readonly closed: boolean;
  send(bytes: string): void;
  /** Sends a request and waits for one answer more to be complete. @returns its status code. */
  ask(path: string): Promise<number>;
  /** How many answers came. */
  answers(): number;
}

/** An established connection that has said nothing. */
export async function client(where: NetConnectOpts): Promise<Client> {
  const socket = connect(where);
  await once(socket, 'connect');
  return clientOf(socket);
}

/** For a socket that is connected already, a TLS one say. */
export function clientOf(socket: Socket): Client {
  let text = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {}); // the close that follows is what the tests look at
  socket.once('close', () => {
    closed = true;
  });
  const answers = (): number => text.split(/^HTTP\/1\.1 /m).length - 1;
  const send = (bytes: string): void => void socket.write(bytes);
  return {
    socket,
    text: () => text,
    get closed() {
      return closed;
    },
    send,
    answers,
    async ask(path) {
      const before = answers();
      send(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`);
      await expect.poll(() => closed || (answers() > before && complete(text))).toBe(true);
      if (answers() === before) throw new Error('the connection was closed without an answer');
      return Number(
        text
          .split(/^HTTP\/1\.1 /m)
          .at(-1)
          ?.slice(0, 3),
      );
    },
  };
}

/** Whether the last answer is there to its last byte. */
function complete(text: string): boolean {
  const last = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const [head = '', ...body] = last.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return body.length > 0 && (length === undefined || body.join('\r\n\r\n').length >= Number(length));
}
