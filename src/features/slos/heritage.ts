// What objectives go on with when a reload changes them: the counts of each whose indicator stays as it is.
import type { Instant } from '../../core/clock.ts';
import type { House, Others } from '../define.ts';
import { type Ledgers, ledgersOf } from './ledger.ts';
import { createSeconds, type Seconds } from './seconds.ts';
import type { ServiceHeritage } from './service/known.ts';
import type { SlosSettings } from './settings.ts';
import type { Values } from './sources/page.ts';
import type { Readiness } from './sources/ready.ts';
import { Windows } from './windows.ts';

/** What those at work leave to their successors. */
export type Heritage = {
  readonly ledgers: Ledgers;
  readonly readiness: Readiness;
  /** They go on: none is counted twice, and none is left out. */
  readonly seconds: Seconds;
  /** Of all objectives. */
  readonly names: readonly string[];
  /** What was read last on the page of the service. */
  values(): Values;
  /** What Prometheus said, where it is asked. */
  readonly service: ServiceHeritage | undefined;
};

/** What objectives begin with. */
export interface Heir {
  readonly ledgers: Ledgers;
  readonly readiness: Readiness;
  readonly seconds: Seconds;
  /** Asked once nobody else reads the page. */
  readonly values: () => Values;
  readonly service: ServiceHeritage | undefined;
  /** Names of objectives of which series are to go: they are gone, or count something else. */
  readonly gone: readonly string[];
  /** Called once nobody else counts: windows become as long as they are now. */
  takeOver(now: Instant): void;
}

export function heirOf(
  settings: SlosSettings,
  { clock, inherited }: Pick<House, 'clock' | 'inherited'>,
  { app }: Others,
): Heir {
  const before = inherited as Heritage | undefined; // the house gives what `begin` of this feature made
  const known: Ledgers = before?.ledgers ?? new Map();
  const ledgers = ledgersOf(settings, { clock, withApp: app !== undefined, known });
  const isKept = (name: string): boolean => Object.hasOwn(settings, name) && ledgers.get(name) === known.get(name);
  return {
    ledgers,
    readiness: before?.readiness ?? { begun: clock.now(), reached: false },
    seconds: before?.seconds ?? createSeconds(clock.now()),
    values: before?.values ?? noValues,
    service: before?.service,
    gone: (before?.names ?? []).filter((name) => !isKept(name)),
    takeOver(now) {
      for (const [name, ledger] of ledgers) {
        const { window = ledger.windows.windowMs } = settings[name] ?? {};
        if (ledger.windows.windowMs !== window) ledger.windows = Windows.load(ledger.windows.save(now), now, 0, window);
      }
    },
  };
}

export const noValues = (): Values => ({ series: new Map(), hasForgotten: false });
