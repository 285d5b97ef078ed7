// Counts one request from its first attempt to its end, however it ends.
import { classifyTransport, isOwnExhaustion } from '../../core/failure.ts';
import { classify } from '../aws/errors.ts';
import type { Limits } from '../statistics.ts';

export type Tally = {
  /** Sends it, once more when it was sent before. */
  attempt<T>(send: () => Promise<T>): Promise<T>;
  succeeded(): void;
  failed(error: unknown): void;
};

/** A deadline's timer can fire a little early. */
const timerSlackMs = 10;

export function createTally(operation: string, { signal, remainingMs, count }: Limits): Tally {
  const begin = performance.now();
  let attempts = 0;
  const report = (result: Parameters<NonNullable<Limits['count']>>[0]['result']): void =>
    count?.({ operation, durationMs: performance.now() - begin, result, attempts });
  return {
    async attempt(send) {
      try {
        const answer = await send();
        attempts += attemptsOf(answer);
        return answer;
      } catch (error) {
        attempts += attemptsOf(error);
        throw error;
      }
    },
    succeeded: () => report('ok'),
    failed(error) {
      const isLate = remainingMs() <= timerSlackMs;
      if (signal.aborted && isLate) return report('timeout');
      // Cut since its check ends, or never sent for want of descriptors: it says nothing of the dependency.
      if (signal.aborted || isOwnExhaustion(error)) return;
      report(classify(error)?.errorClass ?? classifyTransport(error) ?? 'server');
    },
  };
}

/** As the SDK counted them, which says so in answers and in errors alike. */
const attemptsOf = (of: unknown): number =>
  (of as { $metadata?: { attempts?: number } } | undefined)?.$metadata?.attempts ?? 1;
