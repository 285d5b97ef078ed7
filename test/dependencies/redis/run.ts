// One run of the redis probe without the daemon: which phases ran, and how it ended.
import { z } from 'zod';
import { classifyTransport, type ErrorClass } from '../../../src/core/failure.ts';
import { driver } from '../../../src/dependencies/redis/driver.ts';
import type { Phase } from '../../../src/dependencies/redis/probe.ts';
import type { RedisSession } from '../../../src/dependencies/redis/session.ts';
import { type RedisSettings, settings as shape } from '../../../src/dependencies/redis/settings.ts';
import { makeAttempt } from '../attempt.ts';

export type Outcome = {
  readonly passed: boolean;
  readonly errorClass?: ErrorClass | 'unknown';
  readonly phase: string | undefined;
  readonly message: string;
  readonly phases: readonly string[];
  readonly skipped: readonly { readonly phase: string; readonly why: string }[];
};

export const parse = (given: Record<string, unknown>): RedisSettings => z.strictObject(shape).parse(given);

/** Runs on the session given, or on a new one that is destroyed afterwards; cuts it at the deadline. */
export async function run(given: Record<string, unknown>, kept?: RedisSession, timeoutMs = 10_000): Promise<Outcome> {
  const settings = parse(given);
  const session = kept ?? driver.session(settings);
  const attempt = makeAttempt<Phase>({ timeoutMs });
  const late = new Promise<never>((_, reject) => {
    attempt.signal.addEventListener('abort', () => {
      session.destroy();
      reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }));
    });
  });
  const { phases, skipped } = attempt;
  try {
    await Promise.race([driver.probe(session, settings, attempt), late]);
    return { passed: true, phase: phases.at(-1), message: '', phases, skipped };
  } catch (error) {
    const known = driver.classify(error);
    const errorClass = known?.errorClass ?? classifyTransport(error) ?? 'unknown';
    return { passed: false, errorClass, phase: known?.phase ?? phases.at(-1), message: String(error), phases, skipped };
  } finally {
    if (kept === undefined) session.destroy();
  }
}

export const openSession = (given: Record<string, unknown>): RedisSession => driver.session(parse(given));
