// The file of the counts: frames, each with its length and checksum. The head and the windows come first, then a record a
// second with the counts as they are by then. What a kill has cut is the end of the last frame.
import { crc32 } from 'node:zlib';
import type { Counts } from '../budget.ts';
import type { Stamp } from './machine.ts';

/** What the file begins with; the number is that of the version. */
const magic = 'sidewarden slos ';
const version = 1;
const first = Buffer.from(`${magic}${version}\n`);

/** Of an objective whose windows are in the file. */
export type Member = {
  readonly name: string;
  /** Of what it measures. */
  readonly fingerprint: string;
};

/** The first frame, as JSON. */
export type Head = {
  readonly process: string;
  /** When the windows were saved. */
  readonly stamp: Stamp;
  readonly members: readonly Member[];
};

/** The counts of an objective, named by its place in the head. */
export type Entry = Counts & { readonly index: number };
export type Record = {
  /** Since the stamp of the head, by the monotonic clock. */
  readonly afterMs: number;
  readonly wallMs: number;
  readonly entries: readonly Entry[];
};

export type Contents = {
  readonly head: Head;
  /** Packed, in the order of the members. */
  readonly windows: readonly Uint8Array[];
  readonly records: readonly Record[];
  /** Bytes at the end that are damaged and more than what a kill has cut. */
  readonly damaged: number;
};

/** What is in the file cannot be read: the message says why. */
export class Unreadable extends Error {}

const frameHead = 8;
/** So that a frame of zeros, which a power cut can leave, is none. */
const seed = 0x51de3a2d;

function frame(payload: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHead);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(crc32(payload, seed), 4);
  return Buffer.concat([head, payload]);
}

/** The file until its first record. */
export const writeHead = (head: Head, windows: readonly Uint8Array[]): Buffer =>
  Buffer.concat([first, ...[Buffer.from(JSON.stringify(head)), ...windows].map(frame)]);

const recordHead = 16;
const entryBytes = 18;

export function writeRecord({ afterMs, wallMs, entries }: Record): Buffer {
  const payload = Buffer.alloc(recordHead + entryBytes * entries.length);
  payload.writeDoubleLE(afterMs, 0);
  payload.writeDoubleLE(wallMs, 8);
  for (const [place, { index, good, bad }] of entries.entries()) {
    const at = recordHead + entryBytes * place;
    payload.writeUInt16LE(index, at);
    payload.writeDoubleLE(good, at + 2);
    payload.writeDoubleLE(bad, at + 10);
  }
  return frame(payload);
}

/** @throws {Unreadable} */
export function readContents(bytes: Buffer): Contents {
  if (!bytes.subarray(0, magic.length).equals(first.subarray(0, magic.length)))
    throw new Unreadable('it is no file of Sidewarden');
  if (!bytes.subarray(0, first.length).equals(first)) throw new Unreadable('another version of Sidewarden wrote it');
  const frames = createFrames(bytes, first.length);
  const head = headOf(frames.next());
  const windows = head.members.map(() => frames.next() ?? refuse('its windows are damaged'));
  const records: Record[] = [];
  for (let record = recordOf(frames.next(), head); record !== undefined; record = recordOf(frames.next(), head))
    records.push(record);
  return { head, windows, records, damaged: frames.damaged() };
}

/** The process that wrote a file, of its first bytes; undefined where they are not whole. */
export function writerOf(bytes: Buffer): string | undefined {
  try {
    return headOf(createFrames(bytes, first.length).next()).process;
  } catch {
    return undefined;
  }
}

function createFrames(bytes: Buffer, from: number) {
  let at = from;
  return {
    /** @returns undefined at the end, and for what is not whole. */
    next(): Buffer | undefined {
      if (at + frameHead > bytes.length) return undefined;
      const end = at + frameHead + bytes.readUInt32LE(at);
      const payload = bytes.subarray(at + frameHead, end);
      if (end > bytes.length || crc32(payload, seed) !== bytes.readUInt32LE(at + 4)) return undefined;
      at = end;
      return payload;
    },
    damaged(): number {
      const left = bytes.length - at;
      const isCut = left < frameHead || at + frameHead + bytes.readUInt32LE(at) > bytes.length;
      return isCut ? 0 : left;
    },
  };
}

const refuse = (why: string): never => {
  throw new Unreadable(why);
};

function headOf(payload: Buffer | undefined): Head {
  if (payload === undefined) return refuse('its head is damaged');
  return JSON.parse(payload.toString()) as Head; // what has this checksum was written by `writeHead`
}

function recordOf(payload: Buffer | undefined, { members }: Head): Record | undefined {
  if (payload === undefined || payload.length < recordHead) return undefined;
  const entries: Entry[] = [];
  for (let at = recordHead; at + entryBytes <= payload.length; at += entryBytes) {
    const index = payload.readUInt16LE(at);
    if (index < members.length)
      entries.push({ index, good: payload.readDoubleLE(at + 2), bad: payload.readDoubleLE(at + 10) });
  }
  return { afterMs: payload.readDoubleLE(0), wallMs: payload.readDoubleLE(8), entries };
}
