// How the families of this room are written down.
import type { Family } from '../../../core/family.ts';

type More = Pick<Family, 'unit' | 'when' | 'asks' | 'privilege'> & { readonly labels?: readonly string[] };

const family =
  (type: Family['type']) =>
  (name: string, help: string, { labels = [], ...more }: More = {}): Family => ({
    name: `redis_${name}`,
    type,
    help,
    labels,
    exporter: 'redis_exporter',
    ...more,
  });

/** Families whose names, without `redis_`, types and labels are those of redis_exporter. */
export const gauge = family('gauge');
export const counter = family('counter');
export const summary = family('summary');
export const histogram = family('histogram');

/** One that redis_exporter lacks. */
export const ownGauge = (name: string, help: string, { labels = [], ...more }: More = {}): Family => ({
  name: `sidewarden_redis_${name}`,
  type: 'gauge',
  help,
  labels,
  ...more,
});
