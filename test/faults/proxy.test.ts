import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, type Mode, startProxy } from './proxy.ts';
import { startUdpProxy } from './udp-proxy.ts';

let server: Server;
let proxy: FaultProxy;
const accepted: Socket[] = [];
const clients: Socket[] = [];

/** A server that answers each chunk with its echo, in capitals. */
beforeEach(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  proxy = await startProxy({ host: '127.0.0.1', port }, { cutAfterBytes: 3, dripEveryMs: 5 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  for (const socket of accepted.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

type Talk = { socket: Socket; said: () => string; chunks: string[]; ended: Promise<string> };

/** Opens a connection; `ended` resolves with `closed` or the error's code. */
function dial(): Talk {
  const socket = connect(proxy.port, proxy.host);
  clients.push(socket);
  const chunks: string[] = [];
  socket.on('data', (data) => chunks.push(data.toString()));
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed'));
  });
  return { socket, chunks, said: () => chunks.join(''), ended };
}

async function dialAndTalk(): Promise<Talk> {
  const talk = dial();
  talk.socket.write('hello ');
  await expect.poll(talk.said).toBe('HELLO ');
  return talk;
}

/** Time for a byte that should not come to come: an exchange over a direct connection to the same server. */
async function aRoundTripElsewhere(): Promise<void> {
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  for (let turn = 0; turn < 5; turn++) {
    socket.write('x');
    await once(socket, 'data');
  }
}

describe('the TCP proxy', () => {
  it('passes both ways and counts', async () => {
    const first = await dialAndTalk();
    await dialAndTalk();
    expect(proxy.connections).toMatchObject({ open: 2, total: 2 });
    first.socket.end();
    await expect.poll(() => proxy.connections.open).toBe(1);
    expect(proxy.connections.total).toBe(2);
  });

  it('passes a large answer unharmed', async () => {
    const talk = dial();
    talk.socket.write('a'.repeat(3_000_000));
    await expect.poll(() => talk.said().length).toBe(3_000_000);
  });

  it('closes the client when the server closes', async () => {
    const talk = await dialAndTalk();
    for (const socket of accepted) socket.end();
    expect(await talk.ended).toBe('closed');
  });

  it('is silent on old and new connections, and goes on where it was', async () => {
    const old = await dialAndTalk();
    await proxy.set('silent');
    const young = dial();
    await once(young.socket, 'connect');
    old.socket.write('again');
    young.socket.write('new');
    await aRoundTripElsewhere();
    expect([old.said(), young.said()]).toEqual(['HELLO ', '']);
    await proxy.set('pass');
    await expect.poll(() => [old.said(), young.said()]).toEqual(['HELLO AGAIN', 'NEW']);
  });

  it('notices while silent that a client has given up', async () => {
    const talk = await dialAndTalk();
    await proxy.set('silent');
    talk.socket.destroy();
    await expect.poll(() => proxy.connections.open).toBe(0);
  });

  it('resets old and new connections', async () => {
    const old = await dialAndTalk();
    await proxy.set('reset');
    expect(await old.ended).toBe('ECONNRESET');
    expect(await dial().ended).toBe('ECONNRESET');
  });

  it('refuses, and comes back on the same port', async () => {
    const old = await dialAndTalk();
    await proxy.set('refuse');
    expect(await old.ended).toBe('closed');
    expect(await dial().ended).toBe('ECONNREFUSED');
    await proxy.set('pass');
    await dialAndTalk();
  });

  it('cuts an answer in the middle', async () => {
    const old = await dialAndTalk();
    await proxy.set('cut');
    const young = dial();
    old.socket.write('again');
    young.socket.write('again');
    expect(await old.ended).toBe('ECONNRESET');
    expect(await young.ended).toBe('ECONNRESET');
    expect([old.said(), young.said()]).toEqual(['HELLO AGA', 'AGA']);
  });

  it('drips an answer byte by byte', async () => {
    await proxy.set('drip');
    const talk = dial();
    talk.socket.write('slowly');
    await expect.poll(talk.said).toBe('SLOWLY');
    expect(talk.chunks.length).toBeGreaterThan(1);
    expect(talk.chunks[0]).toBe('S');
  });

  it.each(['pass', 'silent', 'drip', 'cut'] as Mode[])(
    'leaves no connection to the server behind from %s',
    async (mode) => {
      await dialAndTalk();
      await proxy.set(mode);
      const gone = Promise.all(accepted.map((socket) => once(socket, 'close')));
      await proxy.stop();
      await gone;
      expect(proxy.connections.open).toBe(0);
    },
  );

  it('resets the client when the server behind it is not there', async () => {
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(await dial().ended).toBe('ECONNRESET');
    server.listen(0);
  });
});

describe('the TCP proxy, silent,', () => {
  it('hides that the server behind it went away until it passes again', async () => {
    const talk = await dialAndTalk();
    await proxy.set('silent');
    for (const socket of accepted) socket.resetAndDestroy();
    await aRoundTripElsewhere();
    expect([talk.socket.destroyed, proxy.connections.open]).toEqual([false, 1]);
    await proxy.set('pass');
    expect(await talk.ended).toBe('ECONNRESET');
  });
});

describe('the UDP proxy', () => {
  it('passes and swallows', async () => {
    const echo = createSocket('udp4');
    echo.on('message', (data, from) => echo.send(data.toString().toUpperCase(), from.port, from.address));
    await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
    const udp = await startUdpProxy({ host: '127.0.0.1', port: echo.address().port });
    const client = createSocket('udp4');
    const answers: string[] = [];
    client.on('message', (data) => answers.push(data.toString()));
    client.send('one', udp.port, udp.host);
    await expect.poll(() => answers).toEqual(['ONE']);
    udp.set('silent');
    client.send('two', udp.port, udp.host);
    await expect.poll(() => udp.datagrams).toBe(2);
    udp.set('pass');
    client.send('three', udp.port, udp.host);
    await expect.poll(() => answers).toEqual(['ONE', 'THREE']);
    client.close();
    await udp.stop();
    echo.close();
  });
});
