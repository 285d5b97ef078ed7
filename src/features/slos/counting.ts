// Counts the events of all objectives that can be seen here: one a second of readiness and of checks, and those of the page.
import type { Instant } from '../../core/clock.ts';
import type { House } from '../define.ts';
import type { Counts } from './budget.ts';
import { families, results } from './families.ts';
import { noValues } from './heritage.ts';
import type { Ledger, Ledgers } from './ledger.ts';
import type { Seconds } from './seconds.ts';
import type { SlosSettings } from './settings.ts';
import { createCheck } from './sources/check.ts';
import { createPageSource, type Values } from './sources/page.ts';
import { createReady, type Readiness } from './sources/ready.ts';
import { wantedOf } from './sources/wanted.ts';

export type CountingHouse = Pick<House, 'clock' | 'board' | 'draining' | 'meter' | 'appPage'>;

export interface Counting {
  /** The seconds that are over since it was called last. */
  tick(now: Instant): void;
  /** One reading of the service's page. */
  readPage(now: Instant): Promise<void>;
  /** For a successor that reads the same page. */
  values(): Values;
}

type Options = {
  readonly ledgers: Ledgers;
  readonly readiness: Readiness;
  readonly seconds: Seconds;
  /** What a predecessor saw last on the page. */
  readonly values: () => Values;
};

export function createCounting(
  settings: SlosSettings,
  house: CountingHouse,
  { ledgers, readiness, seconds, values }: Options,
): Counting {
  const { clock } = house;
  const events = house.meter(families.events);
  const counted = [...ledgers.values()].flatMap((ledger) => {
    const indicator = settings[ledger.name]?.indicator;
    return indicator === undefined ? [] : [{ ledger, indicator }];
  });
  const perSecond = counted.flatMap(({ ledger, indicator: { ready, check } }) => {
    if (ready === true) return [{ ledger, isGood: createReady(house, readiness) }];
    return check === undefined ? [] : [{ ledger, isGood: createCheck(house, check) }];
  });
  const onPage = counted
    .map(({ ledger, indicator }) => ({ ledger, wanted: wantedOf(indicator) }))
    .filter(({ wanted }) => wanted.length > 0);
  const page =
    onPage.length === 0
      ? undefined
      : createPageSource(onPage, { page: house.appPage, now: clock.now, inherited: values });
  const count = ({ name, windows }: Ledger, counts: Counts, now: Instant): void => {
    windows.add(now, counts.good, counts.bad);
    for (const result of results) if (counts[result] > 0) events.add({ slo: name, result }, counts[result]);
  };
  return {
    tick(now) {
      const passed = seconds.passed(now);
      if (passed === 0) return;
      for (const { ledger, isGood } of perSecond) {
        const good = isGood(now);
        if (good !== undefined) count(ledger, { good: good ? passed : 0, bad: good ? 0 : passed }, now);
      }
    },
    async readPage(now) {
      for (const { ledger, counts } of (await page?.read(now)) ?? []) count(ledger, counts, now);
    },
    values: page?.values ?? noValues,
  };
}
