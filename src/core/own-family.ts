// What is said of a family of our own, once: registry, documentation, rules and dashboards read it.
import type { Detail } from './detail.ts';

export type OwnFamily = {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** The least detail with which it is there. */
  readonly detail: Detail;
  /** Who needs it. */
  readonly for: string;
  /** Series of it that are there with `full` only: they follow from the others. */
  readonly fullOnly?: string;
  /** Of a histogram of a feature, in the unit of its name. */
  readonly buckets?: readonly number[];
};
