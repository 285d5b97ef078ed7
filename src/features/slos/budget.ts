// What counted events say of an objective: compliance, error budget, burn rate. Pure arithmetic on counts of events, as in
// Google's SRE workbook (https://sre.google/workbook/alerting-on-slos/). Ratios are 0 to 1.

/** Events of some time. */
export type Counts = { readonly good: number; readonly bad: number };

/** Windows over which burn is told, with their milliseconds. */
export const burnWindows = {
  '5m': 300_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '2h': 7_200_000,
  '6h': 21_600_000,
  '1d': 86_400_000,
  '3d': 259_200_000,
} as const;
export type BurnWindow = keyof typeof burnWindows;
export const burnWindowNames = Object.keys(burnWindows) as readonly BurnWindow[];

/** An alert on burn: over both windows the rate is at least `rate`. */
export type BurnPair = {
  readonly alert: string;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  readonly rate: number;
  /** A duration of Prometheus. */
  readonly for: string;
  readonly severity: 'critical' | 'warning';
};

/** The pairs of the workbook, the fastest first. */
export const burnPairs: readonly BurnPair[] = [
  { alert: 'SloBurnsFast', long: '1h', short: '5m', rate: 14.4, for: '4m', severity: 'critical' },
  { alert: 'SloBurnsSteadily', long: '6h', short: '30m', rate: 6, for: '15m', severity: 'critical' },
  { alert: 'SloBurnsSlowly', long: '1d', short: '2h', rate: 3, for: '1h', severity: 'warning' },
  { alert: 'SloBudgetWillNotLast', long: '3d', short: '6h', rate: 1, for: '3h', severity: 'warning' },
];

/** What is known of each window; one of which nothing is known is left out. */
export const byWindow = <T>(
  of: (window: BurnWindow) => T | undefined,
  windows = burnWindowNames,
): Partial<Record<BurnWindow, T>> =>
  Object.fromEntries(windows.map((window) => [window, of(window)] as const).filter(([, found]) => found !== undefined));

export const totalOf = ({ good, bad }: Counts): number => good + bad;

/** The share of good events; undefined without any event. */
export const complianceOf = (counts: Counts): number | undefined =>
  totalOf(counts) > 0 ? counts.good / totalOf(counts) : undefined;

/** The share of bad events that an objective allows. @param objective in percent */
export const allowedShare = (objective: number): number => 1 - objective / 100;

/** How many times faster than it may is the budget spent; undefined without any event. */
export function burnOf(counts: Counts, objective: number): number | undefined {
  const compliance = complianceOf(counts);
  return compliance === undefined ? undefined : (1 - compliance) / allowedShare(objective);
}

/**
 * The budget of a whole window. Of one that was counted in part the rest counts as good, at the traffic of that part: one bad
 * minute does not spend the budget of a pod that has just begun.
 */
export type Budget = {
  /** Of the budget, 1: untouched, 0: spent, below: overspent. */
  readonly left: number;
  /** Bad events that are still allowed; below 0: that were too many. */
  readonly leftEvents: number;
  /** Minutes of total failure at the usual traffic that are still allowed. */
  readonly leftMinutes: number;
};

/** A rolling window, and the part of it in which events were counted. */
export type Part = { readonly windowMs: number; readonly countedMs: number };

/** What has just begun was counted for a second. */
const leastMs = 1000;

/** The share of a time that lies after the first event. */
export const shareOf = ({ windowMs, countedMs }: Part): number =>
  Math.min(Math.max(countedMs, leastMs), windowMs) / windowMs;

/** What was counted within the windows of a pair. */
export type Burning = {
  /** The rate over the long window. */
  readonly over: number;
  /** That over the short one. */
  readonly lately: number;
  /** Bad events of the long window. */
  readonly bad: number;
  /** The time since the first event. */
  readonly countedMs: number;
};

/** Whether what an alert on burn asks holds. @param rate in place of that of the pair */
export function burnsBy({ long, rate: own }: BurnPair, found: Burning, minBadEvents: number, rate = own): boolean {
  const share = shareOf({ windowMs: burnWindows[long], countedMs: found.countedMs });
  return found.bad >= minBadEvents && found.over * share >= rate && found.lately >= rate;
}

/** @returns undefined without any event */
export function budgetOf(counts: Counts, objective: number, part: Part): Budget | undefined {
  const total = totalOf(counts);
  if (total <= 0) return undefined;
  const allowed = (allowedShare(objective) * total) / shareOf(part);
  const left = 1 - counts.bad / allowed;
  return {
    left,
    leftEvents: allowed - counts.bad,
    leftMinutes: (left * allowedShare(objective) * part.windowMs) / 60_000,
  };
}

/**
 * How long until the budget is spent if it burns on at this rate and nothing old leaves the window: the earliest time.
 * Undefined: not at this rate. 0: it is spent.
 */
export function exhaustedInMs(left: number, burn: number | undefined, windowMs: number): number | undefined {
  if (left <= 0) return 0;
  return burn === undefined || burn <= 0 ? undefined : (left / burn) * windowMs;
}

/** What is known of an objective at an instant. */
export type Standing = {
  /** Where its numbers come from: what this pod has counted, or Prometheus for the whole service. */
  readonly from: 'pod' | 'prometheus';
  /** When it was so, which says which month is meant; now unless given. */
  readonly at?: Date;
  /** Since when events are counted: never before the begin of the window. Undefined: it has counted none. */
  readonly since: Date | undefined;
  /** The first event of all, also before the window, where that is known. */
  readonly first?: Date;
  /** In the rolling window. */
  readonly counts: Counts;
  readonly coveredMs: number;
  readonly burn: Readonly<Partial<Record<BurnWindow, number>>>;
  /** Bad events of these windows, where they are known. */
  readonly badIn?: Readonly<Partial<Record<BurnWindow, number>>>;
  /** In the calendar month (UTC) so far. */
  readonly month: Counts;
  /** In the month before; undefined where nothing of it is known. */
  readonly lastMonth: Counts | undefined;
};

/** How much of the window lies after the first event. @param at the time of the standing */
export const partOf = ({ since }: Pick<Standing, 'since'>, windowMs: number, at: Date): Part => ({
  windowMs,
  countedMs: since === undefined ? 0 : at.getTime() - since.getTime(),
});

/** When a calendar month (UTC) begins, in milliseconds of the wall. @param away 0: that of this time, -1: the one before */
export const monthBegin = (at: Date, away: 0 | -1 = 0): number =>
  Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + away);

/** What is told of the burn by the events of windows; nothing of one without any. @param objective in percent */
export function burnWithin(
  within: Readonly<Partial<Record<BurnWindow, Counts>>>,
  objective: number,
): Pick<Standing, 'burn' | 'badIn'> {
  const ofEvents = (of: (counts: Counts) => number | undefined) =>
    byWindow((window) => {
      const counts = within[window];
      return counts === undefined || totalOf(counts) <= 0 ? undefined : of(counts);
    });
  return { burn: ofEvents((counts) => burnOf(counts, objective)), badIn: ofEvents(({ bad }) => bad) };
}
