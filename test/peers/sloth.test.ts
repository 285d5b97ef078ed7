// Beside sloth's rules, on the same month of samples: how far each is from the raw events, and why. Prometheus scraped each
// minute, and every 15 seconds with SIDEWARDEN_TEST_LONG=1.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asItStands, expand } from '../../src/features/prometheus/expression.ts';
import type { Counts } from '../../src/features/slos/budget.ts';
import { eventsOf } from '../../src/features/slos/promql.ts';
import { scope } from '../features/alerts/bench.ts';
import { type Difference, differenceOf, shown } from '../features/slos/history/agreement.ts';
import { createHistory, type Kind, kinds, reference } from '../features/slos/history/events.ts';
import { inlined, type Recorded } from '../features/slos/history/inlined.ts';
import { objectiveOf } from '../features/slos/history/objectives.ts';
import { type Past, startPast } from '../features/slos/history/past.ts';
import { ourRules } from '../features/slos/history/rules.ts';
import { lastsS, unscraped, windowS } from '../features/slos/history/script.ts';
import { slothRules } from '../servers/sloth.ts';

const history = createHistory(18);
const window = { from: lastsS - windowS, to: lastsS };
let past: Past;
let ours: readonly Recorded[];
/** With the queries of our objectives; and with these, where no event is no ratio. */
let theirs: readonly Recorded[];
let guarded: readonly Recorded[];

const rulesWith = (guard: string): Promise<readonly Recorded[]> =>
  slothRules(
    kinds.map((kind) => {
      const { bad, all } = eventsOf(kind, objectiveOf(kind));
      const [ofBad, ofAll] = [expand(bad('{{.window}}'), scope), expand(all('{{.window}}'), scope)];
      const events = { error_query: ofBad, total_query: `${ofAll}${guard}` };
      return { name: kind, objective: objectiveOf(kind).objective, sli: { events } };
    }),
  );

beforeAll(async () => {
  ours = await ourRules();
  theirs = await rulesWith('');
  guarded = await rulesWith(' > 0');
  past = await startPast(history, process.env.SIDEWARDEN_TEST_LONG === '1' ? 15 : 60);
}, 1_200_000);
afterAll(() => past?.stop());

/** The share of bad events that rules have recorded for the last 30 days. */
async function recorded(rules: readonly Recorded[], record: string, label: string, kind: Kind): Promise<number> {
  const expr = inlined(`${record}{${label}="${kind}"}`, rules, { labels: { [label]: kind }, everyS: 60 });
  return past.said(asItStands(`max by () (${expr})`));
}
const ofSloth = (rules: readonly Recorded[], kind: Kind): Promise<number> =>
  recorded(rules, 'slo:sli_error:ratio_rate30d', 'sloth_slo', kind);

const from = (bad: number, truth: Counts, kind: Kind): Difference =>
  differenceOf({ bad, good: 1 - bad }, truth, objectiveOf(kind).objective);

/** What the average of the ratios of five minutes is, each with events and scraped, by the raw events. */
function averaged(kind: Kind): number {
  const ratios: number[] = [];
  for (let begin = window.from; begin < window.to; begin += 300) {
    if (unscraped.some(({ from, to }) => begin + 300 > from && begin < to)) continue;
    const { good, bad } = reference(history, kind, { from: begin, to: begin + 300 });
    if (good + bad > 0) ratios.push(bad / (good + bad));
  }
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

describe.each(kinds)('%s', (kind) => {
  const truth = reference(history, kind, window);

  test('without traffic for five minutes sloth knows nothing for 30 days', async () => {
    const bad = await ofSloth(theirs, kind);
    expect(Number.isNaN(bad)).toBe(kind !== 'ready' && kind !== 'check');
  });

  test('its compliance is near the raw events, and is that of an average of ratios', async () => {
    const bad = await ofSloth(guarded, kind);
    const [all, average] = [from(bad, truth, kind), 100 * (averaged(kind) - bad)];
    expect(Math.abs(all.compliance), shown(all)).toBeLessThan(0.05);
    expect(Math.abs(average), `${average} pp from the average`).toBeLessThan(0.02);
  });

  test('ours is what the raw events say, compliance and budget', async () => {
    const own = from(await recorded(ours, 'slo:sli_error:ratio_period', 'slo', kind), truth, kind);
    expect(Math.abs(own.compliance), shown(own)).toBeLessThan(0.05);
    expect(Math.abs(own.budget), shown(own)).toBeLessThan(0.05);
    const sloth = from(await ofSloth(guarded, kind), truth, kind);
    console.info(`${kind}: ours ${shown(own)}; sloth ${shown(sloth)}`);
    expect(Math.abs(own.budget), `${shown(own)}; sloth: ${shown(sloth)}`).toBeLessThan(Math.abs(sloth.budget));
  });
});
