// Checks as a board shows them, for what reads a board: each with the belief that a test wants.
import fc from 'fast-check';
import { type Belief, expiryKinds, gates, type Status, statuses, warnings } from '../../src/core/check.ts';
import type { Clock } from '../../src/core/clock.ts';
import { type ErrorClass, errorClasses } from '../../src/core/failure.ts';
import type { KnownCheck } from '../../src/core/known-check.ts';
import { makePolicy, makeResult } from './make.ts';

export const forever = Number.POSITIVE_INFINITY;
export const healthy: Belief = { status: 'healthy', warnings: [], until: forever };
export const unhealthy = (errorClass: ErrorClass = 'refused'): Belief => ({
  status: 'unhealthy',
  errorClass,
  warnings: [],
  until: forever,
});
export const unknown: Belief = { status: 'unknown', errorClass: 'stale', warnings: [], until: forever };

/** A check that passed 1.234 ms ago and is believed. */
export function makeEntry(name: string, over: Partial<Omit<KnownCheck, 'name'>> & { says?: Belief } = {}): KnownCheck {
  const { says = healthy, ...rest } = over;
  const result = { ...makeResult('passed', 0, 1.234), phases: [{ name: 'connect', ms: 1 }] };
  return {
    name,
    type: 'redis',
    target: 'localhost:6379',
    required: true,
    gates: ['ready'],
    waitForHealthy: false,
    policy: makePolicy(),
    detectionBoundMs: 22_500,
    expiryMs: 15_000,
    lastResult: result,
    finishedRun: true,
    everHealthy: true,
    lastSuccess: new Date(1000),
    expiries: {},
    history: [{ time: new Date(0), kind: 'passed', durationMs: 1.234 }],
    transitions: [{ time: new Date(0), from: 'unknown', to: 'healthy' }],
    nextRunAt: 4000,
    connection: { openedAt: new Date(0) },
    belief: () => says,
    ...rest,
  };
}

/** A board of plain entries; `set` replaces them and raises the version. */
export function makeBoard(initial: readonly KnownCheck[]) {
  let entries = initial;
  let version = 1;
  let reads = 0;
  return {
    get version() {
      return version;
    },
    get reads() {
      return reads;
    },
    entries() {
      reads += 1;
      return entries;
    },
    get: (name: string) => entries.find((entry) => entry.name === name),
    set(next: readonly KnownCheck[]) {
      entries = next;
      version += 1;
    },
  };
}

export const makeClock = (): Clock & { at: number } => {
  const clock = { at: 1000, now: () => clock.at, wall: () => new Date(clock.at) };
  return clock;
};

const arbitraryBelief = (until: fc.Arbitrary<number>): fc.Arbitrary<Belief> =>
  fc
    .record({
      status: fc.constantFrom<Status>(...statuses),
      errorClass: fc.constantFrom<ErrorClass>(...errorClasses),
      warnings: fc.uniqueArray(fc.constantFrom(...warnings)),
      until,
    })
    .map(({ status, errorClass, ...rest }) =>
      status === 'healthy' ? { status, ...rest } : { status, errorClass, ...rest },
    );

const arbitraryResult = fc
  .tuple(
    fc.constantFrom<'passed' | 'self' | 'throttled' | ErrorClass>('passed', 'self', 'throttled', 'refused', 'dns'),
    fc.double({ min: 0, max: 60_000, noNaN: true }),
    fc.array(
      fc.record(
        {
          name: fc.constantFrom('connect', 'auth', 'query'),
          ms: fc.double({ min: 0, max: 1e4, noNaN: true }),
          note: fc.constantFrom('rested' as const, 'skipped' as const),
          at: fc.constant('two:1'),
          why: fc.constant('one:1: refused'),
        },
        { requiredKeys: ['name', 'ms'] },
      ),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([outcome, durationMs, phases]) => ({ ...makeResult(outcome, 0, durationMs), phases }));

/** Any check that a board can show, a few of them, each with another name. */
export const arbitraryEntries: fc.Arbitrary<KnownCheck[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/),
      required: fc.boolean(),
      gates: fc.uniqueArray(fc.constantFrom(...gates)),
      waitForHealthy: fc.boolean(),
      finishedRun: fc.boolean(),
      everHealthy: fc.boolean(),
      says: arbitraryBelief(fc.constantFrom(1500, 5000, forever)),
      lastResult: fc.option(arbitraryResult, { nil: undefined }),
      lastSuccess: fc.constantFrom(undefined, new Date(5)),
      expiries: fc.constantFrom({}, Object.fromEntries(expiryKinds.map((kind) => [kind, new Date(9)]))),
      nextRunAt: fc.constantFrom(undefined, 0, 9000),
      connection: fc.constantFrom(undefined, { openedAt: new Date(7) }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .map((all) => all.map(({ name, ...over }) => makeEntry(name, over)));
