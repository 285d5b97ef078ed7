// The answer of /slo as people read it: first what is in trouble, then a table of all; or one objective with all that is
// known of it. It is made of the body alone, so that the route and the command say the same.
import type { Paint } from '../../../core/terminal.ts';
import type { ObjectiveState, SloBody } from '../answer.ts';
import { type Cell, table, wrapped } from './columns.ts';
import { burnText, floorText, leftText } from './figures.ts';
import { oneText } from './one.ts';
import { breaksSla, coverText, digitsOf, judgedOf, type Named, paintOf, verdict } from './verdict.ts';

/** @param name the objective of which everything is told; of all the most important unless given */
export function sloText(body: SloBody, paint: Paint, name?: string): string {
  const one = name !== undefined && Object.hasOwn(body.objectives, name) ? body.objectives[name] : undefined;
  return name === undefined || one === undefined
    ? listText(body, paint)
    : oneText({ ...one, name }, body.timestamp, paint);
}

/** The worst first. */
const order: readonly ObjectiveState[] = ['exhausted', 'burning', 'unknown', 'met'];

function listText({ objectives, timestamp }: SloBody, paint: Paint): string {
  const all = Object.entries(objectives).map(([name, one]): Named => ({ ...one, name }));
  const sorted = order.flatMap((state) => all.filter((one) => one.state === state));
  if (sorted.length === 0) return 'No objective is configured.\n';
  const inTrouble = sorted.filter((one) => one.state === 'exhausted' || one.state === 'burning' || breaksSla(one));
  const header = ['state', 'objective', 'good %', 'wanted', 'left %', 'burn 1h', 'counted'];
  const rows = sorted.map((one) => row(one, paint));
  const first = inTrouble.map((one) => verdict(one, timestamp, paint)).join('') || wrapped(calm(sorted));
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
