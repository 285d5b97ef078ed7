// Runs a type's probe as the daemon does: the same lane, deadline and classification, without a schedule.
import { z } from 'zod';
import type { Rests } from '../../src/checks/attempt.ts';
import { type Running, runCheck } from '../../src/checks/run-check.ts';
import type { CheckResult } from '../../src/core/check.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createRedactor, secretsOf } from '../../src/core/redact.ts';
import type { Definition, Driver, Session } from '../../src/dependencies/define.ts';
import { createLane, type Lane } from '../../src/schedule/lane.ts';
import type { Settings } from './rig.ts';

export interface Harness {
  readonly lane: Lane<Session>;
  run(signal?: AbortSignal): Promise<CheckResult | undefined>;
  close(): void;
}

const never = new AbortController().signal;

export async function createHarness(definition: Definition, settings: Settings, timeoutMs = 10_000): Promise<Harness> {
  const parsed = z.strictObject(definition.settings).parse(settings);
  const driver = (await definition.load()) as Driver<unknown, string, Session>;
  const clock = systemClock;
  const lane = createLane(() => driver.session(parsed), { maxAgeMs: 300_000, clock, random: () => 1 });
  const rests: Rests = new Map();
  const redact = createRedactor(() => secretsOf(parsed));
  const running: Running = { definition, driver, settings: parsed, lane, rests, timeoutMs, clock, redact };
  return { lane, run: (signal = never) => runCheck(running, signal), close: () => lane.cut() };
}
