// What the objectives say on the page of metrics, and as events: this pod's numbers.
import type { Instant } from '../../core/clock.ts';
import type { Meter } from '../../core/meter.ts';
import type { House } from '../define.ts';
import { budgetOf, complianceOf, partOf } from './budget.ts';
import { judge } from './burn-state.ts';
import { burnGauges, families, results } from './families.ts';
import type { Objective } from './objectives.ts';

export interface Gauges {
  /** Every series of the objectives that does not wait for events; none of those whose names are not theirs any more. */
  begin(gone: readonly string[]): void;
  /** What is known now. */
  set(now: Instant): void;
}

export function createGauges(
  objectives: readonly Objective[],
  { clock, meter, emit }: Pick<House, 'clock' | 'meter' | 'emit'>,
): Gauges {
  const meters = Object.fromEntries(Object.entries(families).map(([key, family]) => [key, meter(family)])) as Readonly<
    Record<keyof typeof families, Meter>
  >;
  /** The wall time of an instant that does not change: the label stays when the wall clock is set. */
  const since = new Map<string, { readonly at: Instant; readonly seconds: number }>();
  const put = (one: Meter, labels: Readonly<Record<string, string>>, value: number | undefined): void => {
    if (value === undefined) one.remove(labels);
    else one.set(labels, value);
  };
  const sinceOf = (slo: string, at: Instant | undefined, now: Instant): number | undefined => {
    if (at === undefined) return undefined;
    const known = since.get(slo);
    const seconds = known?.at === at ? known.seconds : (clock.wall().getTime() - (now - at)) / 1000;
    since.set(slo, { at, seconds });
    return seconds;
  };
  const remove = (slo: string): void => {
    meters.objective.remove({ slo });
    for (const result of results) meters.events.remove({ slo, result });
    for (const one of [meters.compliance, meters.budget, meters.since]) one.remove({ slo });
    for (const window of burnGauges) meters.burn.remove({ slo, window });
  };
  return {
    begin(gone) {
      for (const slo of gone) remove(slo);
      for (const { name: slo, settings, ledger } of objectives) {
        meters.objective.set({ slo }, Number((settings.objective / 100).toPrecision(12))); // 99.9 % is 0.999, and not 0.9990000000000001
        if (ledger !== undefined) for (const result of results) meters.events.add({ slo, result }, 0);
      }
    },
    set(now) {
      for (const { name: slo, settings, ledger, here } of objectives) {
        const standing = here(now);
        if (ledger === undefined || standing === undefined) continue;
        const { counts, burn } = standing;
        const { windows } = ledger;
        put(meters.compliance, { slo }, complianceOf(counts));
        put(
          meters.budget,
          { slo },
          budgetOf(counts, settings.objective, partOf(standing, settings.window, clock.wall()))?.left,
        );
        for (const window of burnGauges) put(meters.burn, { slo, window }, burn[window]);
        put(meters.since, { slo }, sinceOf(slo, windows.since, now));
        if (judge(ledger.burn, settings, now, windows))
          emit({ kind: 'objective', slo, burn: ledger.burn.burn, exhausted: ledger.burn.exhausted });
      }
    },
  };
}
