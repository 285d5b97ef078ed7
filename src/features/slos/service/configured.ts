// The objectives as Prometheus has them, where the configuration names one to ask.
import type { House, Others } from '../../define.ts';
import { type ScopeSettings, scopeOf } from '../../prometheus/scope.ts';
import { isAsked, type PrometheusSettings } from '../../prometheus/settings.ts';
import { createService, type Service } from '../service.ts';
import type { SlosSettings } from '../settings.ts';
import { failureClasses, serviceFamilies as families } from './families.ts';
import type { ServiceHeritage } from './known.ts';

/** @param inherited of the predecessor */
export function serviceOf(
  objectives: SlosSettings,
  house: House,
  others: Others,
  inherited: ServiceHeritage | undefined,
): Service | undefined {
  const prometheus = others.prometheus as PrometheusSettings | undefined;
  if (!isAsked(prometheus)) return undefined;
  const { service, namespace } = house;
  const scope = scopeOf(others.alerts as ScopeSettings | undefined, { service, namespace, app: others.app, own: [] });
  return createService({ objectives, prometheus, scope, house, inherited });
}

/** Nobody is asked any more: what was told of it goes. */
export function forgetService({ meter }: Pick<House, 'meter'>): void {
  for (const family of [families.up, families.duration]) meter(family).remove({});
  for (const errorClass of failureClasses) meter(families.failures).remove({ class: errorClass });
}
