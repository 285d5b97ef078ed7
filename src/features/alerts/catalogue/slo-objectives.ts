// Which objectives there are, as alerts ask it.
import { exposedName } from '../../../core/app-names.ts';
import type { Facts } from '../../generate.ts';
import { createMatch, parseSelector, type Selector } from '../../slos/selector.ts';
import type { SloSettings } from '../../slos/settings.ts';

export type Objective = SloSettings & { readonly name: string };

export const objectivesOf = (facts: Facts): readonly Objective[] =>
  Object.entries((facts.settingsOf('slos') ?? {}) as Readonly<Record<string, SloSettings>>).map(([name, settings]) => ({
    ...{ ...settings, name },
  }));

export const hasObjectives = (facts: Facts): boolean => objectivesOf(facts).length > 0;

/** What an alert counts as bad, by examples: values of the label that says so, and some that are good. */
export type Bad = { readonly label: string; readonly bad: readonly string[]; readonly good: readonly string[] };

/**
 * Objectives that page, count all events of this metric of the catalogue of the app, and mean the same by bad: their alerts tell of
 * the same users. What is counted of one route tells nothing of the others, and what clients do wrong nothing of failures.
 */
export function pagingOn(metric: string, means: Bad, facts: Facts): readonly string[] {
  const { prefix = '' } = (facts.settingsOf('app') ?? {}) as { readonly prefix?: string };
  const name = exposedName({ name: metric }, prefix);
  return objectivesOf(facts)
    .filter(({ page, indicator: { ratio } }) => {
      const total = parseSelector(ratio?.total ?? '');
      if (!page || total?.name !== name || total.matchers.length > 0) return false;
      const part = parseSelector(ratio?.bad ?? ratio?.good ?? '');
      return part?.name === name && saysTheSame(part, ratio?.bad !== undefined, means);
    })
    .map((objective) => objective.name);
}

function saysTheSame({ matchers }: Selector, selectsBad: boolean, { label, bad, good }: Bad): boolean {
  const fits = createMatch(matchers);
  const isBad = (value: string): boolean => fits((name) => (name === label ? value : '')) === selectsBad;
  return bad.every(isBad) && !good.some(isBad);
}
