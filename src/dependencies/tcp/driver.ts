// Probes a TCP port or a Unix socket.

import { type Endpoint, parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import { reveal } from '../credentials.ts';
import type { Attempt, Driver } from '../define.ts';
import { beforeDeadline } from '../endpoints/deadline.ts';
import { type Opened, openSocket } from '../endpoints/socket.ts';
import { matches } from '../matching.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import type { TcpPhase, TcpSettings } from './settings.ts';

const mostBytes = 4096;

export const driver: Driver<TcpSettings, TcpPhase, RunSession> = {
  session: createRunSession,
  async probe(session, { address, send, expect }, attempt) {
    const opened = await attempt.phase('connect', () => openSocket(session, endpointOf(address), attempt));
    if (expect !== undefined) {
      await attempt.phase('answer', async () => {
        if (send !== undefined) opened.socket.write(reveal(send));
        await receive(opened, expect, attempt);
      });
    }
    opened.socket.destroy();
  },
  classify: () => undefined,
};

function endpointOf(address: string): Endpoint {
  return parseAddress(address) ?? { path: address.replace(/^unix:/, '') };
}

/** Reads until what came matches. Silence is left to the deadline; a wrong answer is reported as such before it. */
async function receive({ socket, broken }: Opened, expect: string, attempt: Attempt): Promise<void> {
  const chunks: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const matched = new Promise<void>((resolve, reject) => {
    const wrong = (why: string) => reject(new Failure('server', `the answer does not match ${expect}: ${why}`));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const received = Buffer.concat(chunks);
      try {
        if (matches(expect, received.subarray(0, mostBytes).toString('utf8'))) resolve();
        else if (received.length >= mostBytes) wrong(`not in its first ${mostBytes} bytes`);
      } catch (error) {
        reject(error);
      }
    });
    socket.once('end', () => (chunks.length > 0 ? wrong('it has ended') : reject(closedSilently())));
    const giveUp = () => chunks.length > 0 && wrong('nothing more came');
    // what has arrived meanwhile is read before the verdict, if the event loop was late
    timer = setTimeout(() => setImmediate(giveUp), beforeDeadline(attempt.remainingMs()));
  });
  try {
    await Promise.race([broken, matched]);
  } finally {
    clearTimeout(timer);
  }
}

const closedSilently = (): Error =>
  Object.assign(new Error('the server closed the connection without an answer'), { code: 'ECONNRESET' });
