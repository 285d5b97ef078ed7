// How long a step may take of the time that a run has left. All times are in milliseconds.

/** The time that a wait for a name server may take of what remains until a deadline. */
export const beforeDeadline = (remainingMs: number): number =>
  Math.max(1, remainingMs - Math.min(100, remainingMs / 10));

/** What is left of so much from now on, never less than none. */
export function countdown(ms: number): () => number {
  const end = performance.now() + ms;
  return () => Math.max(0, end - performance.now());
}
