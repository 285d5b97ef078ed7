// How many may be in flight at a time; the others wait in line.

export interface Turns {
  /** @returns true when it may go now, else whether it may once its turn has come: not when the signal aborted first. */
  take(signal: AbortSignal): true | Promise<boolean>;
  /** One that took a turn has landed. */
  give(): void;
}

export function createTurns(atATime: number): Turns {
  let free = atATime;
  const line = new Set<(may: boolean) => void>();
  return {
    take(signal) {
      if (free > 0) {
        free -= 1;
        return true;
      }
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const leave = (): void => go(false);
        const go = (may: boolean): void => {
          line.delete(go);
          signal.removeEventListener('abort', leave);
          resolve(may);
        };
        line.add(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    give() {
      const [next] = line;
      if (next === undefined) free += 1;
      else next(true);
    },
  };
}
