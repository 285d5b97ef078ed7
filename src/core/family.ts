// Families of samples that are read from a dependency: data that pages, documentation and rules share.

export type FamilyType = 'gauge' | 'counter' | 'histogram' | 'summary' | 'untyped';

export type Family = {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** Beside `check` and `instance`, which every sample has. A closed or a capped set of values each. */
  readonly labels: readonly string[];
  /** Of the value, such as seconds, bytes, ratio; absent for a plain number or count. */
  readonly unit?: string;
  /** The exporter whose name it is, or for which packs of rules bring queries that give it; absent: ours. */
  readonly exporter?:
    | 'postgres_exporter'
    | 'redis_exporter'
    | 'elasticsearch_exporter'
    | 'queries for postgres_exporter';
  /** What is asked, where it is not what its collector says. */
  readonly asks?: string;
  /** The grant without which it is absent, where it is not its collector's. */
  readonly privilege?: string;
  /** When it is there: a version, a role of the server, a setting. */
  readonly when?: string;
};

/** One value of a family at the time of its collection. */
export type Sample = {
  readonly family: Family;
  /** Values of the family's labels, in their order; an empty one is as good as absent. */
  readonly labels: readonly string[];
  readonly value: number;
  /** Of a histogram or summary: which of its series, and the value of `le` or `quantile`. */
  readonly part?: { readonly suffix?: '_bucket' | '_sum' | '_count'; readonly bound?: string };
};

/** One sample, or none when the server did not say: a value that is not known is absent, never 0. */
export function samples(family: Family, value: number | null | undefined, ...labels: readonly string[]): Sample[] {
  return value === null || value === undefined || Number.isNaN(value) ? [] : [{ family, labels, value }];
}
