// Which lines of a page are samples of which name.
import type { Memory } from './memory.ts';
import { createColumn } from './names.ts';

/** The samples of one name are a group. It has the name's number. */
export interface Groups {
  readonly size: number;
  /** The one that came at this place, from 0. */
  at(place: number): number;
  has(group: number): boolean;
  add(group: number): void;
  /** A sample of it has a `le` or `quantile` that is no number, so they are no histogram and no summary. */
  setOdd(group: number): void;
  isOdd(group: number): boolean;
  /** Lines of it stand in the store there. */
  keep(group: number, from: number, to: number): void;
  /** The first lines of it that stand together; 0: none. */
  firstRun(group: number): number;
  /** Those after these; 0: none. */
  nextRun(run: number): number;
  /** Where they are in the store. */
  begin(run: number): number;
  end(run: number): number;
}

const plain = 1;
const odd = 2;

/** No group yet. */
export function createGroups(memory: Memory): Groups {
  const order = createColumn(memory);
  const states = createColumn(memory);
  const [firsts, lasts] = [createColumn(memory), createColumn(memory)];
  const [nexts, begins, ends] = [createColumn(memory), createColumn(memory), createColumn(memory)];
  let size = 0;
  let runs = 0;
  return {
    get size() {
      return size;
    },
    at: order.get,
    has: (group) => states.get(group) !== 0,
    add(group) {
      order.set(size, group);
      size += 1;
      states.set(group, plain);
    },
    setOdd: (group) => states.set(group, odd),
    isOdd: (group) => states.get(group) === odd,
    keep(group, from, to) {
      const last = lasts.get(group);
      if (last !== 0 && ends.get(last) === from) {
        ends.set(last, to);
        return;
      }
      runs += 1;
      begins.set(runs, from);
      ends.set(runs, to);
      if (last === 0) firsts.set(group, runs);
      else nexts.set(last, runs);
      lasts.set(group, runs);
    },
    firstRun: firsts.get,
    nextRun: nexts.get,
    begin: begins.get,
    end: ends.get,
  };
}
