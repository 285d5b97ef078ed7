// A UDP proxy in front of a real server (a name server, say) that can swallow every datagram.
import { createSocket, type Socket } from 'node:dgram';
import type { Address } from '../contract/rig.ts';
import { freePort } from '../servers/process.ts';

export type UdpProxy = {
  readonly host: string;
  readonly port: number;
  readonly mode: 'pass' | 'silent';
  /** Datagrams from clients since the start, also those that were swallowed. */
  readonly datagrams: number;
  set(mode: 'pass' | 'silent'): void;
  stop(): Promise<void>;
};

/** Starts a proxy on a loopback port of its own. In mode `silent` datagrams of both ways are lost. */
export async function startUdpProxy(target: Address): Promise<UdpProxy> {
  const host = '127.0.0.1';
  const port = await freePort();
  const front = createSocket('udp4');
  const backs = new Map<string, Socket>();
  let mode: 'pass' | 'silent' = 'pass';
  let datagrams = 0;

  /** The socket that speaks to the target for one client, so that the answer finds its way back. */
  const backFor = (client: Address): Socket => {
    const key = `${client.host}:${client.port}`;
    const known = backs.get(key);
    if (known !== undefined) return known;
    const back = createSocket('udp4');
    back.on('message', (answer) => {
      if (mode === 'pass') front.send(answer, client.port, client.host);
    });
    back.on('error', () => {}); // nobody listens at the target: over UDP the client is not told either
    backs.set(key, back);
    return back;
  };

  front.on('message', (question, from) => {
    datagrams++;
    if (mode === 'pass') backFor({ host: from.address, port: from.port }).send(question, target.port, target.host);
  });
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.bind(port, host, resolve);
  });

  return {
    host,
    port,
    get mode() {
      return mode;
    },
    get datagrams() {
      return datagrams;
    },
    set(next) {
      mode = next;
    },
    async stop() {
      for (const back of backs.values()) back.close();
      await new Promise<void>((resolve) => front.close(() => resolve()));
    },
  };
}
