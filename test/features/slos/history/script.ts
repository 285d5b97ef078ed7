// What happens to a service in 33 days: who runs when, what is out, what is not scraped. Times are seconds since the begin.
import { createRandom } from '../../../servers/shop/random.ts';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** The end lies in a month, and the whole month before is in the script. */
export const beginsAt = Date.UTC(2026, 1, 27);
export const lastsS = 33 * day + 10 * hour + 20 * minute;
export const windowS = 30 * day;

/** From its begin up to, not including, its end. */
export type Span = { readonly from: number; readonly to: number };
const span = (days: number, clock: string, s: number): Span => {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const from = days * day + hours * hour + minutes * minute + seconds;
  return { from, to: from + s };
};

export type Pod = Span & {
  readonly name: string;
  /** When our process does not run; its counters begin at 0 after it. */
  readonly away: readonly Span[];
  /** When the service's process does not run; its counters begin at 0 after it. */
  readonly appAway: readonly Span[];
};

/** Until a pod first says that it is ready. */
export const startsS = 25;
/** Before its end a pod says that it is not ready, which is not counted. */
export const drainsS = 15;

/** One replica stays; the other is replaced by a pod of another name every few days, once in the middle of an outage. */
const staying: Pod = {
  name: 'shop-a',
  from: 0,
  to: lastsS,
  away: [span(6, '09:12:07', 21), span(14, '03:40:31', 48), span(22, '16:05:55', 19), span(24, '03:06:20', 33)],
  appAway: [span(3, '12:00:10', 24), span(9, '22:31:40', 31), span(17, '08:15:02', 26), span(27, '19:47:33', 40)],
};
/** On the 19th day the service of the other crashes again and again. */
const crashes = Array.from({ length: 6 }, (_, index) => span(19, `14:${String(index * 5).padStart(2, '0')}:12`, 35));
const rolls = [
  ...[0, span(7, '13:20:05', 0).from, span(12, '02:11:41', 0).from, span(15, '21:40:18', 0).from],
  ...[span(21, '10:02:50', 0).from, lastsS],
];
const replaced: readonly Pod[] = rolls.slice(1).map((next, index) => {
  const from = rolls[index] ?? 0;
  const to = Math.min(lastsS, next + startsS + 10);
  return {
    name: `shop-b${index}`,
    from,
    to,
    away: [],
    appAway: crashes.filter((one) => one.from > from && one.to < to),
  };
});
export const pods: readonly Pod[] = [staying, ...replaced];

/** What is wrong with the database, or with one pod's way to it. */
export type Outage = Span & {
  /** Where it is seen; everywhere unless said. */
  readonly pod?: string;
  /** Of the requests that are answered while it lasts. */
  readonly fails: number;
  readonly slow: number;
  /** Of each minute, the seconds in which checks fail and pods are not ready. */
  readonly unhealthyS: number;
};

const total = { fails: 1, slow: 1, unhealthyS: 60 };
/** Forty outages of a few seconds, shorter than the time between two scrapes. */
const random = createRandom(28);
const bursts: readonly Outage[] = Array.from({ length: 40 }, (_, index) => {
  const { from } = span(28, '08:00:00', 0);
  const begin = Math.floor(from + index * 15 * minute + random() * 10 * minute);
  return { from: begin, to: begin + 7, fails: 1, slow: 1, unhealthyS: 0 };
});
export const outages: readonly Outage[] = [
  // Before the window: what still counts it is far off.
  { ...span(1, '09:30:00', 2 * hour), ...total },
  { ...span(5, '14:03:20', 9 * minute), ...total },
  { ...span(8, '02:10:40', 6 * minute), ...total },
  { ...span(10, '11:00:00', 50 * minute), fails: 0.03, slow: 0.3, unhealthyS: 8 },
  { ...span(12, '16:20:10', 9 * minute), pod: 'shop-a', ...total },
  { ...span(15, '20:30:00', 3 * hour), fails: 0.004, slow: 0.2, unhealthyS: 0 },
  // While Prometheus does not scrape.
  { ...span(20, '03:20:00', 4 * minute), ...total },
  // Our process of one pod begins anew within it. At night: what fails in those seconds by day would be 2 % of a budget.
  { ...span(24, '03:05:00', 3 * minute), ...total },
  ...bursts,
  { ...span(33, '09:58:15', 80), ...total },
];

/** When Prometheus scrapes nothing. */
export const unscraped: readonly Span[] = [
  span(4, '18:00:00', 3 * hour),
  span(13, '05:30:00', 7 * minute),
  span(20, '03:00:00', 45 * minute),
  span(26, '22:00:00', 20 * minute),
];
/** Of all scrapes, those that fail besides. */
export const lostScrapes = 0.004;

/** When nobody reads the statistics, since another replica takes over; it goes on with the server's counters. */
export const takeovers: readonly Span[] = [
  ...[span(6, '09:12:07', 40), span(7, '13:20:40', 65), span(14, '03:40:31', 61), span(18, '11:30:00', 240)],
  ...[span(22, '16:05:55', 44), span(24, '03:06:20', 70), span(30, '01:00:00', 58)],
];
/** The server of the statistics crashes with this outage, and counts from 0. */
export const serverCrash = span(5, '14:03:20', 9 * minute);

/** Requests each second to a pod by the hour of the day: at night one every two minutes. */
const byHour = [
  ...[0.06, 0.02, 0.008, 0.008, 0.008, 0.03, 0.4, 1.2, 2.4, 3.6, 4, 4.4],
  ...[4.4, 4, 4, 4.2, 4.4, 4.8, 5.2, 5.6, 2.4, 1.6, 0.8, 0.3],
];
export const rateAt = (second: number): number => byHour[Math.floor(second / hour) % 24] ?? 0;

/** Of the requests, when nothing is out. */
export const usual = { fails: 0.0002, slow: 0.012 };
/** Transactions of the server for one request; of them roll back. */
export const transactions = { each: 1.5, rollback: 0.001 };

export const within = (spans: readonly Span[], second: number): boolean =>
  spans.some(({ from, to }) => second >= from && second < to);
