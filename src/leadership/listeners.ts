// Who is told when a lease changes.

export interface Listeners {
  /** Until the signal aborts. */
  add(listener: () => void, until: AbortSignal): void;
  tell(): void;
}

export function createListeners(): Listeners {
  const all = new Set<() => void>();
  return {
    add(listener, until) {
      if (until.aborted) return;
      all.add(listener);
      until.addEventListener('abort', () => all.delete(listener), { once: true });
    },
    tell() {
      for (const listener of [...all]) listener();
    },
  };
}
