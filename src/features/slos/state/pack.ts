// What the windows save is cumulative counts. Differences of neighbours compress to a fiftieth and less.
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { othersTurn } from '../../pause.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Numbers of 64 bits from one count to the next one of its kind: good, bad and observed take turns. */
const stride = 3;
/** More than the longest windows have; what claims to be larger is none of ours. */
const largestBytes = 4_000_000;

/** Numbers between two turns of others: well under a millisecond. */
const atATime = 4096;

/** @param bytes whole numbers of 8 bytes; they are not changed */
export const pack = async (bytes: Uint8Array): Promise<Uint8Array> =>
  deflate(await planes(await differences(bytes)), { level: 6 });

/** @throws for what `pack` did not make */
export async function unpack(packed: Uint8Array): Promise<Uint8Array> {
  const bytes = await inflate(packed, { maxOutputLength: largestBytes });
  return sums(await words(bytes));
}

/** Calls for every so many numbers, with the turns of others in between. */
async function inTurns(count: number, step: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < count; from += atATime) {
    step(from, Math.min(from + atATime, count));
    await othersTurn();
  }
}

/** The numbers as integers of 64 bits, each less the one `stride` before it: two halves, low and high. */
async function differences(bytes: Uint8Array): Promise<Uint32Array> {
  const from = new Uint32Array(bytes.slice().buffer);
  const into = from.slice();
  await inTurns(from.length / 2, (first, end) => {
    for (let at = 2 * Math.max(first, stride); at < 2 * end; at += 2) {
      const before = at - 2 * stride;
      const low = from[at] ?? 0;
      const lowBefore = from[before] ?? 0;
      into[at] = low - lowBefore;
      into[at + 1] = (from[at + 1] ?? 0) - (from[before + 1] ?? 0) - (low < lowBefore ? 1 : 0);
    }
  });
  return into;
}

async function sums(halves: Uint32Array): Promise<Uint8Array> {
  await inTurns(halves.length / 2, (first, end) => {
    for (let at = 2 * Math.max(first, stride); at < 2 * end; at += 2) {
      const before = at - 2 * stride;
      const low = (halves[at] ?? 0) + (halves[before] ?? 0);
      halves[at + 1] = (halves[at + 1] ?? 0) + (halves[before + 1] ?? 0) + (low > 0xffff_ffff ? 1 : 0);
      halves[at] = low;
    }
  });
  return new Uint8Array(halves.buffer);
}

/** The first bytes of all numbers, then the second ones: the same stands beside the same. */
async function planes(halves: Uint32Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(halves.buffer);
  const count = bytes.length / 8;
  const into = new Uint8Array(bytes.length);
  await inTurns(count, (first, end) => {
    for (let plane = 0; plane < 8; plane += 1)
      for (let at = first; at < end; at += 1) into[plane * count + at] = bytes[8 * at + plane] ?? 0;
  });
  return into;
}

async function words(bytes: Uint8Array): Promise<Uint32Array> {
  const count = Math.floor(bytes.length / 8);
  const into = new Uint8Array(8 * count);
  await inTurns(count, (first, end) => {
    for (let plane = 0; plane < 8; plane += 1)
      for (let at = first; at < end; at += 1) into[8 * at + plane] = bytes[plane * count + at] ?? 0;
  });
  return new Uint32Array(into.buffer);
}
