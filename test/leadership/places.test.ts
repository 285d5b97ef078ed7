// Where replicas elect: for the statistics, and for features that elect even where nobody reads statistics.
import { expect, test } from 'vitest';
import type { Definition } from '../../src/dependencies/define.ts';
import { placesOf } from '../../src/dependencies/seats.ts';
import { fakeDefinition } from '../checks/fake.ts';

type Role = 'primary' | 'replica' | 'any';
const check = (name: string, role?: Role, mode?: string) => {
  const definition: Definition = {
    ...fakeDefinition,
    statistics: async () => ({ up: { name: 'up', type: 'gauge', help: 'Up.', labels: [] }, collectors: [] }),
    ...(role && { elects: () => role }),
  };
  return { name, definition, settings: mode === undefined ? {} : { statistics: { mode } } };
};
const names = (checks: readonly ReturnType<typeof check>[], mode: 'leader' | 'all' | 'off', features: boolean) => {
  const { all, own } = placesOf(checks, mode, features);
  return { all: all.map(({ name }) => name), own };
};
const checks = [check('cache'), check('copy', 'replica'), check('any', 'any'), check('db', 'primary')];

test('each check that can be a place is one, and features have none that do not want one', () => {
  expect(names(checks, 'leader', false)).toEqual({ all: ['copy', 'any', 'db'], own: undefined });
});

test('the place of the features is the first primary, else the first that may be one', () => {
  expect(names(checks, 'leader', true).own).toBe('db');
  expect(names([check('copy', 'replica'), check('any', 'any')], 'leader', true).own).toBe('any');
});

test('features that elect have a place where nobody reads statistics, or everybody', () => {
  expect(names(checks, 'off', true)).toEqual({ all: ['db'], own: 'db' });
  expect(names([check('db', 'primary', 'all')], 'leader', true)).toEqual({ all: ['db'], own: 'db' });
  expect(names(checks, 'off', false)).toEqual({ all: [], own: undefined });
});

test('without a primary each replica is alone', () => {
  expect(names([check('cache'), check('copy', 'replica')], 'leader', true)).toEqual({ all: ['copy'], own: undefined });
});
