// One objective as people read it, with all that is known: what it is, and its numbers of the service beside those of this pod.
import type { Paint } from '../../../core/terminal.ts';
import type { ObjectiveBody, StandingBody } from '../answer.ts';
import { type BurnWindow, burnWindowNames } from '../budget.ts';
import { wrapped } from './columns.ts';
import { burnText, countText, floorText, leftText, spanText, timeText } from './figures.ts';
import { type Around, coverText, digitsOf, type Named, partlyMs, verdict } from './verdict.ts';

const labelWidth = 18;
const cellWidth = 31;

export function oneText(one: Named, around: Around, paint: Paint): string {
  const { timestamp: now } = around;
  const { description, indicator, objective_percent, sla_percent, window_ms, service, here } = one;
  const sla = sla_percent === undefined ? '' : `; SLA: ${sla_percent} %`;
  const field = (label: string, text: string): string =>
    wrapped(text, label.padEnd(labelWidth), ' '.repeat(labelWidth));
  const about = [
    ...(description === undefined ? [] : [field('for users', description)]),
    field('measured', indicator),
    field('objective', `${objective_percent} % in ${spanText(window_ms)}${sla}`),
  ];
  const shown = [
    ...(service === null ? [] : [{ title: `service${ageOf(service, now)}`, standing: service }]),
    ...(here === null ? [] : [{ title: 'this pod', standing: here }]),
  ];
  const first = shown[0]?.standing;
  const figures = first === undefined ? [] : figuresOf(one, first, now);
  const titles = shown.map(({ title }) => title);
  const rows = figures.map(({ label, text }) => ({ label, cells: shown.map(({ standing }) => text(standing)) }));
  const lines =
    first === undefined
      ? []
      : ['', paint.strong(line('', titles)), ...rows.map(({ label, cells }) => line(label, cells))];
  return `${verdict(one, around, paint)}\n${about.join('')}${lines.map((text) => `${text}\n`).join('')}`;
}

/** Of what is not of now. */
function ageOf({ as_of }: StandingBody, now: string): string {
  const ms = Date.parse(now) - Date.parse(as_of);
  return ms < 60_000 ? '' : `, ${spanText(ms)} ago`;
}

const line = (label: string, cells: readonly string[]): string =>
  [label.padEnd(labelWidth), ...cells.map((cell, index) => (index < cells.length - 1 ? cell.padEnd(cellWidth) : cell))]
    .join('')
    .trimEnd();

type Figure = { readonly label: string; text(standing: StandingBody): string };

/** @param first the one whose months are named */
function figuresOf(one: ObjectiveBody, first: StandingBody, now: string): readonly Figure[] {
  const percent = (value: number | null): string => (value === null ? '-' : `${floorText(value, digitsOf(one))} %`);
  const burn = (window: BurnWindow): Figure => ({
    label: `burn ${window}`,
    text(standing) {
      const { [window]: rate } = standing.burn;
      const ms = partlyMs(standing, window);
      return rate === null ? '-' : `${burnText(rate)}x${ms === null ? '' : ` over ${spanText(ms)}`}`;
    },
  });
  /** @param named the month that the line is of */
  const monthText = (month: StandingBody['last_month'], named: string | undefined): string => {
    const value = month?.compliance_percent ?? null;
    if (month === null || value === null) return '-';
    const prefix = month.month === named ? '' : `${month.month}: `;
    if (month.sla_kept === null) return `${prefix}${percent(value)}`;
    const isYoung = month.sla_kept && value < (one.sla_percent ?? 0); // the time before counts as good
    const kept = `${isYoung && prefix === '' ? ' counted' : ''}, SLA ${month.sla_kept ? 'kept' : 'broken'}`;
    return `${prefix}${percent(value)}${kept}`;
  };
  const [named, before] = [first.month.month, monthBefore(first.month.month)];
  return [
    { label: 'good', text: ({ compliance_percent }) => percent(compliance_percent) },
    { label: 'events', text: ({ events }) => countText(events.good + events.bad) },
    { label: 'bad events', text: ({ events }) => countText(events.bad) },
    { label: 'budget left', text: ({ budget }) => (budget === null ? '-' : `${leftText(budget.left_percent)} %`) },
    { label: '  in events', text: ({ budget }) => (budget === null ? '-' : eventsText(budget.left_events)) },
    { label: '  in total outage', text: ({ budget }) => (budget === null ? '-' : outageText(budget.left_minutes)) },
    { label: 'spent', text: (standing) => spentText(standing, now) },
    ...burnWindowNames.map(burn),
    { label: 'counted', text: (standing) => coverText(standing, one) },
    { label: '  since', text: ({ since }) => (since === null ? '-' : timeText(since, now)) },
    { label: `${named} so far`, text: ({ month }) => monthText(month, named) },
    { label: before, text: ({ last_month }) => monthText(last_month, before) },
  ];
}

/** @param month `2026-01` is after `2025-12` */
function monthBefore(month: string): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - 1);
  return date.toISOString().slice(0, 7);
}

const eventsText = (count: number): string => (count < 0 ? `${countText(-count)} too many` : countText(count));

const outageText = (minutes: number): string =>
  minutes < 0 ? `${spanText(-minutes * 60_000)} too long` : spanText(minutes * 60_000);

function spentText({ budget, exhausted_at }: StandingBody, now: string): string {
  if (budget === null) return '-';
  if (budget.left_percent <= 0) return 'it is spent';
  if (exhausted_at === null) return 'not at this pace';
  const ms = Math.max(0, Date.parse(exhausted_at) - Date.parse(now));
  return `in ${spanText(ms)}, ${timeText(exhausted_at, now).replace(/(?<=-\d\d) .*/, '')}`; // a day, or the time of today
}
