// One run of the redis probe without the daemon: what was climbed, and how it ended.
import { z } from 'zod';
import { classifyTransport, type ErrorClass } from '../../../src/core/failure.ts';
import { driver } from '../../../src/dependencies/redis/driver.ts';
import type { Rung } from '../../../src/dependencies/redis/probe.ts';
import type { RedisSession } from '../../../src/dependencies/redis/session.ts';
import { type RedisSettings, settings as shape } from '../../../src/dependencies/redis/settings.ts';
import { makeAttempt } from '../attempt.ts';

export type Outcome = {
  readonly passed: boolean;
  readonly errorClass?: ErrorClass | 'unknown';
  readonly rung: string | undefined;
  readonly message: string;
  readonly rungs: readonly string[];
  readonly skipped: readonly { readonly rung: string; readonly why: string }[];
};

export const parse = (given: Record<string, unknown>): RedisSettings => z.strictObject(shape).parse(given);

/** Runs on the session given, or on a new one that is destroyed afterwards; cuts it at the deadline. */
export async function run(given: Record<string, unknown>, kept?: RedisSession, timeoutMs = 10_000): Promise<Outcome> {
  const settings = parse(given);
  const session = kept ?? driver.session(settings);
  const attempt = makeAttempt<Rung>({ timeoutMs });
  const late = new Promise<never>((_, reject) => {
    attempt.signal.addEventListener('abort', () => {
      session.destroy();
      reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }));
    });
  });
  const { rungs, skipped } = attempt;
  try {
    await Promise.race([driver.probe(session, settings, attempt), late]);
    return { passed: true, rung: rungs.at(-1), message: '', rungs, skipped };
  } catch (error) {
    const known = driver.classify(error);
    const errorClass = known?.errorClass ?? classifyTransport(error) ?? 'unknown';
    return { passed: false, errorClass, rung: known?.rung ?? rungs.at(-1), message: String(error), rungs, skipped };
  } finally {
    if (kept === undefined) session.destroy();
  }
}

export const openSession = (given: Record<string, unknown>): RedisSession => driver.session(parse(given));
