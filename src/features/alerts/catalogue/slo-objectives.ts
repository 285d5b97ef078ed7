// Which objectives there are, as alerts ask it.
import type { Facts } from '../../generate.ts';
import { parseSelector } from '../../slos/selector.ts';
import type { SloSettings } from '../../slos/settings.ts';

export type Objective = SloSettings & { readonly name: string };

export const objectivesOf = (facts: Facts): readonly Objective[] =>
  Object.entries((facts.settingsOf('slos') ?? {}) as Readonly<Record<string, SloSettings>>).map(([name, settings]) => ({
    ...{ ...settings, name },
  }));

export const hasObjectives = (facts: Facts): boolean => objectivesOf(facts).length > 0;

/**
 * Objectives that page and count all events of this metric of the catalogue of the app: their alerts tell of the same users. What
 * is counted of one route tells nothing of the others.
 */
export function pagingOn(metric: string, facts: Facts): readonly string[] {
  const { prefix = '' } = (facts.settingsOf('app') ?? {}) as { readonly prefix?: string };
  const name = prefix === '' ? metric : `${prefix}_${metric}`;
  return objectivesOf(facts)
    .filter(({ page, indicator: { ratio } }) => {
      const total = parseSelector(ratio?.total ?? '');
      return page && total?.name === name && total.matchers.length === 0;
    })
    .map((objective) => objective.name);
}
