// The latest of every check: what http and metrics read.
import type { KnownCheck } from '../core/known-check.ts';

export interface Board {
  /** Goes up whenever anything that can be read here has changed, but for what changes by time alone. */
  readonly version: number;
  entries(): readonly KnownCheck[];
  get(name: string): KnownCheck | undefined;
}

export interface WritableBoard extends Board {
  /** These and no others, in this order. */
  show(entries: readonly KnownCheck[]): void;
  changed(): void;
}

export function createBoard(): WritableBoard {
  let entries = new Map<string, KnownCheck>();
  let version = 0;
  return {
    get version() {
      return version;
    },
    entries: () => [...entries.values()],
    get: (name) => entries.get(name),
    show(shown) {
      entries = new Map(shown.map((entry) => [entry.name, entry]));
      version += 1;
    },
    changed() {
      version += 1;
    },
  };
}
