// A room that goes on with the settings it had keeps their secrets known: what it learns later, it learns there.
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { createLeadership } from '../../src/leadership/index.ts';
import { createStatistics } from '../../src/statistics/index.ts';
import { createSnapshots } from '../../src/statistics/snapshots.ts';
import { fakeDefinition } from '../checks/fake.ts';
import { makeLog } from '../http/serve.ts';

const scheduler = { add() {}, nudge() {}, remove: async () => undefined };
const leadership = createLeadership({
  ...{ namespace: 'shop', service: 'api', clock: systemClock, random: Math.random, log: makeLog(), scheduler },
});
const nothing = () => undefined;
const statistics = createStatistics({
  settings: { mode: 'leader', timeoutMs: 1000, maxSeries: 10 },
  ...{ leadership, scheduler, snapshots: createSnapshots(), log: makeLog(), clock: systemClock, random: Math.random },
  metrics: { ran: nothing, up: nothing, forget: nothing, privilege: nothing, standing: nothing },
  redact: (text) => text,
});
const up = { name: 'fake_up', type: 'gauge', help: 'Up.', labels: [] } as const;
const definition = { ...fakeDefinition, statistics: async () => ({ up, collectors: [] }) };
/** A reload makes a new object of the same text. */
const checkWith = (password: Secret) => ({
  name: 'database',
  definition,
  settings: { password },
  maxConnectionAgeMs: 1000,
});
const before = Secret.of('hunter2');
const after = Secret.of('hunter2');
const other = Secret.of('swordfish');

test('statistics that go on keep the secrets of the settings that they were begun with', () => {
  statistics.replace([checkWith(before)]);
  statistics.replace([checkWith(after)]);
  expect(statistics.secrets().map((one) => one === before)).toEqual([true]);
  statistics.replace([checkWith(other)]);
  expect(statistics.secrets().map((one) => one === other)).toEqual([true]);
  statistics.replace([]);
  expect(statistics.secrets()).toEqual([]);
});

test('so does the place of an election', () => {
  leadership.replace([checkWith(before)]);
  leadership.replace([checkWith(after)]);
  expect(leadership.secrets().map((one) => one === before)).toEqual([true]);
  leadership.replace([checkWith(other)]);
  expect(leadership.secrets().map((one) => one === other)).toEqual([true]);
  leadership.close();
});
