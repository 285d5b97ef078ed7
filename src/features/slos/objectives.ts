// The objectives at work: what this pod has counted for each, as answers, metrics and events tell it.
import type { Clock, Instant } from '../../core/clock.ts';
import { burnWindows, burnWithin, byWindow, monthBegin, type Standing } from './budget.ts';
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
  const monthAt = (away: 0 | -1): Instant => now - (wall.getTime() - monthBegin(wall, away));
  const month = monthAt(0);
  const within = byWindow((window) => windows.last(now, burnWindows[window]));
  return {
    from: 'pod',
    since: since === undefined ? undefined : wallOf(Math.max(since, now - slo.window)),
    ...(since !== undefined && { first: wallOf(since) }),
    counts: windows.last(now, slo.window),
    coveredMs: windows.coveredMs(now, slo.window),
    ...burnWithin(within, slo.objective),
    month: windows.last(now, now - month),
    lastMonth: since === undefined || since >= month ? undefined : windows.between(monthAt(-1), month),
  };
}
