// What is known of the objectives by Prometheus, what is told of it, and what a successor takes over. Pure.
import type { Instant } from '../../../core/clock.ts';
import { same } from '../../../core/same.ts';
import type { Scope } from '../../prometheus/expression.ts';
import type { AskedSettings } from '../../prometheus/settings.ts';
import { burnWithin, monthBegin, type Standing } from '../budget.ts';
import type { SloSettings, SlosSettings } from '../settings.ts';
import type { Months, Rolling } from './reading.ts';

/** Of an objective. */
export type Known = {
  readonly rolling?: Rolling & { readonly answered: Instant };
  /** They are asked for again when they are due. */
  readonly months?: Months & { readonly due: Instant };
};

/** What one service keeps for its successor. */
export type ServiceHeritage = {
  readonly settings: ServiceSettings;
  readonly known: ReadonlyMap<string, Known>;
};

/** What its answers depend on. */
export type ServiceSettings = {
  readonly objectives: SlosSettings;
  readonly prometheus: AskedSettings;
  readonly scope: Scope;
};

/** What is told of one: its burn is that of its objective of now. */
export function standingOf(rolling: Rolling, months: Months | undefined, { objective }: SloSettings): Standing {
  const { at, since, counts, within } = rolling;
  const isOfThisMonth = months?.begin === monthBegin(at);
  return {
    ...{ from: 'prometheus', at, since, counts, coveredMs: at.getTime() - since.getTime() },
    ...burnWithin(within, objective),
    month: (isOfThisMonth ? months?.month : undefined) ?? { good: 0, bad: 0 },
    lastMonth: isOfThisMonth ? months?.lastMonth : undefined,
  };
}

/** What was answered of the same events: of the same window too, or of months alone. */
export function stillRight({ settings, known }: ServiceHeritage, now: ServiceSettings): readonly [string, Known][] {
  if (!same([settings.prometheus, settings.scope], [now.prometheus, now.scope])) return [];
  return [...known].flatMap(([name, one]): [string, Known][] => {
    const [was, is] = [settings.objectives[name], now.objectives[name]];
    if (was === undefined || is === undefined || !same(was.indicator, is.indicator)) return [];
    const { rolling, ...months } = one;
    return [[name, was.window === is.window && rolling !== undefined ? { rolling, ...months } : months]];
  });
}
