// A type whose probe does what a test says: for the machinery around a probe, not for any dependency.

import { createBoard } from '../../src/checks/board.ts';
import type { Surroundings } from '../../src/checks/monitor.ts';
import type { CheckPlan } from '../../src/checks/plan-of.ts';
import type { Observation } from '../../src/core/check.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { Attempt, Definition, Driver, Session } from '../../src/dependencies/define.ts';
import { makePolicy } from '../core/make.ts';

export type Probe = (attempt: Attempt, session: Session) => Promise<void>;

export const fakeDefinition: Definition = {
  type: 'fake',
  summary: 'Does what a test says.',
  settings: {},
  phases: ['connect', 'answer'],
  classes: ['refused', 'timeout', 'auth', 'capacity', 'throttled', 'readonly', 'server', 'dns'],
  keeps: 'connection',
  target: () => 'fake:1',
  cost: () => ({ logIns: 1, calls: [] }),
  load: () => Promise.reject(new Error('a test hands its driver in')),
};

export function fakeDriver(probe: Probe) {
  const opened: (Session & { closed: boolean })[] = [];
  const driver: Driver<unknown, string, Session> = {
    session() {
      const session = {
        closed: false,
        destroy() {
          session.closed = true;
        },
      };
      opened.push(session);
      return session;
    },
    probe: (session, _settings, attempt) => probe(attempt, session),
    classify: () => undefined,
  };
  return { driver, opened };
}

export const fakeCheck = (probe: Probe, over: Partial<CheckPlan> = {}): CheckPlan => ({
  name: 'database',
  definition: { ...fakeDefinition, load: async () => fakeDriver(probe).driver as never },
  settings: {},
  policy: makePolicy(),
  maxConnectionAgeMs: 300_000,
  required: true,
  gates: ['ready'],
  waitForHealthy: false,
  ...over,
});

export function surroundings(clock: Clock = systemClock) {
  const observations: Observation[] = [];
  const board = createBoard();
  const made: Surroundings = {
    clock,
    random: () => 0.5,
    board,
    redact: (text) => text.replaceAll('hunter2', '***'),
    emit: (event) => void (event.kind === 'observation' && observations.push(event)),
  };
  return { ...made, board, observations };
}
