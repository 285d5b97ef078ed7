// Names that become ours, or are ours no more, while metrics have them: at a reload checks and their statistics come and go.
import { createPause } from '../../pause.ts';
import type { Metric } from './metric.ts';
import { loopNow } from './turns.ts';

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
  const pause = createPause(loopNow);
  for (const metric of metrics) {
    const hidden = metric.names.some(taken);
    if (hidden !== metric.hidden) {
      metric.hidden = hidden;
      metric.shelf.changed = true;
    }
    const turn = pause();
    if (turn === undefined) continue;
    await turn;
    if (signal.aborted) return;
  }
}
