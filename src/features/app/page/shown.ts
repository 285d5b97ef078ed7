// The samples that a page gave, as they are shown: the lines of a family stand together behind its header.
import type { Described } from './described.ts';
import type { Groups } from './groups.ts';
import { createColumn, type NameTable } from './names.ts';
import type { Store } from './store.ts';

/** A page that was read. */
export type ReadPage = {
  readonly groups: Groups;
  readonly names: NameTable;
  readonly described: Described;
  readonly store: Store;
};

/** A page as it is shown. */
export type ShownPage = {
  /** Text of the format 0.0.4 in order, each ending in a line feed. */
  readonly parts: readonly Uint8Array[];
  /** Names of samples and families, and of the parts of histograms and summaries whether they are there or not. */
  readonly names: ReadonlySet<string>;
  readonly samples: number;
};

/** Bytes of a part: one is gzipped at a time, while DNS lookups wait for the same threads. */
const partBytes = 128 * 1024;
/** Names between two steps. */
const stepSize = 32;

/** Stops after every small step, so that others get their turn. */
export function* showPage(page: ReadPage, samples: number): Generator<void, ShownPage> {
  const { groups, names: table, described, store } = page;
  for (let place = 0; place < groups.size; place += 1) {
    const group = groups.at(place);
    if (groups.isOdd(group)) described.unbind(table.nameOf(group));
    if (place % stepSize === 0) yield;
  }
  const families = yield* familiesOf(page);
  const names = new Set<string>();
  const parts = createParts();
  for (let place = 0; place < families.size; place += 1) {
    const family = families.at(place);
    parts.add(Buffer.from(described.headerOf(family), 'latin1'));
    for (const name of described.namesOf(family)) names.add(name);
    for (let group = families.first(family); group >= 0; group = families.next(group)) {
      names.add(table.nameOf(group));
      for (let run = groups.firstRun(group); run !== 0; run = groups.nextRun(run)) {
        const to = groups.end(run);
        for (let from = groups.begin(run); from < to; yield) {
          const begin = from;
          from += parts.fill((target) => store.copyLines(begin, to, target));
        }
      }
    }
  }
  return { parts: parts.all(), names, samples };
}

/** Families in the order of their first samples, each with its groups in order. */
type Families = {
  readonly size: number;
  at(place: number): number;
  /** The first group of a family. */
  first(family: number): number;
  /** The one after this; -1 behind the last. */
  next(group: number): number;
};

function* familiesOf({ groups, described, store }: ReadPage): Generator<void, Families> {
  const order = createColumn(store.memory);
  // Numbers of groups and one more, so that 0 is none.
  const [firsts, lasts, nexts] = [createColumn(store.memory), createColumn(store.memory), createColumn(store.memory)];
  let size = 0;
  for (let place = 0; place < groups.size; place += 1) {
    const group = groups.at(place);
    const family = described.familyOf(group);
    const last = lasts.get(family);
    if (last === 0) {
      order.set(size, family);
      size += 1;
      firsts.set(family, group + 1);
    } else nexts.set(last - 1, group + 1);
    lasts.set(family, group + 1);
    if (place % stepSize === 0) yield;
  }
  return {
    size,
    at: order.get,
    first: (family) => firsts.get(family) - 1,
    next: (group) => nexts.get(group) - 1,
  };
}

/** Fills one part after the other, each with whole lines. */
function createParts() {
  const full: Uint8Array[] = [];
  let part = Buffer.allocUnsafeSlow(partBytes);
  let used = 0;
  const next = (): void => {
    full.push(part.subarray(0, used));
    part = Buffer.allocUnsafeSlow(partBytes);
    used = 0;
  };
  return {
    /** @param copy puts as many whole lines as fit into the target, and says how many bytes these are. */
    fill(copy: (target: Buffer) => number): number {
      const copied = copy(part.subarray(used));
      used += copied;
      if (copied === 0) next();
      return copied;
    },
    add(bytes: Buffer): void {
      if (bytes.length > part.length - used) next();
      used += bytes.copy(part, used);
    },
    all(): readonly Uint8Array[] {
      if (used === 0) return full;
      const last = Buffer.allocUnsafeSlow(used); // which keeps no memory that it does not need
      part.copy(last, 0, 0, used);
      return [...full, last];
    },
  };
}
