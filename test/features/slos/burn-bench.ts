// The burns of the table as promtool reads them: the rules of one objective, as they are generated, and its events.
import { slo as pack } from '../../../src/features/alerts/catalogue/slo.ts';
import { type Alert, recordingsOf } from '../../../src/features/alerts/pack.ts';
import { alertRules, type Rule, recordingRule } from '../../../src/features/alerts/rule.ts';
import type { Facts } from '../../../src/features/generate.ts';
import { settings } from '../../../src/features/slos/settings.ts';
import { recordingsOf as readBy, scope } from '../alerts/bench.ts';
import { factsWith } from '../alerts/objectives.ts';
import type { Burn } from './burn-table.ts';

/** The alerts that a burn can bring about, those that wake somebody, and the others. */
export const alerts: readonly Alert[] = pack.alerts.filter(({ name }) => name.startsWith('SloBu'));
export const pages = alerts.filter(({ severity }) => severity === 'critical').map(({ name }) => name);
export const tickets = alerts.filter(({ severity }) => severity !== 'critical').map(({ name }) => name);

/** @param window of the objective: alerts on burn do not depend on it, and a short one is evaluated faster */
const factsOf = ({ objective }: Burn, window: string): Facts =>
  factsWith(settings.parse({ shop: { indicator: { ready: true }, objective, window } }));

/** Of these alerts, with the recording rules that they read. */
export function rulesOf(burn: Burn, names: readonly string[], window = '7d'): readonly Rule[] {
  const facts = factsOf(burn, window);
  const wanted = alerts.filter(({ name }) => names.includes(name));
  const read = readBy(wanted.map(({ expr }) => expr).join(' '), recordingsOf(pack, facts));
  return [
    ...read.map((recording) => recordingRule(recording, scope)),
    ...wanted.flatMap((alert) => alertRules(alert, pack, { scope }, facts)),
  ];
}

const recorded = /\bslo:[a-z0-9_]+:[a-z0-9_]+\{[^{}]*\}/g;

/** What an alert asks, with every recording rule written out: it can be asked of any instant, without those before. */
export function writtenOut(burn: Burn, name: string, window = '30d'): string {
  const rules = rulesOf(burn, [name], window);
  const out = (expr: string): string =>
    expr.replaceAll(recorded, (selector) => {
      const found = rules.find(({ record }) => record !== undefined && selector.startsWith(`${record}{`));
      if (found === undefined) throw new Error(`no rule records ${selector}`);
      return Object.entries({ slo: '', ...found.labels })
        .filter(([label]) => label !== 'slo' || found.labels?.slo !== undefined)
        .reduce(
          (text, [label, value]) => `label_replace(${text}, "${label}", "${value}", "", "")`,
          `(${out(found.expr)})`,
        );
    });
  return out(rules.find(({ alert }) => alert === name)?.expr ?? '');
}

/** The two counters, a sample each minute; a minute with bad events follows the past. */
export function seriesOf({ traffic, past, bad, lasts }: Burn, calm: number): readonly object[] {
  const stretches = (loud: number, quiet: number): string => {
    const [before, after] = [past * quiet, past * quiet + lasts * loud];
    const part = (start: number, step: number, minutes: number): string => `${start}+${step}x${minutes - 1}`;
    return [...[part(0, quiet, past + 1), part(before + loud, loud, lasts)], part(after + quiet, quiet, calm)].join(
      ' ',
    );
  };
  const of = (result: string): string =>
    `sidewarden_slo_events_total{job="${scope.jobs.checks}", slo="shop", result="${result}", instance="shop-1:9090"}`;
  return [
    { series: of('good'), values: stretches(Math.max(0, traffic - bad), traffic) },
    { series: of('bad'), values: stretches(bad, 0) },
  ];
}
