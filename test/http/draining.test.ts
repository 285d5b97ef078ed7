// Draining is an event of its own, told once for each change.
import { expect, test } from 'vitest';
import { createDrain } from '../../src/http/drain.ts';

test('draining is told when it begins and when it ends, not when it is asked for again', () => {
  const told: boolean[] = [];
  const drain = createDrain((draining) => told.push(draining));
  drain.start();
  drain.start();
  drain.undo();
  drain.undo();
  drain.stop();
  drain.start();
  drain.undo();
  expect(told).toEqual([true, false, true]);
  expect(drain).toMatchObject({ draining: true, stopping: true });
});
