// Cron expressions with seconds, in UTC. node-cron reads them and computes their next runs; it never runs anything here:
// a started task stops for an hour when the wall clock goes back an hour.
import { createTask } from 'node-cron';

/** How many runs ahead decide the longest and the shortest gap, and for how long they are looked at. */
const horizonRuns = 400;
const horizonMs = 366 * 86_400_000;
/** Of a rare expression so many are over a year: each of them takes node-cron long to find. */
const rareRuns = 16;

export type Cron = {
  readonly expression: string;
  /** The next runs after the wall time of now, earliest first. */
  nextRuns(count: number): readonly Date[];
  /** Milliseconds; over the next 400 runs, at most a year. */
  readonly longestGapMs: number;
  readonly shortestGapMs: number;
};

/**
 * @param expression five fields, or six with seconds first.
 * @throws Error that says what is wrong with the expression.
 */
export function parseCron(expression: string): Cron {
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  const ask = (count: number): number[] => task.getNextRuns(count).map((run) => run.getTime());
  let runs = ask(rareRuns);
  const first = runs[0] ?? 0;
  if ((runs.at(-1) ?? 0) - first < horizonMs) runs = ask(horizonRuns);
  const gaps = runs.slice(1).flatMap((run, index) => {
    const before = runs[index] as number;
    return before - first < horizonMs ? [run - before] : [];
  });
  return {
    expression,
    nextRuns: (count) => task.getNextRuns(count),
    longestGapMs: Math.max(...gaps),
    shortestGapMs: Math.min(...gaps),
  };
}
