// One request to a dependency, as whoever made it saw it: what is counted where it is made, in every replica.
import type { DependencyClass } from './failure.ts';

export type Request = {
  /** As the dependency calls it; one of a closed set that its type names. */
  readonly operation: string;
  /** From the first attempt to the answer, or to the end of the wait for one. */
  readonly durationMs: number;
  readonly result: 'ok' | DependencyClass;
  /** How many times it was sent. */
  readonly attempts: number;
};
