// Families of elasticsearch_exporter by their name, and how a list of unknown length is capped.
import type { Family, FamilyType } from '../../../core/family.ts';
import type { Collecting } from '../../statistics.ts';

/** @param name without `elasticsearch_`. */
export const exported = (
  name: string,
  type: FamilyType,
  help: string,
  labels: readonly string[],
  more: Pick<Family, 'unit' | 'when'> = {},
): Family => ({ name: `elasticsearch_${name}`, type, help, labels, exporter: 'elasticsearch_exporter', ...more });

/** The first of them; what is beyond is counted. */
export function capped<T>(all: readonly T[], most: number, limits: Collecting): readonly T[] {
  if (all.length > most) limits.cut(all.length - most);
  return all.slice(0, most);
}

export const colors = ['green', 'yellow', 'red'] as const;
