// The objectives at work: what this pod has counted for each, as answers, metrics and events tell it.
import type { Clock, Instant } from '../../core/clock.ts';
import { type BurnWindow, burnOf, burnWindowNames, burnWindows, type Counts, type Standing } from './budget.ts';
import type { Ledger, Ledgers } from './ledger.ts';
import type { SlosSettings } from './settings.ts';
import type { ObjectiveView } from './view.ts';

/** An objective whose events may be counted here. */
export type Objective = ObjectiveView & {
  /** Undefined where Prometheus alone counts its events. */
  readonly ledger: Ledger | undefined;
};

type Options = {
  readonly clock: Clock;
  readonly ledgers: Ledgers;
  /** What Prometheus said last of an objective. */
  readonly service: (name: string, now: Instant) => Standing | undefined;
};

/** In the order of the configuration. */
export const createObjectives = (settings: SlosSettings, { clock, ledgers, service }: Options): readonly Objective[] =>
  Object.entries(settings).map(([name, slo]): Objective => {
    const ledger = ledgers.get(name);
    return {
      ...{ name, settings: slo, ledger },
      here: (now) => ledger && standingOf(ledger, slo, now, clock.wall()),
      service: (now) => service(name, now),
    };
  });

function standingOf(
  { windows }: Ledger,
  slo: { objective: number; window: number },
  now: Instant,
  wall: Date,
): Standing {
  const { since } = windows;
  const wallOf = (at: Instant): Date => new Date(wall.getTime() - (now - at));
  const months = monthsBefore(now, wall);
  const byWindow = (of: (counts: Counts) => number | undefined): Partial<Record<BurnWindow, number>> => {
    const all = burnWindowNames.map((name) => [name, of(windows.last(now, burnWindows[name]))] as const);
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  };
  return {
    from: 'pod',
    since: since === undefined ? undefined : wallOf(Math.max(since, now - slo.window)),
    ...(since !== undefined && { first: wallOf(since) }),
    counts: windows.last(now, slo.window),
    coveredMs: windows.coveredMs(now, slo.window),
    burn: byWindow((counts) => burnOf(counts, slo.objective)),
    badIn: byWindow(({ good, bad }) => (good + bad > 0 ? bad : undefined)),
    month: windows.last(now, now - months.begin),
    lastMonth: since === undefined || since >= months.begin ? undefined : windows.between(months.last, months.begin),
  };
}

/** When this calendar month (UTC) began, and the one before. */
function monthsBefore(now: Instant, wall: Date): { readonly begin: Instant; readonly last: Instant } {
  const beginOf = (monthsAgo: number): Instant =>
    now - (wall.getTime() - Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - monthsAgo));
  return { begin: beginOf(0), last: beginOf(1) };
}
