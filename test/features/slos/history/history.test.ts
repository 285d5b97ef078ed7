// A month of a service by a script of outages, restarts, takeovers and gaps: what the daemon has counted by its clock, and what
// Prometheus says of the samples that it scraped, against the raw events. In the suite Prometheus scrapes each minute and one
// pod counts; with SIDEWARDEN_TEST_LONG=1 it scrapes every 15 s, and in every pod the whole feature works.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asItStands } from '../../../../src/features/prometheus/expression.ts';
import { allowedShare, budgetOf, type Counts } from '../../../../src/features/slos/budget.ts';
import { eventsOf } from '../../../../src/features/slos/promql.ts';
import { differenceOf, shown } from './agreement.ts';
import { type Counted, count } from './counted.ts';
import { createHistory, kinds, podKinds, reference } from './events.ts';
import { inlined } from './inlined.ts';
import { objectiveOf } from './objectives.ts';
import { type Past, startPast } from './past.ts';
import { ourRules } from './rules.ts';
import { beginsAt, lastsS, type Span, windowS } from './script.ts';

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
/** In percentage points, of compliance and of the budget that is left. */
const most = 0.05;
const history = createHistory(18);
const window: Span = { from: lastsS - windowS, to: lastsS };
const staying = history.pods[0]?.pod.name ?? '';

let past: Past;
let rules: Awaited<ReturnType<typeof ourRules>>;
let counted: readonly Counted[];
beforeAll(async () => {
  rules = await ourRules();
  const pods = isLong ? history.pods : history.pods.slice(0, 1);
  const pace = { pageS: isLong ? 15 : 60, whole: isLong };
  const counting = (async () => {
    const all: Counted[] = [];
    for (const pod of pods) all.push(await count(pod, pace));
    return all;
  })();
  past = await startPast(history, isLong ? 15 : 60);
  counted = await counting;
}, 1_200_000);
afterAll(() => past?.stop());

/** There are events from its begin on. */
const whole = { windowMs: windowS * 1000, countedMs: windowS * 1000 };

function expectAgreement(said: Counts, truth: Counts, objective: number): void {
  const difference = differenceOf(said, truth, objective);
  expect(Math.abs(difference.compliance), shown(difference)).toBeLessThan(most);
  expect(Math.abs(difference.budget), shown(difference)).toBeLessThan(most);
}

describe.each(podKinds)('the daemon, %s', (kind) => {
  const { objective } = objectiveOf(kind);
  const one = (): Counted => counted[0] as Counted;

  test('says of its pod what the raw events say', () => {
    const { counts } = one().standing(kind);
    const truth = reference(history, kind, window, staying);
    expectAgreement(counts, truth, objective);
    expect(100 * (one().value('compliance_ratio', kind) ?? 0)).toBeCloseTo(
      (100 * truth.good) / (truth.good + truth.bad),
      3,
    );
    expect(one().value('error_budget_remaining_ratio', kind)).toBe(budgetOf(counts, objective, whole)?.left);
  });

  test('says of the calendar months what the raw events say', () => {
    const { month, lastMonth } = one().standing(kind);
    const secondOf = (date: number): number => (date - beginsAt) / 1000;
    const [march, april] = [secondOf(Date.UTC(2026, 2, 1)), secondOf(Date.UTC(2026, 3, 1))];
    // Of a month that has just begun, what the page does not show yet is a larger part.
    const begun = differenceOf(month, reference(history, kind, { from: april, to: lastsS }, staying), objective);
    expect(Math.abs(begun.compliance), shown(begun)).toBeLessThan(most);
    expectAgreement(lastMonth as Counts, reference(history, kind, { from: march, to: april }, staying), objective);
  });

  if (isLong)
    test('says of all pods together what the raw events say', () => {
      const parts = counted.map((pod) => pod.between(kind, window));
      const sum = (which: keyof Counts): number => parts.reduce((total, counts) => total + counts[which], 0);
      expectAgreement({ good: sum('good'), bad: sum('bad') }, reference(history, kind, window), objective);
    });
});

describe.each(kinds)('Prometheus, %s', (kind) => {
  const { objective } = objectiveOf(kind);

  test('says of the window what the raw events say', async () => {
    const { bad, all } = eventsOf(kind, objectiveOf(kind));
    const [ofBad, ofAll] = await Promise.all([past.said(bad('30d')), past.said(all('30d'))]);
    expectAgreement({ bad: ofBad, good: ofAll - ofBad }, reference(history, kind, window), objective);
  });

  test('what the rules record is what the raw events say', async () => {
    const remaining = inlined(`slo:error_budget_remaining:ratio{slo="${kind}"}`, rules, {
      labels: { slo: kind },
      everyS: 60,
    });
    const bad = (1 - (await past.said(asItStands(`max by () (${remaining})`)))) * allowedShare(objective);
    expectAgreement({ bad, good: 1 - bad }, reference(history, kind, window), objective);
  });
});
