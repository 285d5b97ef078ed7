// What is kept of a metric and its series.
import type { Instant } from '../../../core/clock.ts';
import type { Members } from './members.ts';

/** What lines make. A set is shown as a gauge. */
export type Kind = 'counter' | 'gauge' | 'histogram' | 'set';

/** What a metric is made of. */
export type Made = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Of a histogram, ascending. */
  readonly buckets: readonly number[];
};

export type Metric = Made & {
  /** Of the catalogue: it stays without series. */
  readonly fixed: boolean;
  /** Its name is ours: it is not shown, and its lines do not count. */
  hidden: boolean;
  /** Under which its samples stand on the page. */
  readonly names: readonly string[];
  /** Lines of one series. */
  readonly height: number;
  readonly series: Map<string, Series>;
  /** For all that are too many. */
  overflow: Series | undefined;
  /** The lines that it came by. */
  kind: Kind | undefined;
  /** No series of it is to go before then. */
  until: Instant;
  /** Series that are rendered together. */
  readonly blocks: Block[];
  readonly shelf: Shelf;
};

export type Series = {
  readonly metric: Metric;
  readonly labels: string;
  readonly block: Block;
  /** What its line begins with, before the value; empty for a histogram. */
  readonly head: string;
  /** The rest of its line, or its lines, until it changes. */
  text: string | undefined;
  gone: boolean;
  /** When its last line came. */
  last: Instant;
  /** Of a histogram: the sum. */
  value: number;
  /** Of a histogram: how many values each bucket has that the one before has not; the last is for the rest. */
  readonly counts: Float64Array | undefined;
  /** Of a set. */
  readonly members: Members | undefined;
};

/** Some series of a metric, and their text until one of them changes. */
export type Block = { readonly series: Set<Series>; text: string | undefined };

/** Some metrics that stand together on the page. */
export type Shelf = {
  readonly metrics: Set<Metric>;
  /** Series that are to be rendered: each that was touched since it was. */
  stale: Series[];
  changed: boolean;
  parts: readonly Part[];
  /** Which of the metrics were left out, as they are the page's. */
  hidden: string;
};
export type Part = { readonly texts: readonly string[]; readonly bytes: Uint8Array };

/** What it says is to be rendered again. */
export function touch(series: Series): void {
  const { block, metric, text } = series;
  if (text !== undefined) {
    series.text = undefined;
    metric.shelf.stale.push(series);
  }
  block.text = undefined;
  metric.shelf.changed = true;
}

/** Whether one of its samples has a name of these. */
export const hasNameIn = ({ names }: Pick<Metric, 'names'>, among: ReadonlySet<string>): boolean =>
  among.size > 0 && names.some((name) => among.has(name));
