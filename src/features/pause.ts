// The loop is also that of the probes: work that takes long leaves it to others in between.

/** Milliseconds of work before others have their turn. */
export const turnMs = 2;

/** Resolves when the others of the loop had their turn. */
export const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @returns asked after each step: a wait where this turn has had its time, else undefined. */
export function createPause(now: () => number): () => Promise<void> | undefined {
  let since = now();
  const wait = async (): Promise<void> => {
    await othersTurn();
    since = now();
  };
  return () => (now() - since > turnMs ? wait() : undefined);
}
