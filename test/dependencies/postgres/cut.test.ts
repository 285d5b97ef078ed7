// A session that is destroyed at any moment of its connecting ends at once and leaves no socket.
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../patience.ts';
import { createTrial } from './trial.ts';

/** Answers the first bytes of each connection with these, and nothing more. */
async function listen(answer: string) {
  const sockets = new Set<Socket>();
  let heard = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', () => socket.write(answer)).on('data', () => (heard += 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `postgres://app:secret@127.0.0.1:${address.port}/shop`, sockets, heard: () => heard };
}

describe('destroyed', () => {
  test.each([
    ['before the answer about TLS', '', '', 1, 'connect'],
    ['in the TLS handshake', 'S', '', 2, 'connect'],
    ['in the log-in', 'N', '', 2, 'connect auth'],
    ['in the log-in without TLS', '', '?sslmode=disable', 1, 'connect auth'],
  ])('%s', async (_, answer, query, messages, phases) => {
    const silent = await listen(answer);
    const trial = createTrial({ url: silent.url + query });
    const run = trial.run();
    await eventually(() => expect(silent.heard()).toBe(messages));
    trial.end();
    trial.end();
    expect(trial.current.closed).toBe(true);
    expect(await run).toMatchObject({ outcome: 'refused', phases });
    await eventually(() => expect(silent.sockets.size).toBe(0));
  });

  test('before it was opened: it never connects', async () => {
    const silent = await listen('');
    const trial = createTrial({ url: silent.url });
    const { current } = trial;
    current.destroy();
    expect(current.closed).toBe(true);
    expect(silent.sockets.size).toBe(0);
  });
});

test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', 'SHTTP', 'E'])(
  'what is no PostgreSQL, answering %j, is server',
  async (answer) => {
    const other = await listen(answer);
    const trial = createTrial({ url: other.url });
    expect(await trial.run()).toMatchObject({ outcome: 'server', phases: 'connect' });
    await eventually(() => expect(other.sockets.size).toBe(0));
  },
);
