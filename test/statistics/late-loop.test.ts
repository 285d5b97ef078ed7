// An answer that came in time counts, however late our own loop reads it.
import { get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { overdue } from '../../src/dependencies/fault.ts';
import { withLimits } from '../../src/schedule/limits.ts';
import { standStill, startLateAnswer } from '../servers/late-answer.ts';

const never = new AbortController().signal;
const limits = (timeoutMs: number) => ({ clock: systemClock, timeoutMs, count: undefined });

test('an answer that came while our own loop stood still is read after the time is over', async () => {
  const server = await startLateAnswer();
  onTestFinished(server.stop);
  const begin = performance.now();
  const status = withLimits(
    limits(2000),
    never,
    () => new Promise((resolve) => get({ port: server.port }, (response) => resolve(response.resume().statusCode))),
  );
  await server.asked;
  standStill(begin + 2300 - performance.now());
  expect(await status).toBe(200);
});

test('and a step that hangs ends all the same', async () => {
  const hanging = withLimits(limits(50), never, () => new Promise(() => {}));
  await expect(hanging).rejects.toBe(overdue);
});
