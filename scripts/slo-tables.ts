// The tables of docs/slo.md: what a budget buys, how long it lasts, and what few events mean, by the code that counts.
import { formatDuration } from '../src/core/duration.ts';
import { allowedShare, budgetOf, burnOf, burnPairs, exhaustedInMs } from '../src/features/slos/budget.ts';
import { leastEvents } from '../src/features/slos/few-events.ts';
import { settings } from '../src/features/slos/settings.ts';
import { type Part, table } from './part.ts';

const file = 'docs/slo.md';
const day = 86_400_000;
const objectives = [95, 99, 99.5, 99.9, 99.95, 99.99];

/** To the second where it is short, to the minute where it is long. */
function roughly(milliseconds: number): string {
  const step = milliseconds < 3_600_000 ? 1000 : milliseconds < day ? 60_000 : 3_600_000;
  return formatDuration(Math.round(milliseconds / step) * step);
}

const grouped = (count: number): string => String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ' ');

/** Of a window in which every second was an event, all good. */
function downtime(objective: number, windowMs: number): string {
  const budget = budgetOf({ good: windowMs / 1000, bad: 0 }, objective, { windowMs, countedMs: windowMs });
  return roughly((budget?.leftMinutes ?? 0) * 60_000);
}

const badOf = (objective: number, events: number): string =>
  grouped(budgetOf({ good: events, bad: 0 }, objective, { windowMs: 1000, countedMs: 1000 })?.leftEvents ?? 0);

const budgetRows = objectives.map((objective) => [
  `${objective} %`,
  ...[7, 30, 90].map((days) => downtime(objective, days * day)),
  ...[10_000, 1_000_000].map((events) => badOf(objective, events)),
  grouped(leastEvents(objective)),
]);

const window = 30 * day;
const lasts = (burn: number): string => roughly(exhaustedInMs(1, burn, window) ?? 0);
const rates = [0.5, ...burnPairs.map(({ rate }) => rate).sort((one, two) => one - two)];
const burnRows = [
  ...rates.map((rate) => [
    String(rate),
    ...[99, 99.9].map((objective) => `${Number((rate * allowedShare(objective) * 100).toFixed(3))} %`),
    rate > 1 ? lasts(rate) : rate === 1 ? `${lasts(rate)}: just met` : `more than ${lasts(1)}: met`,
  ]),
  ...[99, 99.9].map((objective) => {
    const burn = burnOf({ good: 0, bad: 1 }, objective) ?? 0;
    const shares = [99, 99.9].map((other) => (other === objective ? '100 %' : ''));
    return [`${Math.round(burn)}: nothing works`, ...shares, lasts(burn)];
  }),
];

/** As it is unless it is set. */
const usual = settings.parse({ a: { indicator: { ready: true }, objective: 99.9 } }).a;
const [fast] = burnPairs;
const fastRate = fast?.rate ?? 0;
const fewRows = [5, 20, 60, 600, 6000, 60_000].map((events) => {
  const burn = burnOf({ good: events - 1, bad: 1 }, 99.9) ?? 0;
  const byRate = Math.max(1, Math.ceil(Number((fastRate * allowedShare(99.9) * events).toFixed(6))));
  const most = usual?.min_bad_events ?? 0;
  const needed = Math.max(byRate, most);
  return [
    grouped(events),
    String(Number(burn.toFixed(2))),
    burn >= fastRate ? 'yes' : 'no',
    needed > events ? `never: there are ${events}` : `${grouped(needed)} bad events`,
  ];
});

/** What `npm run generate` writes. */
export const sloParts: readonly Part[] = [
  table(
    file,
    'budgets',
    [
      ...['objective', 'down in 7 days', 'in 30 days', 'in 90 days'],
      ...['bad of 10 000', 'bad of 1 000 000', 'fewest events'],
    ],
    budgetRows,
  ),
  table(
    file,
    'burn',
    ['a burn rate of', 'bad events at 99 %', 'bad events at 99.9 %', 'a whole budget of 30 days lasts'],
    burnRows,
  ),
  table(
    file,
    'few events',
    ['events in the hour', 'burn by one bad one', 'would it page by the rate alone?', 'what pages here'],
    fewRows,
  ),
];
