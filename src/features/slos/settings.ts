// What the configuration says of the objectives: what is measured, and how good it is to be.
import { z } from 'zod';
import { duration, kinds } from '../../core/fields.ts';

const day = 86_400_000;
/** The least and the longest window: below a week every alert on its burn would be about noise. */
export const windowDays = { least: 7, most: 90 } as const;

const selector = z.string().min(1).max(1000);
const expression = z.string().min(1).max(4000);

const indicator = z
  .strictObject({
    ready: z
      .literal(true, 'must be true: leave it out where something else is measured')
      .optional()
      .describe('each second, whether /health/ready answers 200'),
    check: z.string().optional().describe('each second, whether the check of this name is healthy'),
    ratio: z
      .strictObject({
        good: selector.optional().describe('series of the good events, as requests_total{code!~"5.."}'),
        bad: selector.optional().describe('series of the bad events, in place of good'),
        total: selector.describe('series of all events, as requests_total'),
      })
      .optional()
      .describe('counters of the service’s own metrics'),
    histogram: z
      .string()
      .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'must be the name of a histogram, without _bucket')
      .optional()
      .describe('histogram of the service’s own metrics, of which the events up to `threshold` are good'),
    selector: z.string().max(1000).optional().describe('matchers of the histogram’s series, as route="/checkout"'),
    threshold: z
      .number()
      .positive()
      .register(kinds, { kind: 'seconds' })
      .optional()
      .describe('upper bound of a bucket of the histogram, in its unit'),
    expression: z
      .strictObject({
        good: expression.optional().describe('PromQL: good events within $window'),
        bad: expression.optional().describe('PromQL: bad events within $window, in place of good'),
        total: expression.describe('PromQL: all events within $window, as sum(increase(x_total[$window]))'),
      })
      .optional()
      .describe('expressions that Prometheus alone knows'),
  })
  .describe('what is measured: one of ready, check, ratio, histogram, expression');

/** Up to 100, which it is never: a budget of nothing is spent by the first failure. */
const percentage = (least: number) =>
  z
    .number()
    .superRefine((value, context) => {
      if (value >= least && value < 100) return;
      const { message, fix } = outside(value, least);
      context.addIssue({ code: 'custom', message, params: { fix } });
    })
    .meta({ minimum: least, exclusiveMaximum: 100 })
    .register(kinds, { kind: 'percent' });

function outside(value: number, least: number): { readonly message: string; readonly fix: string } {
  const range = `must be a percentage from ${least} to under 100`;
  const meant = Number((value * 100).toFixed(6));
  if (value === 1 || value === 100)
    return { message: `${range}: an error budget of nothing is spent by the first bad event`, fix: 'write 99.9' };
  if (value < 1 && meant >= least && meant < 100) return { message: `${range}, and is a ratio`, fix: `write ${meant}` };
  return { message: range, fix: value > 100 ? 'write 99.9' : `write ${least} or more` };
}

const windowBetween = (least: number, most: number) =>
  duration()
    .superRefine((milliseconds, context) => {
      const days = milliseconds / day;
      if (days >= least && days <= most) return;
      const why =
        days < least ? 'of less than a week every bad hour is an alert' : 'nobody remembers what happened before that';
      const fix = `write ${days < least ? least : most}d`;
      context.addIssue({ code: 'custom', message: `must be between ${least}d and ${most}d: ${why}`, params: { fix } });
    })
    .register(kinds, { kind: 'duration', days: true });

const slo = z.strictObject({
  indicator,
  objective: percentage(50).describe('percentage of the events that are to be good, as 99.9'),
  window: windowBetween(windowDays.least, windowDays.most)
    .prefault('30d')
    .describe('rolling window in which it is to be met; the calendar month is shown beside it'),
  sla: percentage(1).optional().describe('percentage that is agreed with customers, below the objective'),
  expected_events: z.int().min(1).optional().describe('events that a window has at the least, as you expect them'),
  min_bad_events: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10)
    .describe('bad events that there are at the least before an alert on burn fires'),
  page: z.boolean().default(true).describe('whether a fast burn wakes somebody; else it is a warning'),
  description: z.string().min(1).max(200).optional().describe('what it means for users'),
});

const sloName = /^[a-z][a-z0-9_-]{0,62}$/;
const namesForm = 'must be a name such as checkout-latency: up to 63 of a-z, 0-9, - and _, a letter first';
const names = z
  .string()
  .superRefine((text, context) => {
    if (sloName.test(text)) return;
    const near = text
      .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[^a-z]+|-+$/g, '');
    const params = sloName.test(near) ? { params: { fix: `write \`${near}\`` } } : {};
    context.addIssue({ code: 'custom', message: namesForm, ...params });
  })
  .meta({ pattern: sloName.source });

export const settings = z
  .record(names, slo)
  .describe('objectives (SLOs): a name, and below it what is measured and how good it is to be');

export type SloSettings = z.output<typeof slo>;
export type IndicatorSettings = z.output<typeof indicator>;
export type SlosSettings = z.output<typeof settings>;
export const indicatorKinds = ['ready', 'check', 'ratio', 'histogram', 'expression'] as const;
export type IndicatorKind = (typeof indicatorKinds)[number];

/** Whether its events can be seen by the daemon. @param withApp the service's own metrics are */
export function isCountedHere({ indicator }: Pick<SloSettings, 'indicator'>, withApp: boolean): boolean {
  const kind = kindOf(indicator);
  return kind === 'ready' || kind === 'check' || (withApp && kind !== 'expression');
}

/** The one that is written. @throws where none is: such settings are refused */
export function kindOf({ ready, check, ratio, histogram, expression }: IndicatorSettings): IndicatorKind {
  const found = Object.entries({ ready, check, ratio, histogram, expression }).find(([, value]) => value !== undefined);
  if (found === undefined) throw new Error('an indicator measures nothing');
  return found[0] as IndicatorKind;
}
