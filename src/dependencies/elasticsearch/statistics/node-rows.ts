// One value of a node each: its family, and where it is in GET _nodes/stats.
import type { Family, FamilyType } from '../../../core/family.ts';
import { exported } from './family.ts';

const nodeLabels = [
  ...['cluster', 'host', 'name'],
  ...['es_master_node', 'es_data_node', 'es_ingest_node', 'es_client_node'],
];

/** A value: where it is in the object at hand, by what it is divided, and the values of the labels it has more. */
export type Row = {
  readonly family: Family;
  readonly path: string;
  readonly divisor: number;
  readonly labels: readonly string[];
};

/** Name and path without what the section has in common. A value in seconds is one of milliseconds there. */
export type Line = readonly [
  type: FamilyType,
  name: string,
  path: string,
  help: string,
  unit?: 'bytes' | 'seconds' | 'percent' | 'kilobytes' | undefined,
];

export const row = (
  [type, name, path, help, unit]: Line,
  more: readonly string[] = [],
  labels: readonly string[] = [],
): Row => ({
  family: exported(name, type, help, [...nodeLabels, ...more], unit === undefined ? {} : { unit }),
  path,
  divisor: unit === 'seconds' ? 1000 : 1,
  labels,
});

/** Lines whose names and paths begin alike. */
export const section = (name: string, path: string, lines: readonly Line[]): Row[] =>
  lines.map(([type, own, at, help, unit]) => row([type, name + own, path + at, help, unit]));
