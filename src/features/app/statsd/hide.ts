// Names that become ours, or are ours no more, while metrics have them: at a reload checks and their statistics come and go.
import type { Metric } from './metric.ts';
import { loopNow, othersTurn, turnMs } from './turns.ts';

/**
 * Hides the metrics whose name is taken now, and shows those whose name is free again. It leaves the loop to others in
 * between.
 * @param taken whether a name is not to be had
 */
export async function hideTaken(
  metrics: Iterable<Metric>,
  taken: (name: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  let end = loopNow() + turnMs;
  for (const metric of metrics) {
    const hidden = metric.names.some(taken);
    if (hidden !== metric.hidden) {
      metric.hidden = hidden;
      metric.shelf.changed = true;
    }
    if (loopNow() < end) continue;
    await othersTurn();
    if (signal.aborted) return;
    end = loopNow() + turnMs;
  }
}
