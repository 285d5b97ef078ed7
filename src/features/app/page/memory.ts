// Memory outside the heap of JavaScript that is used again for the next page: what is let go waits for the collector, which is
// called the more often for it.

/** Pieces of memory for one page. */
export interface Memory {
  /** Of so many bytes, each 0. */
  take(bytes: number): ArrayBuffer;
  /** The page is done: its pieces are free for the next, and those that it did not need are let go. */
  free(): void;
}

export function createMemory(): Memory {
  let spare = new Map<number, ArrayBuffer[]>();
  let taken: ArrayBuffer[] = [];
  return {
    take(bytes) {
      const kept = spare.get(bytes)?.pop();
      if (kept !== undefined) new Uint8Array(kept).fill(0);
      const piece = kept ?? new ArrayBuffer(bytes);
      taken.push(piece);
      return piece;
    },
    free() {
      spare = Map.groupBy(taken, ({ byteLength }) => byteLength);
      taken = [];
    },
  };
}

/**
 * The daemon's heap is compacted at every full collection, which keeps it small and takes tens of milliseconds. A large page
 * makes several such collections in each fetch, so from then on the heap is only swept.
 */
export function sweepOnly(): void {
  process.getBuiltinModule('v8').setFlagsFromString('--no-compact-on-every-full-gc');
}
