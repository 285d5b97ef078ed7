// Packets by real sockets.
import { createSocket, type Socket, type SocketOptions, type SocketType } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createDropCounter } from '../../../../src/features/app/statsd/kernel-drops.ts';
import { createReceiver } from '../../../../src/features/app/statsd/receiver.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const never = new AbortController().signal;
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));

function start(listen: readonly string[], bufferBytes?: number, create = createSocket) {
  const packets: string[] = [];
  const lines: string[] = [];
  const say = (level: string) => (fields: object, message: string) => {
    expect(fields).toMatchObject({ 'labels.feature': 'app' });
    lines.push(`${level} ${message}`);
  };
  const receiver = createReceiver(listen, {
    log: { info: say('info'), warn: say('warn') },
    packet: (bytes) => packets.push(bytes.toString()),
    create,
    ...(bufferBytes !== undefined && { bufferBytes }),
  });
  ends.push(receiver.close);
  return { receiver, packets, lines };
}

async function bound(type: 'udp4' | 'udp6', address: string): Promise<Socket> {
  const socket = createSocket(type);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return socket;
}
function client(type: 'udp4' | 'udp6' = 'udp4'): Socket {
  const socket = createSocket(type);
  ends.push(() => closed(socket));
  return socket;
}

describe('a receiver', () => {
  test.each([
    ['udp://127.0.0.1:0', 'udp4', '127.0.0.1'],
    ['udp://0.0.0.0:0', 'udp4', '127.0.0.1'],
    ['udp://[::1]:0', 'udp6', '::1'],
    ['udp://[::]:0', 'udp4', '127.0.0.1'],
    ['udp://localhost:0', 'udp4', '127.0.0.1'],
  ] as const)('takes packets at %s', async (listen, type, address) => {
    const { receiver, packets, lines } = start([listen]);
    await receiver.keepOpen(never);
    const [{ port } = { port: 0 }] = receiver.addresses();
    client(type).send('a:1|c', port, address);
    await expect.poll(() => packets).toEqual(['a:1|c']);
    await receiver.keepOpen(never);
    expect(lines).toEqual([`info StatsD packets are received on ${listen}`]);
  });

  test('says once that an address is taken, and takes it when it is free', async () => {
    const holder = await bound('udp4', '127.0.0.1');
    const listen = `udp://127.0.0.1:${holder.address().port}`;
    const { receiver, packets, lines } = start([listen, 'udp://127.0.0.1:0']);
    for (let at = 0; at < 3; at += 1) await receiver.keepOpen(never);
    expect(receiver.addresses()).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      `warn no StatsD packets can be received on ${listen}: it is tried again each second`,
    ]);
    const { port } = holder.address();
    await closed(holder);
    for (let at = 0; at < 3; at += 1) await receiver.keepOpen(never);
    client().send('a:1|c', port, '127.0.0.1');
    await expect.poll(() => packets).toEqual(['a:1|c']);
    expect(lines.filter((line) => line.endsWith(listen))).toEqual([`info StatsD packets are received on ${listen}`]);
  });

  test.each(['udp://127.0.0.1:99999', 'udp://no-such-host.invalid:8125', 'udp://192.0.2.1:8125'])(
    'says that nothing can be received on %s',
    async (listen) => {
      const { receiver, lines } = start([listen]);
      await receiver.keepOpen(never);
      await receiver.keepOpen(never);
      expect(lines).toEqual([`warn no StatsD packets can be received on ${listen}: it is tried again each second`]);
    },
  );

  test('says that a socket failed, and opens another one', async () => {
    const sockets: Socket[] = [];
    const create: typeof createSocket = (options: SocketOptions | SocketType) => {
      const socket = typeof options === 'string' ? createSocket(options) : createSocket(options);
      sockets.push(socket);
      return socket;
    };
    const { receiver, packets, lines } = start(['udp://127.0.0.1:0'], undefined, create);
    await receiver.keepOpen(never);
    expect(receiver.isUp()).toBe(true);
    const [socket] = sockets;
    const ended = new Promise((resolve) => socket?.once('close', resolve));
    socket?.emit('error', new Error('recvmsg ENOMEM'));
    await ended;
    expect(receiver.isUp()).toBe(false);
    expect(receiver.addresses()).toEqual([]);
    await receiver.keepOpen(never);
    const [{ port } = { port: 0 }] = receiver.addresses();
    client().send('a:1|c', port, '127.0.0.1');
    await expect.poll(() => packets).toEqual(['a:1|c']);
    expect(lines).toEqual([
      'info StatsD packets are received on udp://127.0.0.1:0',
      'warn no StatsD packets can be received on udp://127.0.0.1:0: it is tried again each second',
      'info StatsD packets are received on udp://127.0.0.1:0',
    ]);
  });

  test('is closed only once what it opens is closed too, and then says what the kernel dropped until then', async () => {
    const { receiver, packets } = start(['udp://127.0.0.1:0'], 4096);
    await receiver.keepOpen(never);
    const [{ port } = { port: 0 }] = receiver.addresses();
    const sender = client();
    await new Promise<void>((resolve) => sender.connect(port, '127.0.0.1', resolve));
    for (let at = 0; at < 500; at += 1) sender.send('a:1|c'); // at once: nothing is read meanwhile
    await expect.poll(() => packets.length).toBeGreaterThan(0);
    await wait(20);
    await receiver.close();
    if (process.platform === 'linux') expect(packets.length + (receiver.drops() ?? 0)).toBe(500);
    let [made, gone] = [false, false];
    const late = start(['udp://127.0.0.1:0'], undefined, (options: SocketOptions | SocketType) => {
      const socket = typeof options === 'string' ? createSocket(options) : createSocket(options);
      made = true;
      return socket.once('close', () => {
        gone = true;
      });
    });
    const opening = late.receiver.keepOpen(never);
    while (!made) await Promise.resolve();
    await late.receiver.close();
    expect(gone).toBe(true);
    expect(late.receiver.addresses()).toEqual([]);
    await opening;
    expect(late.lines).toEqual([]);
  });

  test('opens nothing twice when it is asked meanwhile, and ends at once when its signal aborts', async () => {
    const { receiver, lines } = start(['udp://localhost:0']);
    const stopping = new AbortController();
    const first = receiver.keepOpen(stopping.signal);
    stopping.abort();
    await first;
    await Promise.all([receiver.keepOpen(never), receiver.keepOpen(never)]);
    expect(receiver.addresses()).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });

  test('leaves its address when it is closed, also while it opens it', async () => {
    const { receiver } = start(['udp://127.0.0.1:0']);
    await receiver.keepOpen(never);
    const [{ port } = { port: 0 }] = receiver.addresses();
    await receiver.close();
    const next = start([`udp://127.0.0.1:${port}`]);
    await next.receiver.keepOpen(never);
    expect(next.receiver.addresses()).toHaveLength(1);
    const late = start(['udp://localhost:0']);
    const opening = late.receiver.keepOpen(never);
    await late.receiver.close();
    await opening;
    await wait(50);
    expect(late.receiver.addresses()).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('what the kernel drops', () => {
  test.each([
    ['udp://127.0.0.1:0', 'udp4', '127.0.0.1'],
    ['udp://[::1]:0', 'udp6', '::1'],
    ['udp://[::]:0', 'udp6', '::1'],
  ] as const)('is counted: sent is received and dropped (%s)', async (listen, type, address) => {
    const { receiver, packets } = start([listen], 4096);
    await receiver.keepOpen(never);
    expect(receiver.drops()).toBe(0);
    const [{ port } = { port: 0 }] = receiver.addresses();
    const sender = client(type);
    await new Promise<void>((resolve) => sender.connect(port, address, resolve));
    let sent = 0;
    for (let round = 0; round < 3; round += 1) {
      for (let at = 0; at < 500; at += 1) sender.send('a:1|c'); // at once: nothing is read meanwhile
      sent += 500;
      await wait(20);
    }
    await expect
      .poll(async () => {
        await receiver.keepOpen(never);
        return packets.length + (receiver.drops() ?? 0);
      })
      .toBe(sent);
    expect(receiver.drops()).toBeGreaterThan(100);
    expect(packets.length).toBeGreaterThan(2);
  });

  test('is added up over sockets, each from 0', async () => {
    const row = (inode: number, drops: number, local = '0100007F:1FBD'): string =>
      ` 123: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 ${inode} 2 0000000000000000 ${drops}        \n`;
    let text = '';
    const counter = createDropCounter(async () => `  sl  local_address rem_address\n${text}`);
    const address = { address: '127.0.0.1', port: 8125, family: 'IPv4' };
    expect(counter.drops()).toBeUndefined();
    for (const [now, all] of [
      [row(7, 3), 3],
      [row(7, 5) + row(8, 100, '0200007F:1FBD') + row(9, 100, '0100007F:1FBE'), 5],
      [row(10, 4), 9],
      [row(10, 2), 9], // begins again
      ['', 9],
    ] as const) {
      text = now;
      await counter.read([address]);
      expect(counter.drops()).toBe(all);
    }
  });

  test('is not known where the system says nothing', async () => {
    const counter = createDropCounter(() => Promise.reject(new Error('no such file')));
    await counter.read([{ address: '127.0.0.1', port: 8125, family: 'IPv4' }]);
    expect(counter.drops()).toBeUndefined();
  });
});
