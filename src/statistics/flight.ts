// One round under way, which ends early when the daemon stops or when this replica is not to read any more.

export interface Flight {
  /** Flies one round. @returns whether it ended early. */
  fly(round: (signal: AbortSignal) => Promise<void>, stopping: AbortSignal): Promise<boolean>;
  /** Ends the round under way. */
  abort(): void;
}

export function createFlight(): Flight {
  let ending: AbortController | undefined;
  return {
    async fly(round, stopping) {
      const own = new AbortController();
      const { signal } = own;
      const stop = (): void => own.abort();
      ending = own;
      stopping.addEventListener('abort', stop);
      if (stopping.aborted) stop();
      try {
        await round(signal);
      } finally {
        stopping.removeEventListener('abort', stop);
        ending = undefined;
      }
      return signal.aborted;
    },
    abort: () => ending?.abort(),
  };
}
