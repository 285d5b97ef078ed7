// Objectives as they may stand, for what reads them.
import fc from 'fast-check';
import type { Around } from '../../../src/features/slos/answer.ts';
import type { BurnWindow, Counts, Standing } from '../../../src/features/slos/budget.ts';
import { type SloSettings, settings } from '../../../src/features/slos/settings.ts';
import type { ObjectiveView } from '../../../src/features/slos/view.ts';

const day = 86_400_000;

/** Of which the answers below are. */
export const wall = new Date('2026-11-27T01:02:03.000Z');

/** @param written below the name, beside an indicator and an objective */
function sloSettings(written: Readonly<Record<string, unknown>> = {}): SloSettings {
  const parsed = settings.parse({ one: { indicator: { ready: true }, objective: 99.9, ...written } });
  return parsed.one as SloSettings;
}

export const counts = (good: number, bad: number): Counts => ({ good, bad });

const quiet: Readonly<Record<BurnWindow, number>> = {
  ...{ '5m': 0, '30m': 0, '1h': 0, '2h': 0 },
  ...{ '6h': 0, '1d': 0.1, '3d': 0.2 },
};

/** A window that was counted from its begin, of a service that is well. */
export const standing = (over: Partial<Standing> = {}): Standing => ({
  from: 'pod',
  since: new Date(wall.getTime() - 30 * day),
  counts: counts(999_900, 100),
  coveredMs: 30 * day,
  burn: quiet,
  month: counts(899_950, 50),
  lastMonth: counts(999_000, 10),
  ...over,
});

/** That is measured over all these windows. */
export const burning = (rates: Partial<Record<BurnWindow, number>>): Standing['burn'] => ({ ...quiet, ...rates });

export const view = (
  name: string,
  standings: { readonly service?: Standing; readonly here?: Standing },
  written: Readonly<Record<string, unknown>> = {},
): ObjectiveView => ({
  name,
  settings: sloSettings(written),
  here: () => standings.here,
  service: () => standings.service,
});

/** In each state: the example of docs/cli.md. */
export const example: readonly ObjectiveView[] = [
  view('availability', { here: standing({ coveredMs: 2.2 * day, since: new Date(wall.getTime() - 2.2 * day) }) }),
  view(
    'checkout',
    {
      service: standing({
        from: 'prometheus',
        counts: counts(1_202_320, 7014),
        burn: burning({ '5m': 21.3, '30m': 19.8, '1h': 18.2, '2h': 11, '6h': 6.6, '1d': 5, '3d': 5.4 }),
        month: counts(1_102_000, 6900),
        lastMonth: counts(1_310_332, 402),
      }),
      here: standing({
        counts: counts(402_010, 2301),
        coveredMs: 9.6 * day,
        since: new Date(wall.getTime() - 9.6 * day),
        burn: burning({ '5m': 20.1, '30m': 19.2, '1h': 18, '2h': 10.7, '6h': 6.4, '1d': 5.1, '3d': 5.5 }),
        month: counts(402_010, 2301),
        lastMonth: undefined,
      }),
    },
    {
      indicator: { ratio: { bad: 'shop_orders_total{code=~"5.."}', total: 'shop_orders_total' } },
      sla: 99.5,
      description: 'Orders can be placed.',
    },
  ),
  view(
    'search',
    {
      service: standing({
        from: 'prometheus',
        counts: counts(8_200_110, 28_550),
        burn: burning({ '5m': 7.5, '30m': 7.4, '1h': 7.2, '2h': 6.9, '6h': 6.1, '1d': 1.9, '3d': 0.9 }),
      }),
    },
    { objective: 99.5, indicator: { histogram: 'shop_search_seconds', threshold: 0.5 } },
  ),
  view('refunds', { here: standing({ counts: counts(0, 0), coveredMs: 0, since: undefined, lastMonth: undefined }) }),
];

const someNumber = fc.oneof(
  fc.double({ noDefaultInfinity: false, noNaN: false }),
  fc.double({ min: 0, max: 20, noNaN: true }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1e-12),
);
const someCounts = fc.record({ good: someNumber, bad: someNumber });
const someTime = fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });

const someStanding = fc.record({
  from: fc.constantFrom('pod' as const, 'prometheus' as const),
  since: fc.option(someTime, { nil: undefined }),
  counts: someCounts,
  coveredMs: someNumber,
  burn: fc
    .record(
      { '5m': someNumber, '30m': someNumber, '1h': someNumber, '2h': someNumber, '6h': someNumber },
      { requiredKeys: [] },
    )
    .map((rates): Standing['burn'] => rates),
  badIn: fc.record({ '1h': someNumber, '6h': someNumber }, { requiredKeys: [] }),
  month: someCounts,
  lastMonth: fc.option(someCounts, { nil: undefined }),
});

/** Whatever anybody counts or says, also what is no number. */
const arbitraryView: fc.Arbitrary<ObjectiveView> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/),
    here: fc.option(someStanding, { nil: undefined }),
    service: fc.option(someStanding, { nil: undefined }),
    objective: fc.constantFrom(50, 90, 99, 99.5, 99.9, 99.95, 99.999),
    description: fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), { nil: undefined }),
    sla: fc.option(fc.constantFrom(1, 49.9, 49.123), { nil: undefined }),
  })
  .map(({ name, here, service, ...written }) =>
    view(name, { ...(here && { here }), ...(service && { service }) }, written),
  );

/** Names are others each. */
export const arbitraryViews = fc.uniqueArray(arbitraryView, { selector: ({ name }) => name, maxLength: 5 });

/** However Prometheus is asked. */
export const arbitraryAround: fc.Arbitrary<Around> = fc.record({
  draining: fc.boolean(),
  asking: fc.option(
    fc.record({
      state: fc.constantFrom('waiting' as const, 'good' as const, 'failing' as const),
      since: fc.option(fc.integer({ min: -10 * day, max: 0 }), { nil: undefined }),
    }),
    { nil: undefined },
  ),
});
