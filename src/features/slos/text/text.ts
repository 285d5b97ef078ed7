// The answer of /slo as people read it: first what is in trouble, then a table of all; or one objective with all that is
// known of it. It is made of the body alone, so that the route and the command say the same.
import type { Paint } from '../../../core/terminal.ts';
import type { SloBody } from '../answer.ts';
import type { ObjectiveState } from '../judging.ts';
import { type Cell, table, wrapped } from './columns.ts';
import { burnText, floorText, leftText, timeText } from './figures.ts';
import { oneText } from './one.ts';
import { breaksSla, coverText, digitsOf, judgedOf, type Named, paintOf, podAloneFails, verdict } from './verdict.ts';

/** @param name the objective of which everything is told; of all the most important unless given */
export function sloText(body: SloBody, paint: Paint, name?: string): string {
  const one = name !== undefined && Object.hasOwn(body.objectives, name) ? body.objectives[name] : undefined;
  const notes = [...(one === undefined ? ofYoung(body) : []), ...notesOf(body)].map((note) => wrapped(note));
  return [
    name === undefined || one === undefined ? listText(body, paint) : oneText({ ...one, name }, body, paint),
    ...(notes.length > 0 ? ['\n', ...notes] : []),
  ].join('');
}

/** What a reader of the numbers should know. */
function notesOf({ draining, prometheus, timestamp, objectives }: SloBody): readonly string[] {
  const since = prometheus?.state === 'failing' ? prometheus.since : null;
  const all = Object.values(objectives);
  const isPartly = all.some(({ service }) => service !== null && since !== null && service.as_of >= since);
  const silence = isPartly ? 'answers only in part' : 'gives no answer';
  return [
    ...(since === null ? [] : [`Prometheus ${silence} since ${timeText(since, timestamp)}: see the log.`]),
    ...(draining ? ['This pod drains: readiness is not counted.'] : []),
  ];
}

/** Why one is met whose share of good events is too low. */
function ofYoung({ objectives }: SloBody): readonly string[] {
  const isYoung = Object.values(objectives).some((one) => {
    const good = judgedOf(one)?.compliance_percent ?? null;
    return one.state === 'met' && good !== null && good < one.objective_percent;
  });
  return isYoung ? ['The time before the events were counted counts as good.'] : [];
}

/** The worst first. */
const order: readonly ObjectiveState[] = ['exhausted', 'burning', 'unknown', 'met'];

function listText(body: SloBody, paint: Paint): string {
  const { objectives } = body;
  const all = Object.entries(objectives).map(([name, one]): Named => ({ ...one, name }));
  const sorted = order.flatMap((state) => all.filter((one) => one.state === state));
  if (sorted.length === 0) return 'No objective is configured.\n';
  const inTrouble = sorted.filter(
    (one) => one.state === 'exhausted' || one.state === 'burning' || breaksSla(one) || podAloneFails(one),
  );
  const header = ['state', 'objective', 'good %', 'wanted', 'left %', 'burn 1h', 'counted'];
  const rows = sorted.map((one) => row(one, paint));
  const first = inTrouble.map((one) => verdict(one, body, paint)).join('') || wrapped(calm(sorted));
  return `${first}\n${table(header, rows, paint)}`;
}

function calm(all: readonly Named[]): string {
  const unknown = all.filter(({ state }) => state === 'unknown').map(({ name }) => name);
  const met = all.length - unknown.length;
  const said = met === 1 ? '1 objective is met.' : `${met} objectives are met.`;
  return [
    ...(met > 0 ? [said] : []),
    ...(unknown.length > 0 ? [`No event was counted for ${unknown.join(', ')}.`] : []),
  ].join(' ');
}

function row(one: Named, paint: Paint): readonly Cell[] {
  const { name, state, objective_percent, judged_by } = one;
  const begin = [{ text: state, paint: paintOf(state, paint) }, { text: name }];
  const standing = judgedOf(one);
  const wanted = { text: String(objective_percent) };
  if (standing === null) return [...begin, { text: '-' }, wanted, { text: '-' }, { text: '-' }, { text: 'no event' }];
  const { compliance_percent, budget, burn } = standing;
  return [
    ...begin,
    { text: compliance_percent === null ? '-' : floorText(compliance_percent, digitsOf(one)) },
    wanted,
    { text: budget === null ? '-' : leftText(budget.left_percent) },
    { text: burnText(burn['1h']) },
    { text: `${judged_by === 'service' ? 'service' : 'pod'}, ${coverText(standing, one)}` },
  ];
}
