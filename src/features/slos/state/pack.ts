// What the windows save is cumulative counts. Differences of neighbours compress to a fiftieth and less.
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Numbers of 64 bits from one count to the next one of its kind: good, bad and observed take turns. */
const stride = 3;
/** More than the longest windows have; what claims to be larger is none of ours. */
const largestBytes = 4_000_000;

/** @param bytes whole numbers of 8 bytes; they are not changed */
export const pack = async (bytes: Uint8Array): Promise<Uint8Array> => deflate(planes(differences(bytes)), { level: 6 });

/** @throws for what `pack` did not make */
export async function unpack(packed: Uint8Array): Promise<Uint8Array> {
  const bytes = await inflate(packed, { maxOutputLength: largestBytes });
  return sums(words(bytes));
}

/** The numbers as integers of 64 bits, each less the one `stride` before it: two halves, low and high. */
function differences(bytes: Uint8Array): Uint32Array {
  const from = new Uint32Array(bytes.slice().buffer);
  const into = new Uint32Array(from.length);
  for (let at = 0; at < from.length; at += 2) {
    const before = at - 2 * stride;
    const [low = 0, high = 0] = [from[at], from[at + 1]];
    const [lowBefore = 0, highBefore = 0] = before < 0 ? [] : [from[before], from[before + 1]];
    into[at] = low - lowBefore;
    into[at + 1] = high - highBefore - (low < lowBefore ? 1 : 0);
  }
  return into;
}

function sums(halves: Uint32Array): Uint8Array {
  for (let at = 2 * stride; at < halves.length; at += 2) {
    const before = at - 2 * stride;
    const low = (halves[at] ?? 0) + (halves[before] ?? 0);
    halves[at + 1] = (halves[at + 1] ?? 0) + (halves[before + 1] ?? 0) + (low > 0xffff_ffff ? 1 : 0);
    halves[at] = low;
  }
  return new Uint8Array(halves.buffer);
}

/** The first bytes of all numbers, then the second ones: the same stands beside the same. */
function planes(halves: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(halves.buffer);
  const count = bytes.length / 8;
  const into = new Uint8Array(bytes.length);
  for (let plane = 0; plane < 8; plane += 1)
    for (let at = 0; at < count; at += 1) into[plane * count + at] = bytes[8 * at + plane] ?? 0;
  return into;
}

function words(bytes: Uint8Array): Uint32Array {
  const count = Math.floor(bytes.length / 8);
  const into = new Uint8Array(8 * count);
  for (let plane = 0; plane < 8; plane += 1)
    for (let at = 0; at < count; at += 1) into[8 * at + plane] = bytes[plane * count + at] ?? 0;
  return new Uint32Array(into.buffer);
}
