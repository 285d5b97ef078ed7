// Packets that the kernel dropped since a socket's buffer was full: the last column of /proc/net/udp.
// https://docs.kernel.org/networking/proc_net_tcp.html
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';

export type LocalAddress = { readonly address: string; readonly port: number; readonly family: string };

export interface DropCounter {
  /** Adds what these sockets lost since they were last looked at. */
  read(sockets: readonly LocalAddress[]): Promise<void>;
  /** In all; undefined where no kernel says it. */
  drops(): number | undefined;
}

type ReadText = (path: string) => Promise<string>;

/** @param read a file of the system; it may fail */
export function createDropCounter(read: ReadText = (path) => readFile(path, 'utf8')): DropCounter {
  /** Of each socket by its inode, so that a new one at the same address begins at 0. */
  const last = new Map<string, number>();
  let all: number | undefined;
  return {
    async read(sockets) {
      for (const [family, path] of [
        ['IPv4', '/proc/net/udp'],
        ['IPv6', '/proc/net/udp6'],
      ] as const) {
        const wanted = new Set(sockets.flatMap((one) => (one.family === family ? [localOf(one)] : [])));
        if (wanted.size === 0) continue;
        const text = await read(path).catch(() => undefined);
        if (text === undefined) continue;
        all ??= 0;
        for (const row of text.split('\n')) {
          // sl local remote st queues timer retransmits uid timeout inode references pointer drops
          const columns = row.trim().split(/\s+/);
          const [, local = '', , , , , , , , inode = ''] = columns;
          const drops = Number(columns[12]);
          if (!wanted.has(local) || !Number.isFinite(drops)) continue;
          all += Math.max(0, drops - (last.get(inode) ?? 0)); // the kernel's number can begin again
          last.set(inode, drops);
        }
      }
    },
    drops: () => all,
  };
}

/** As the kernel writes it: each four bytes of the address as one number, then the port. */
function localOf({ address, port, family }: LocalAddress): string {
  const bytes = family === 'IPv6' ? bytesOf6(address) : address.split('.').map(Number);
  const words = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    words.push(...(endianness() === 'LE' ? word.reverse() : word));
  }
  return `${hex(words)}:${hex([port >> 8, port & 255])}`;
}

/** Of `2001:db8::1` or `::ffff:1.2.3.4`, with or without `%eth0`. */
function bytesOf6(address: string): number[] {
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [before = '', after] = plain.split('::');
  const words = (text: string): number[] =>
    text === ''
      ? []
      : text.split(':').flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]);
  if (after === undefined) return words(before);
  const [begin, end] = [words(before), words(after)];
  return [...begin, ...new Array<number>(16 - begin.length - end.length).fill(0), ...end];
}

const hex = (bytes: readonly number[]): string =>
  bytes
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
