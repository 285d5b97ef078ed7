// What was counted for an objective. It outlives a reload that leaves the indicator as it is.
import type { Clock, Instant } from '../../core/clock.ts';
import { type BurnState, freshBurn } from './burn-state.ts';
import { type IndicatorSettings, isCountedHere, type SlosSettings } from './settings.ts';
import { Windows } from './windows.ts';

/** The counts of one objective, which it has for itself. */
export type Ledger = {
  readonly name: string;
  /** Counts are of this indicator and no other. */
  readonly fingerprint: string;
  windows: Windows;
  /** What was told of its burn last. */
  readonly burn: BurnState;
  /** Of an indicator that is read from the service's page. */
  readonly page: {
    /** When the page had its events last. */
    seenAt: Instant | undefined;
    /** Bad events that were found and are not counted yet; below 0: so many were counted too early. */
    rest: number;
  };
};
export type Ledgers = ReadonlyMap<string, Ledger>;

/** The same for the same indicator, in whatever order it is written. */
export const fingerprintOf = (indicator: IndicatorSettings): string =>
  JSON.stringify(indicator, (_, value: unknown) =>
    typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).toSorted()) : value,
  );

/** Of the objectives whose events can be seen here: those that are known already, and new ones. */
export function ledgersOf(
  settings: SlosSettings,
  { clock, withApp, known }: { readonly clock: Clock; readonly withApp: boolean; readonly known: Ledgers },
): Ledgers {
  const counted = Object.entries(settings).filter(([, slo]) => isCountedHere(slo, withApp));
  return new Map(
    counted.map(([name, { indicator, window }]): [string, Ledger] => {
      const fingerprint = fingerprintOf(indicator);
      const before = known.get(name);
      if (before?.fingerprint === fingerprint) return [name, before];
      const windows = new Windows(window, originOf(clock));
      return [name, { name, fingerprint, windows, burn: freshBurn(), page: { seenAt: undefined, rest: 0 } }];
    }),
  );
}

/** Wall time is told in whole milliseconds: seen from a later reading, a month begins up to one before or after. */
const roundedMs = 2;

/** Five minutes of wall time begin at it, and so do months; a little before, so that no reading finds another month. */
const originOf = (clock: Clock): Instant => clock.now() - (clock.wall().getTime() % 300_000) - roundedMs;
