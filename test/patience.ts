// For tests on a busy machine: waits that end when what is awaited is there, runs that our own lateness does not spoil,
// and times that do not count what other processes took of the processor.
import { vi } from 'vitest';

/** Until it holds. The limit is a safety net, not a measure. */
export const eventually = <Given>(holds: () => Given | Promise<Given>): Promise<Given> =>
  vi.waitFor(holds, { timeout: 30_000, interval: 20 });

type Ended = { readonly kind: string; readonly errorClass?: unknown } | undefined;

/**
 * The first run that our own lateness did not spoil: a timeout meanwhile blames nobody, by design. After many tries the
 * last one is what it is, so that a check that always blames itself is seen.
 */
export async function conclusive<Result extends Ended>(run: () => Promise<Result>, tries = 10): Promise<Result> {
  const result = await run();
  return result?.errorClass === 'self' && tries > 1 ? conclusive(run, tries - 1) : result;
}

const tickMs = 5;

/**
 * How long the work took in the time of this process's own timers, in milliseconds: of each wait for the processor no
 * more than a tick counts. On an idle machine it is the time of the clock.
 */
export async function loopTime(work: () => Promise<unknown>): Promise<number> {
  let counted = 0;
  let last = performance.now();
  const count = (): void => {
    const now = performance.now();
    counted += Math.min(now - last, 2 * tickMs);
    last = now;
  };
  const timer = setInterval(count, tickMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  count();
  return counted;
}

/** The processor's time that the work took in this process, in milliseconds: what a blocked event loop costs. */
export async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
