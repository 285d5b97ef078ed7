// The names of a page, those of families and of samples: numbered, and kept outside the heap of JavaScript as its lines are.
import type { Memory } from './memory.ts';
import { createIndex, type Store } from './store.ts';

/** Numbers by the number of an entry. Each is 0 until it is set. */
export interface Column {
  get(entry: number): number;
  set(entry: number, value: number): void;
}

/** Grows as entries come. */
export function createColumn(memory: Memory): Column {
  let numbers = new Float64Array(memory.take(8 * 256));
  return {
    get: (entry) => numbers[entry] ?? 0,
    set(entry, value) {
      if (entry >= numbers.length) {
        const before = numbers;
        numbers = new Float64Array(memory.take(8 * grown(before.length, entry)));
        numbers.set(before);
      }
      numbers[entry] = value;
    },
  };
}

/** The next length that has room: the same for every page, so that its memory is found again. */
function grown(length: number, entry: number): number {
  let next = length;
  while (next <= entry) next *= 2;
  return next;
}

/** Names, each with a number from 0. */
export interface NameTable {
  /** The number of a name, which is `text` from `start` to `end`; -1 for one that is not there. */
  find(text: string, start: number, end: number): number;
  /** The number of a name, which is added unless it is there. */
  add(name: string): number;
  /** The name that has this number. */
  nameOf(number: number): string;
}

/** @param store where the names are kept, among other things */
export function createNames(store: Store): NameTable {
  const index = createIndex(store.isOf, store.memory);
  const begins = createColumn(store.memory);
  const lengths = createColumn(store.memory);
  return {
    find: index.find,
    add(name) {
      const known = index.find(name, 0, name.length);
      if (known >= 0) return known;
      const at = store.append(Buffer.from(`${name} `, 'latin1'));
      const number = index.add(at);
      begins.set(number, at);
      lengths.set(number, name.length);
      return number;
    },
    nameOf(number) {
      const at = begins.get(number);
      return store.textOf(at, at + lengths.get(number));
    },
  };
}
