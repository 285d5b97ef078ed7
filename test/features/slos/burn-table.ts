// What burns, and which alert tells of it when: the table of docs/slo.md, which tests prove.

export type Told = {
  readonly alert: string;
  /** Minutes from the begin of what is bad until it fires. */
  readonly fires: number;
  /** Minutes from the begin until it has ended; undefined: when the bad events leave the window of the objective. */
  readonly ends: number | undefined;
};

export type Burn = {
  /** As a person says it. */
  readonly what: string;
  /** In percent. */
  readonly objective: number;
  /** Events a minute. */
  readonly traffic: number;
  /** Minutes without a bad event before it. */
  readonly past: number;
  /** How many events a minute are bad, and for how many minutes. */
  readonly bad: number;
  readonly lasts: number;
  /** Every alert that fires; no other does. */
  readonly told: readonly Told[];
};

const hours = 60;
const days = 24 * hours;

/** Of 1000 events a minute, with 99.9 %, one may be bad. */
const usual = { objective: 99.9, traffic: 1000, past: 3 * days } as const;

export const burns: readonly Burn[] = [
  { ...usual, what: '0.5×, for 3 days', bad: 0.5, lasts: 3 * days, told: [] },
  {
    ...usual,
    what: '1.5×, for 60 hours',
    bad: 1.5,
    lasts: 60 * hours,
    told: [{ alert: 'SloBudgetWillNotLast', fires: 3061, ends: 3720 }],
  },
  {
    ...usual,
    what: '1.5×, for 60 hours from the first minute of a service on',
    bad: 1.5,
    past: 0,
    lasts: 60 * hours,
    told: [{ alert: 'SloBudgetWillNotLast', fires: 3061, ends: 3720 }],
  },
  {
    ...usual,
    what: '3.5×, for 30 hours',
    bad: 3.5,
    lasts: 30 * hours,
    told: [
      { alert: 'SloBurnsSlowly', fires: 1295, ends: 1818 },
      { alert: 'SloBudgetWillNotLast', fires: 1415, ends: 2058 },
    ],
  },
  {
    ...usual,
    what: '7×, for 16 hours',
    bad: 7,
    lasts: 16 * hours,
    told: [
      { alert: 'SloBurnsSteadily', fires: 324, ends: 965 },
      { alert: 'SloBurnsSlowly', fires: 678, ends: 1029 },
      { alert: 'SloBudgetWillNotLast', fires: 798, ends: 1269 },
    ],
  },
  {
    ...usual,
    what: '18×, for 10 hours',
    bad: 18,
    lasts: 10 * hours,
    told: [
      { alert: 'SloBurnsFast', fires: 53, ends: 601 },
      { alert: 'SloBurnsSlowly', fires: 301, ends: 700 },
      { alert: 'SloBudgetWillNotLast', fires: 421, ends: 940 },
    ],
  },
  {
    ...usual,
    what: 'a total outage of an hour',
    bad: 1000,
    lasts: hours,
    told: [
      { alert: 'SloBurnsFast', fires: 5, ends: 65 },
      { alert: 'SloBurnsSlowly', fires: 65, ends: 180 },
      { alert: 'SloBudgetWillNotLast', fires: 185, ends: 420 },
      { alert: 'SloBudgetExhausted', fires: 59, ends: undefined },
    ],
  },
  {
    ...usual,
    what: 'a total outage of 2 minutes',
    bad: 1000,
    lasts: 2,
    told: [{ alert: 'SloBurnsFast', fires: 5, ends: 7 }],
  },
  {
    ...usual,
    what: 'a total outage of 8 hours, with an objective of 95 %',
    objective: 95,
    bad: 1000,
    lasts: 8 * hours,
    told: [
      { alert: 'SloBurnsFast', fires: 48, ends: 482 },
      { alert: 'SloBurnsSlowly', fires: 277, ends: 582 },
      { alert: 'SloBudgetWillNotLast', fires: 397, ends: 822 },
    ],
  },
  { ...usual, what: 'one bad event, among 20 an hour', traffic: 1 / 3, bad: 1, lasts: 1, told: [] },
];
