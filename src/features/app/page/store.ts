// The lines of a page while it is read, and which series they are of: kept outside the heap of JavaScript, where a large page
// would cost long collections, of which each holds up the probes.

import type { Memory } from './memory.ts';

const blockBits = 16;
const blockBytes = 1 << blockBits;
const space = 0x20;
const lineFeed = 0x0a;

/** Bytes one after the other, found again by where they begin. */
export interface Store {
  /** For whatever is kept beside it. */
  readonly memory: Memory;
  readonly size: number;
  /** @returns where they begin */
  append(bytes: Uint8Array): number;
  /** Whether a line that begins there is of this series: `text` from `start` to `end`. */
  isOf(at: number, text: string, start: number, end: number): boolean;
  /** The bytes there, a character for each. */
  textOf(from: number, to: number): string;
  /** Copies from there into the target. @returns how many whole lines' bytes fitted. */
  copyLines(from: number, to: number, target: Buffer): number;
}

export function createStore(memory: Memory): Store {
  const blocks: Buffer[] = [];
  let size = 0;
  const byteAt = (at: number): number | undefined => blocks[at >>> blockBits]?.[at & (blockBytes - 1)];
  /** The end of the last whole line before `most`. */
  const wholeLines = (from: number, most: number): number => {
    let end = most;
    while (end > from && byteAt(end - 1) !== lineFeed) end -= 1;
    return end;
  };
  return {
    memory,
    get size() {
      return size;
    },
    append(bytes) {
      const begin = size;
      for (let from = 0; from < bytes.length; ) {
        const at = size & (blockBytes - 1);
        const block = blocks[size >>> blockBits] ?? Buffer.from(memory.take(blockBytes));
        blocks[size >>> blockBits] = block;
        const some = bytes.subarray(from, from + blockBytes - at);
        block.set(some, at);
        from += some.length;
        size += some.length;
      }
      return begin;
    },
    isOf(at, text, start, end) {
      for (let index = start; index < end; index += 1)
        if (byteAt(at + index - start) !== text.charCodeAt(index)) return false;
      return byteAt(at + end - start) === space;
    },
    textOf(from, to) {
      let text = '';
      for (let at = from; at < to; ) {
        const inBlock = at & (blockBytes - 1);
        const length = Math.min(to - at, blockBytes - inBlock);
        text += blocks[at >>> blockBits]?.toString('latin1', inBlock, inBlock + length) ?? '';
        at += length;
      }
      return text;
    },
    copyLines(from, to, target) {
      const end = to - from <= target.length ? to : wholeLines(from, from + target.length);
      for (let at = from; at < end; ) {
        const inBlock = at & (blockBytes - 1);
        const length = Math.min(end - at, blockBytes - inBlock);
        blocks[at >>> blockBits]?.copy(target, at - from, inBlock, inBlock + length);
        at += length;
      }
      return end - from;
    },
  };
}

/** Strings that were added, each known by where it stands in a store. They are numbered from 0. */
export interface Index {
  readonly size: number;
  /** The number of a string, which is `text` from `start` to `end`; -1 for one that is not there. */
  find(text: string, start: number, end: number): number;
  /** Adds the one that was asked for last. @param at where it stands @returns its number */
  add(at: number): number;
}

/** @param isOf whether the text stands there, as it does in a store */
export function createIndex(isOf: Store['isOf'], memory: Memory): Index {
  let capacity = 1024;
  /** Of each slot: the number of its entry and one, or 0. */
  let slots = new Int32Array(memory.take(8 * capacity));
  let hashes = new Uint32Array(memory.take(4 * capacity));
  let places = new Float64Array(memory.take(8 * capacity));
  let size = 0;
  /** Of the text that was asked for last. */
  let hash = 0;
  let slot = 0;

  const free = (of: number): number => {
    let one = of & (slots.length - 1);
    while (slots[one] !== 0) one = (one + 1) & (slots.length - 1);
    return one;
  };
  const grow = (): void => {
    capacity *= 2;
    const [oldHashes, oldPlaces] = [hashes, places];
    slots = new Int32Array(memory.take(8 * capacity));
    hashes = new Uint32Array(memory.take(4 * capacity));
    places = new Float64Array(memory.take(8 * capacity));
    hashes.set(oldHashes);
    places.set(oldPlaces);
    for (let entry = 0; entry < size; entry += 1) slots[free(hashes[entry] ?? 0)] = entry + 1;
  };
  return {
    get size() {
      return size;
    },
    find(text, start, end) {
      if (size === capacity) grow();
      hash = hashOf(text, start, end);
      slot = hash & (slots.length - 1);
      for (let entry = slots[slot] ?? 0; entry !== 0; entry = slots[slot] ?? 0) {
        if (hashes[entry - 1] === hash && isOf(places[entry - 1] ?? 0, text, start, end)) return entry - 1;
        slot = (slot + 1) & (slots.length - 1);
      }
      return -1;
    },
    add(at) {
      hashes[size] = hash;
      places[size] = at;
      size += 1;
      slots[slot] = size;
      return size - 1;
    },
  };
}

/** FNV-1a, with its bits mixed once more: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
