// The sentence that says how an objective stands: which, how bad, when it is over.
import type { Paint } from '../../../core/terminal.ts';
import { burningPair, type ObjectiveBody, type ObjectiveState, type StandingBody } from '../answer.ts';
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

/** What somebody who was woken reads first. */
export function verdict(one: Named, now: string, paint: Paint): string {
  const said = sentences[one.state](one, now);
  const first = one.state.toUpperCase();
  return wrapped(`${first} ${one.name}: ${said}${ofSla(one)}`, '', '  ').replace(first, paintOf(one.state, paint));
}

/** Of the calendar month so far. */
export function breaksSla(one: ObjectiveBody): boolean {
  const compliance = judgedOf(one)?.month.compliance_percent ?? null;
  return compliance !== null && one.sla_percent !== undefined && compliance < one.sla_percent;
}

const ofSla = (one: Named): string =>
  breaksSla(one) ? ` The SLA of ${one.sla_percent} % is broken in ${judgedOf(one)?.month.month}.` : '';

type Say = (one: Named, now: string) => string;

/** By the state. */
const sentences: Readonly<Record<ObjectiveState, Say>> = {
  unknown: ({ here, service }) =>
    here === null && service === null
      ? 'Prometheus alone counts its events, and has said nothing of them lately.'
      : 'no event was counted.',
  met: (one) => `${goodIn(one)}.${ofBudget(one)}`,
  burning(one, now) {
    const standing = judgedOf(one);
    const countedMs = Date.parse(standing?.as_of ?? now) - Date.parse(standing?.since ?? now);
    const long = burningPair(standing?.burn ?? {}, countedMs)?.long ?? '1h';
    const rate = burnText(standing?.burn[long] ?? null);
    return `burn ${rate}x over ${long}.${ofBudget(one)}${end(standing, now)}`;
  },
  exhausted(one) {
    const standing = judgedOf(one);
    return `the budget is spent: ${tooMany(one)}.${goesOn(standing)}`;
  },
};

/** The window, or what was counted of it. */
function within(one: Named): string {
  const standing = judgedOf(one);
  const [cover, window] = [standing === null ? '' : coverText(standing, one), spanText(one.window_ms)];
  return cover === window || cover === '' ? window : `${cover} (of ${window})`;
}

function goodIn(one: Named): string {
  const percent = judgedOf(one)?.compliance_percent ?? null;
  const good = percent === null ? 'no event was counted' : `${floorText(percent, digitsOf(one))} % good`;
  return `${good} in ${within(one)}, ${one.objective_percent} % is wanted`;
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

function goesOn(standing: StandingBody | null): string {
  const { '5m': now = null, '1h': hour = null } = standing?.burn ?? {};
  const rate = now ?? hour;
  if (rate === null) return '';
  const said = `burn ${burnText(rate)}x in the last ${now === null ? '1h' : '5m'}`;
  return rate >= 1 ? ` It goes on: ${said}.` : ` It does not go on: ${said}.`;
}
