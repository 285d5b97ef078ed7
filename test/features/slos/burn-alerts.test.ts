// The table of docs/slo.md is true, to the minute, by promtool: at each instant what an alert asks is written out, and short burns
// are followed by the rules themselves. With SIDEWARDEN_TEST_LONG=1 all of them are, and warnings are asked as pages are.
import { expect, test } from 'vitest';
import { minutes } from '../alerts/bench.ts';
import { testFiles } from '../alerts/promtool.ts';
import { alerts, pages, rulesOf, seriesOf, tickets, writtenOut } from './burn-bench.ts';
import { type Burn, burns, type Told } from './burn-table.ts';

const isLong = process.env.SIDEWARDEN_TEST_LONG === '1';
const calm = 480;
const budget = 'SloBudgetExhausted';
const waits = (name: string): number => minutes(alerts.find((alert) => alert.name === name)?.for ?? '0s');
/** Of the objective's window: that of an alert on burn does not matter, and a short one is faster. */
const windowOf = (name: string): string => (name === budget ? '30d' : '7d');
const ceil = (minute: number, step: number): number => Math.ceil(minute / step) * step;

type Instant = { readonly minute: number; readonly holds: boolean };
const at = (holds: boolean, ...all: readonly number[]): readonly Instant[] => all.map((minute) => ({ minute, holds }));

/** When what an alert asks begins to hold, as long as it waits before it fires, and when it ends. */
const instantsOf = (alert: string, { fires, ends }: Told): readonly Instant[] => {
  const begins = fires - waits(alert);
  return [
    ...at(false, begins - 1),
    ...at(true, begins, fires),
    ...(ends === undefined ? at(true, fires + calm - 60) : [...at(true, ends - 1), ...at(false, ends)]),
  ];
};

/** What every alert asks at the instants of the table; of one that is not told, at the end of what is bad. */
const questionsOf = (burn: Burn, names: readonly string[]): readonly object[] => {
  const isPaged = burn.told.some(({ alert }) => alert === 'SloBurnsFast');
  return names.flatMap((name) => {
    const told = burn.told.find(({ alert }) => alert === name);
    // The rules alone show that one page holds back the other.
    if (told === undefined && name === 'SloBurnsSteadily' && isPaged) return [];
    const instants = told === undefined ? at(false, burn.lasts, burn.lasts + 5) : instantsOf(name, told);
    const expr = `count(${writtenOut(burn, name, windowOf(name))})`;
    return instants
      .filter(({ minute }) => burn.past + minute >= 0)
      .map(({ minute, holds }) => ({
        ...{ expr, eval_time: `${burn.past + minute}m` },
        exp_samples: holds ? [{ labels: '{}', value: 1 }] : [],
      }));
  });
};

const asked = (burn: Burn, names: readonly string[]) => {
  const everyMin = 60;
  const end = ceil(burn.past + burn.lasts + calm, everyMin) - everyMin;
  const last = { expr: 'vector(1)', eval_time: `${end}m`, exp_samples: [{ labels: '{}', value: 1 }] };
  const tests = [
    { interval: '1m', input_series: seriesOf(burn, calm), promql_expr_test: [...questionsOf(burn, names), last] },
  ];
  return { name: burn.what, rules: [], tests, everyMin };
};

const hour = 60;
const isShort = ({ lasts, traffic }: Burn): boolean => lasts <= hour && traffic >= 1;
const burning = alerts.map(({ name }) => name).filter((name) => name !== budget);

test('what each alert asks holds from the minute on that the table says, and until then', async () => {
  const said = await testFiles([
    ...burns.map((burn) => asked(burn, isLong ? burning : pages)),
    // promtool takes 10,000 samples at a time: what was not observed counts as what was.
    ...burns.filter(isShort).map((burn) => asked({ ...burn, past: 144 * hour }, [budget])),
  ]);
  expect(said.filter(({ ok }) => !ok).map(({ name, output }) => `${name}: ${output}`)).toEqual([]);
});

/** The rules themselves: from when on and until when each fires, and that no other does. */
function followed(burn: Burn, names: readonly string[], everyMin: number, calm: number) {
  const { past, lasts } = burn;
  const end = ceil(past + lasts + calm - 10, everyMin) - everyMin;
  const told = burn.told.filter(({ alert }) => names.includes(alert));
  const fires = ({ alert, fires }: Told): number => ceil(past + fires - waits(alert), everyMin) + waits(alert);
  const last = ({ ends }: Told): number => (ends === undefined ? end : ceil(past + ends, everyMin) - everyMin);
  const seen = (which: 'min' | 'max', minute: (one: Told) => number): object => ({
    expr: `${which} by (alertname) (${which}_over_time(timestamp(ALERTS{alertstate="firing"})[${end}m:1m])) / 60`,
    eval_time: `${end}m`,
    exp_samples: told.map((one) => ({ labels: `{alertname="${one.alert}"}`, value: minute(one) })),
  });
  const window = names.map(windowOf).includes('30d') ? '30d' : '7d';
  return {
    ...{ name: `${burn.what}: ${names.join(', ')}`, rules: rulesOf(burn, names, window), everyMin },
    tests: [
      {
        interval: '1m',
        input_series: seriesOf(burn, calm),
        promql_expr_test: [seen('min', fires), seen('max', last)],
      },
    ],
  };
}

/** A page looks back six hours, and the faster one an hour. */
const shortened = (burn: Burn): Burn => ({ ...burn, past: Math.min(burn.past, isLong ? 365 : 65) });

test('the rules fire then, and no other does', { timeout: 1_200_000 }, async () => {
  const ofPages = burns
    .filter((burn) => isLong || isShort(burn))
    .map((burn) => followed(shortened(burn), pages, 1, 60));
  const burnt = tickets.filter((name) => windowOf(name) === '7d');
  const ofTickets = isLong ? burns.map((burn) => followed(burn, burnt, 5, calm)) : [];
  const said = await testFiles([...ofPages, ...ofTickets]);
  expect(said.filter(({ ok }) => !ok).map(({ name, output }) => `${name}: ${output}`)).toEqual([]);
});
