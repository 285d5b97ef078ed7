// Pages compressed for whoever asks: each part once for as long as it is the same, on the thread pool, one at a time.
import { type AcceptedWeights, weightsOf } from './accept.ts';

type Bytes = Uint8Array;
type Compress = (bytes: Bytes) => Promise<Bytes>;

/** Fast: a page is a tenth of itself then, and a better ratio takes several times as long. */
const level = 1;

/** Loaded by the first asker, not at the start. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

/** Blocks of deflate of which none is the last: what follows goes on after them. */
const deflated: Compress = (bytes) =>
  new Promise((resolve, reject) => {
    const { deflateRaw, constants } = zlib();
    const options = { level, finishFlush: constants.Z_SYNC_FLUSH };
    deflateRaw(bytes, options, (error, result) => (error === null ? resolve(result) : reject(error)));
  });

type Kept = { readonly blocks: Promise<Bytes>; crc?: { readonly from: number; readonly to: number } };

/**
 * The parts become one member, whose blocks are compressed apart: of a gzip file with several members curl reads the first
 * alone. One part at a time, since DNS lookups of probes wait for the same threads.
 * @returns what makes a page of its parts; undefined when that fails.
 */
export function createGzip(compress: Compress = deflated): (parts: readonly Bytes[]) => Promise<Bytes | undefined> {
  const kept = new WeakMap<Bytes, Kept>();
  let last: Promise<unknown> = Promise.resolve();
  const keep = (part: Bytes): Kept => {
    const blocks = last.then(() => compress(part));
    const entry: Kept = { blocks };
    last = blocks.catch(() => kept.delete(part)); // the next asker tries again
    kept.set(part, entry);
    return entry;
  };
  const entryOf = (part: Bytes): Kept => kept.get(part) ?? keep(part);
  /** Of all before the part, and with it. */
  const crcAfter = (part: Bytes, from: number): number => {
    const entry = entryOf(part);
    if (entry.crc?.from !== from) entry.crc = { from, to: zlib().crc32(part, from) };
    return entry.crc.to;
  };
  return async (all) => {
    const parts = all.filter(({ length }) => length > 0);
    if (parts.length === 0) return undefined;
    try {
      const blocks = await Promise.all(parts.map((part) => entryOf(part).blocks));
      const crc = parts.reduce((sum, part) => crcAfter(part, sum), 0);
      const size = parts.reduce((sum, { length }) => sum + length, 0);
      return Buffer.concat([header, ...blocks, trailerOf(crc, size)]);
    } catch {
      return undefined;
    }
  };
}

/** RFC 1952, 2.3: no name, no time, of no system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** The last block, which is empty (RFC 1951, 3.2.6), then checksum and size of what was compressed. */
function trailerOf(crc: number, size: number): Buffer {
  const trailer = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  trailer.writeUInt32LE(crc, 2);
  trailer.writeUInt32LE(size % 2 ** 32, 6);
  return trailer;
}

/** Whether the asker takes gzip, and no less gladly than the plain page. RFC 9110, 12.5.3 */
export function wantsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const weights = weightsOf(header);
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  return gzip > 0 && gzip >= plainWeight(weights);
}

/** Plain is always allowed unless refused; it is preferred only where it is named. */
const plainWeight = (weights: AcceptedWeights): number => weights.get('identity') ?? 0;
