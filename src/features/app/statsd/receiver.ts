// The sockets that packets come by. One that cannot be opened is tried again.
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { aborted } from '../../../core/aborted.ts';
import type { Log } from '../../../core/log.ts';
import { createDropCounter, type LocalAddress } from './kernel-drops.ts';

/** Bytes that are asked for. The kernel gives what net.core.rmem_max allows. */
const bufferBytes = 8_388_608;

export interface Receiver {
  /** Opens what is not open, and counts what the kernel dropped. Resolves soon after the signal. */
  keepOpen(signal: AbortSignal): Promise<void>;
  /** Whether every socket is open. */
  isUp(): boolean;
  /** Packets that the kernel dropped; undefined where no kernel says it. */
  drops(): number | undefined;
  /** Where packets are received now. */
  addresses(): readonly LocalAddress[];
  /** Counts once more what the kernel dropped. Resolves once every socket is closed. */
  close(): Promise<void>;
}

/** One address of the settings, and its socket while it is open. */
type Place = {
  readonly listen: string;
  socket: Socket | undefined;
  opening: Promise<void> | undefined;
  /** Once its name is looked up, which can take long. */
  binding: Promise<Socket> | undefined;
  failed: string | undefined;
};

type Options = {
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly packet: (bytes: Buffer) => void;
  readonly bufferBytes?: number;
  readonly create?: typeof createSocket;
};

export function createReceiver(listen: readonly string[], options: Options): Receiver {
  const { log, packet, create = createSocket } = options;
  const places = listen.map(
    (one): Place => ({ listen: one, socket: undefined, opening: undefined, binding: undefined, failed: undefined }),
  );
  const counter = createDropCounter();
  let closed = false;

  const failed = (place: Place, error: Error): void => {
    if (place.failed === error.message) return;
    place.failed = error.message;
    log.warn(
      { 'labels.feature': 'app', 'error.message': error.message },
      `no StatsD packets can be received on ${place.listen}: it is tried again each second`,
    );
  };
  const open = async (place: Place): Promise<void> => {
    try {
      const address = await addressOf(place.listen);
      if (closed) return;
      place.binding = bind(create, address, packet, options.bufferBytes ?? bufferBytes);
      const socket = await place.binding;
      place.socket = socket;
      socket.once('error', (error) => {
        if (place.socket === undefined) return; // it is closed
        place.socket = undefined;
        socket.close();
        failed(place, error);
      });
      if (closed) return;
      place.failed = undefined;
      log.info({ 'labels.feature': 'app' }, `StatsD packets are received on ${place.listen}`);
    } catch (error) {
      failed(place, error as Error);
    }
  };
  const addresses = (): LocalAddress[] =>
    places.flatMap(({ socket }) => (socket === undefined ? [] : [socket.address()]));
  return {
    async keepOpen(signal) {
      for (const place of places)
        if (place.socket === undefined)
          place.opening ??= open(place).finally(() => {
            place.opening = undefined;
          });
      await Promise.race([Promise.all(places.map(({ opening }) => opening)), aborted(signal)]);
      if (!signal.aborted && !closed) await Promise.race([counter.read(addresses()), aborted(signal)]);
    },
    isUp: () => places.every(({ socket }) => socket !== undefined),
    drops: counter.drops,
    addresses,
    async close() {
      closed = true;
      await Promise.allSettled(places.map(({ binding }) => binding));
      const open = places.flatMap(({ socket }) => socket ?? []);
      await counter.read(addresses());
      for (const place of places) place.socket = undefined;
      await Promise.all(open.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
    },
  };
}

/** @throws when there is no such address. */
async function addressOf(listen: string): Promise<{ address: string; family: number; port: number }> {
  const [, host = '', port = ''] = /^udp:\/\/(.*):(\d+)$/.exec(listen) ?? [];
  if (Number(port) > 65_535) throw new Error('there is no port above 65535'); // bind would take another one
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  // Most clients send by IPv4 wherever a name has such an address.
  const { address, family } =
    isIP(bare) === 0 ? await lookup(bare, { order: 'ipv4first' }) : { address: bare, family: isIP(bare) };
  return { address, family, port: Number(port) };
}

/** @throws when the socket cannot be opened, as the system says. */
function bind(
  create: typeof createSocket,
  { address, family, port }: { readonly address: string; readonly family: number; readonly port: number },
  packet: (bytes: Buffer) => void,
  recvBufferSize: number,
): Promise<Socket> {
  const socket = create({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize });
  socket.on('message', packet);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
