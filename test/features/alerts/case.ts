// What a test of an alert says: the series that it reads, quiet, loud, and quiet again, and when and with which labels it fires.

/** A sample each minute. Gauges have a value in each phase; counters, what is added each minute. */
export type Course =
  | { readonly kind: 'gauge'; readonly quiet: number; readonly loud: number }
  | { readonly kind: 'counter'; readonly quiet: number; readonly loud: number }
  /** A gauge that grows by so much each minute, from `from` on: what `predict_linear` reads. */
  | { readonly kind: 'slope'; readonly from: number; readonly quiet: number; readonly loud: number }
  /** 1 and 0 by turns, each for so many minutes. */
  | { readonly kind: 'turns'; readonly quiet: number; readonly loud: number }
  /** The time of a start, another one after so many minutes each. */
  | { readonly kind: 'starts'; readonly quiet: number; readonly loud: number };

export type Phase = 'quiet' | 'loud';

export type Line = {
  /** As expression.ts has it: `pg_up{check="database"}`; the job is added. */
  readonly series: string;
  readonly course: Course;
  /** In which phases it is there at all; in all unless said. */
  readonly only?: readonly Phase[];
};

/** The same value throughout. */
export const steady = (series: string, value: number): Line => gauge(series, value, value);
export const gauge = (series: string, quiet: number, loud: number): Line => ({
  ...{ series, course: { kind: 'gauge', quiet, loud } },
});
/** @param quiet what is added each minute */
export const counter = (series: string, quiet: number, loud: number): Line => ({
  ...{ series, course: { kind: 'counter', quiet, loud } },
});
/** @param quiet what it grows by each minute, in that phase */
export const slope = (series: string, from: number, quiet: number, loud: number): Line => ({
  ...{ series, course: { kind: 'slope', from, quiet, loud } },
});
/** There in one phase alone. */
export const onlyIn = (phase: Phase, line: Line): Line => ({ ...line, only: [phase] });

export type Case = {
  readonly alert: string;
  /** What it shows, where an alert has several. */
  readonly shows?: string;
  readonly lines: readonly Line[];
  /** How often the rules are evaluated, the same in all cases of the alert; each minute unless said. */
  readonly everyMin?: number;
  /** Minutes of the first quiet phase; 3 more than the longest window of the expression unless said. */
  readonly quiet?: number;
  /** Minutes after the change until the expression holds; 0 unless said, as for gauges. */
  readonly delay?: number;
  /** Minutes that the loud phase lasts; until two minutes after it is to fire unless said. */
  readonly lasts?: number;
  /** Minutes after the second change until the expression does not hold; 10 unless said. `never`: time alone makes it hold. */
  readonly calm?: number | 'never';
  /** The labels of each alert that fires, beside `alertname`, `severity` and `service`; absent: it stays silent throughout. */
  readonly fires?: readonly Readonly<Record<string, string>>[];
  /** The description of the first, its templates filled in. */
  readonly says?: string;
};
