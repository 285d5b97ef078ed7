// The sentence that says how an objective stands: which, how bad, when it is over.
import type { Paint } from '../../../core/terminal.ts';
import type { ObjectiveBody, SloBody, StandingBody } from '../answer.ts';
import { type BurnWindow, burnWindows } from '../budget.ts';
import type { ObjectiveState } from '../judging.ts';
import { wrapped } from './columns.ts';
import { burnText, counted, countText, decimalsOf, floorText, leftText, spanText, timeText } from './figures.ts';

export type Named = ObjectiveBody & { readonly name: string };

export const paintOf = (state: ObjectiveState, paint: Paint): ((text: string) => string) =>
  ({ exhausted: paint.bad, burning: paint.doubtful, met: paint.good, unknown: paint.faint })[state];

/** Those that decide the state. */
export const judgedOf = ({ judged_by, ...one }: ObjectiveBody): StandingBody | null =>
  judged_by === null ? null : one[judged_by];

/** One more than the objective and the SLA have, so that what is just broken shows. */
export const digitsOf = ({ objective_percent, sla_percent = 0 }: ObjectiveBody): number =>
  Math.max(decimalsOf(objective_percent), decimalsOf(sla_percent)) + 1;

/** How much of the window was counted: all of it but for seconds is all. */
export const coverText = ({ covered_ms }: StandingBody, { window_ms }: ObjectiveBody): string =>
  spanText(covered_ms >= window_ms * 0.999 ? window_ms : covered_ms);

/** How long events were counted, where a window of burn is longer than that; else null. */
export function partlyMs({ as_of, since }: StandingBody, window: BurnWindow): number | null {
  if (since === null) return null;
  const countedMs = Date.parse(as_of) - Date.parse(since);
  return countedMs < burnWindows[window] * 0.999 ? countedMs : null;
}

/** What is told beside an objective. */
export type Around = Pick<SloBody, 'timestamp' | 'prometheus'>;

/** What somebody who was woken reads first. */
export function verdict(one: Named, around: Around, paint: Paint): string {
  const said = sentences[one.state](one, around);
  const first = one.state.toUpperCase();
  const text = `${first} ${one.name}: ${said}${ofPod(one)}${ofSla(one)}`;
  return wrapped(text, '', '  ').replace(first, paintOf(one.state, paint));
}

/** Of the calendar month so far. */
export const breaksSla = (one: ObjectiveBody): boolean => judgedOf(one)?.month.sla_kept === false;

const ofSla = (one: Named): string =>
  breaksSla(one) ? ` The SLA of ${one.sla_percent} % is broken in ${judgedOf(one)?.month.month}.` : '';

/** Prometheus is asked every few minutes, and its windows have all pods: one that has just begun to fail does not show there. */
export const podAloneFails = (one: ObjectiveBody): boolean => ofPod(one) !== '';

function ofPod({ state, judged_by, here }: ObjectiveBody): string {
  if (state !== 'met' || judged_by !== 'service' || here === null) return '';
  if (here.burning_over !== null) return ` This pod burns ${burnOver(here, here.burning_over)}.`;
  return here.budget !== null && here.budget.left_percent <= 0 ? ' The budget of this pod is spent.' : '';
}

/** `6.1x over 6h`, `90x over 40s (of 1h)`. */
function burnOver(standing: StandingBody, window: BurnWindow): string {
  const ms = partlyMs(standing, window);
  return `${burnText(standing.burn[window])}x over ${ms === null ? window : `${spanText(ms)} (of ${window})`}`;
}

type Say = (one: Named, around: Around) => string;

/** By the state. */
const sentences: Readonly<Record<ObjectiveState, Say>> = {
  unknown: (one, around) =>
    one.here === null && one.service === null
      ? `Prometheus alone counts its events, ${ofAsking(around)}.`
      : 'no event was counted.',
  met: (one) => `${goodIn(one)}.${ofBudget(one)}`,
  burning(one, { timestamp }) {
    const standing = judgedOf(one);
    const over = standing?.burning_over ?? null;
    const said = standing === null || over === null ? '' : `burn ${burnOver(standing, over)}.`;
    return `${said}${ofBudget(one)}${end(standing, timestamp)}`;
  },
  exhausted(one) {
    const standing = judgedOf(one);
    return `the budget is spent: ${tooMany(one)}.${goesOn(standing)}`;
  },
};

function ofAsking({ prometheus, timestamp }: Around): string {
  if (prometheus === null) return 'and is not asked: write `prometheus.url`';
  const { state, since } = prometheus;
  if (state === 'waiting') return 'and has not answered yet';
  if (state === 'good') return 'and has none lately';
  return `and gives no answer${since === null ? '' : ` since ${timeText(since, timestamp)}`}`;
}

/** The window, or what was counted of it. */
function within(one: Named): string {
  const standing = judgedOf(one);
  const [cover, window] = [standing === null ? '' : coverText(standing, one), spanText(one.window_ms)];
  return cover === window || cover === '' ? window : `${cover} (of ${window})`;
}

function goodIn(one: Named): string {
  const percent = judgedOf(one)?.compliance_percent ?? null;
  const good = percent === null ? 'no event was counted' : `${floorText(percent, digitsOf(one))} % good`;
  const isYoung = percent !== null && percent < one.objective_percent; // and met all the same
  const rest = isYoung ? ': the time before counts as good' : '';
  return `${good} in ${within(one)}, ${one.objective_percent} % is wanted${rest}`;
}

function ofBudget(one: Named): string {
  const budget = judgedOf(one)?.budget ?? null;
  return budget === null ? '' : ` ${leftText(budget.left_percent)} % of the budget is left.`;
}

function end(standing: StandingBody | null, now: string): string {
  const at = standing?.exhausted_at ?? null;
  if (at === null) return ' It lasts at the pace of the last hour.';
  const ms = Math.max(0, Date.parse(at) - Date.parse(now));
  return ` It is spent in ${spanText(ms)} (${timeText(at, now)}) if this goes on.`;
}

function tooMany(one: Named): string {
  const standing = judgedOf(one);
  const bad = standing?.events.bad ?? 0;
  const allowed = Math.max(0, Math.floor(bad + (standing?.budget?.left_events ?? 0)));
  return `${counted(bad, 'bad event')} in ${within(one)}, ${allowed === 1 ? '1 is' : `${countText(allowed)} are`} allowed`;
}

/** Only the last minutes say whether it goes on. */
function goesOn(standing: StandingBody | null): string {
  const window = (['5m', '30m', '1h'] as const).find((one) => (standing?.burn[one] ?? null) !== null);
  const rate = window === undefined ? null : (standing?.burn[window] ?? null);
  if (standing === null || window === undefined || rate === null) return '';
  const ms = partlyMs(standing, window);
  const last = `in the last ${ms === null ? window : spanText(ms)}`;
  if (window !== '5m') return ` ${last.replace('in', 'In')} it burned ${burnText(rate)}x.`;
  return rate >= 1
    ? ` It goes on: burn ${burnText(rate)}x ${last}.`
    : ` It does not go on: burn ${burnText(rate)}x ${last}.`;
}
