// The metrics and their series, within the caps.
import type { Instant } from '../../../core/clock.ts';
import { copyOf } from './copy.ts';
import { othersOf } from './labels.ts';
import { createSets } from './members.ts';
import { type Kind, type Made, type Metric, type Series, touch } from './metric.ts';
import type { Shelves } from './shelves.ts';

/** Characters of the page for each series that is allowed, on average: long labels are too many sooner. */
const charactersEach = 512;

export type Caps = {
  /** Lines on the page. */
  readonly max_series: number;
  readonly max_series_per_metric: number;
  /** Of gauges and sets, in milliseconds. */
  readonly gauge_ttl: number;
};

export interface Store {
  get(name: string): Metric | undefined;
  all(): Iterable<Metric>;
  /** @param fixed whether it stays without series, and has room whatever the caps say; where its name is taken, it is hidden. */
  make(made: Made, fixed: boolean): Metric | 'reserved' | 'too_many';
  /** The series with these labels, or the one that stands for all that are too many. */
  series(metric: Metric, kind: Kind, labels: string, now: Instant): Series;
  /** Counts a value, as its kind does. */
  apply(series: Series, kind: Kind, value: number, weight: number): void;
  /** @returns false when a set keeps too many values. */
  addMember(series: Series, value: string, now: Instant): boolean;
  /** Lets go of gauges and sets that are too old. */
  expire(now: Instant): void;
  /** Lines on the page. */
  lines(): number;
  /** Another number after a series is gone: what was too much may have room. */
  epoch(): number;
}

/** A string in one piece: the page joins very many. */
const headOf = ({ name, type }: Metric, labels: string): string =>
  type === 'histogram' ? '' : copyOf(labels === '' ? `${name} ` : `${name}{${labels}} `);

/** @param taken whether a name is not to be had */
export function createStore(caps: Caps, taken: (name: string) => boolean, shelves: Shelves): Store {
  const metrics = new Map<string, Metric>();
  /** Names of samples, each with whose they are. */
  const names = new Map<string, Metric>();
  /** Metrics whose series go. */
  const passing = new Set<Metric>();
  const sets = createSets();
  let lines = 0;
  let characters = 0;
  let epoch = 0;

  const charactersOf = ({ name, height }: Metric, labels: string): number =>
    height * (name.length + labels.length + 20);
  const hasRoom = (height: number, more: number): boolean =>
    lines + height <= caps.max_series && characters + more <= caps.max_series * charactersEach;
  const fits = (metric: Metric, labels: string): boolean => {
    const { height, series } = metric;
    const own = series.size === 0 || (series.size + 1) * height <= caps.max_series_per_metric;
    return own && hasRoom(height, charactersOf(metric, labels));
  };
  const add = (metric: Metric, kind: Kind, sent: string, now: Instant): Series => {
    const labels = copyOf(sent);
    const one: Series = {
      ...{
        metric,
        labels,
        head: headOf(metric, labels),
        block: shelves.blockFor(metric),
        text: undefined,
        gone: false,
        last: now,
        value: 0,
      },
      counts: kind === 'histogram' ? new Float64Array(metric.buckets.length + 1) : undefined,
      members: kind === 'set' ? new Map() : undefined,
    };
    one.block.series.add(one);
    metric.shelf.stale.push(one);
    metric.series.set(labels, one);
    metric.kind = kind;
    lines += metric.height;
    characters += charactersOf(metric, labels);
    if (kind === 'gauge' || kind === 'set') {
      passing.add(metric);
      metric.until = Math.min(metric.until, now + caps.gauge_ttl);
    }
    touch(one);
    return one;
  };
  const remove = (one: Series): void => {
    const { metric, labels, members } = one;
    one.gone = true;
    if (members !== undefined) sets.drop(members);
    metric.series.delete(labels);
    if (metric.overflow === one) metric.overflow = undefined;
    lines -= metric.height;
    characters -= charactersOf(metric, labels);
    epoch += 1;
    touch(one);
    shelves.removed(one);
    if (metric.series.size > 0) return;
    passing.delete(metric);
    metric.kind = undefined;
    metric.until = Number.POSITIVE_INFINITY;
    if (metric.fixed) return;
    metrics.delete(metric.name);
    for (const name of metric.names) names.delete(name);
    shelves.drop(metric);
  };
  const expireOf = (metric: Metric, now: Instant): void => {
    let until = Number.POSITIVE_INFINITY;
    for (const one of metric.series.values()) {
      if (now - one.last >= caps.gauge_ttl) remove(one);
      else until = Math.min(until, one.last + caps.gauge_ttl);
    }
    if (metric.series.size > 0) metric.until = until;
  };

  return {
    get: (name) => metrics.get(name),
    all: () => metrics.values(),
    make(made, fixed) {
      const { type, buckets } = made;
      const name = copyOf(made.name);
      const own = type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      const hidden = own.some(taken);
      if ((hidden && !fixed) || own.some((one) => names.has(one))) return 'reserved';
      const height = type === 'histogram' ? buckets.length + 3 : 1;
      if (!fixed && !hasRoom(height, 0)) return 'too_many';
      const metric: Metric = {
        ...made,
        ...{
          name,
          fixed,
          hidden,
          names: own,
          height,
          series: new Map(),
          overflow: undefined,
          kind: undefined,
          blocks: [],
        },
        until: Number.POSITIVE_INFINITY,
        shelf: shelves.shelfFor(height),
      };
      metric.shelf.metrics.add(metric);
      metrics.set(name, metric);
      for (const one of own) names.set(one, metric);
      return metric;
    },
    series(metric, kind, labels, now) {
      const known = metric.series.get(labels);
      if (known !== undefined) return known;
      if (fits(metric, labels)) return add(metric, kind, labels, now);
      const labelled = labels === '' ? ([...metric.series.keys()].find((one) => one !== '') ?? '') : labels;
      const others = othersOf(labelled);
      metric.overflow ??= metric.series.get(others) ?? add(metric, kind, others, now);
      return metric.overflow;
    },
    apply(series, kind, value, weight) {
      if (kind === 'histogram') {
        const { buckets } = series.metric;
        let at = 0;
        while (at < buckets.length && value > (buckets[at] as number)) at += 1;
        const counts = series.counts as Float64Array;
        counts[at] = (counts[at] as number) + weight;
        series.value += value * weight;
      } else if (kind === 'counter') series.value += value * weight;
      else series.value = value;
      touch(series);
    },
    addMember(series, value, now) {
      if (series.members === undefined || !sets.add(series.members, value, now)) return false;
      touch(series);
      return true;
    },
    expire(now) {
      for (const metric of passing) {
        if (metric.until <= now) expireOf(metric, now);
        if (metric.kind !== 'set') continue;
        for (const one of metric.series.values())
          if (one.members !== undefined && sets.prune(one.members, now)) touch(one);
      }
    },
    lines: () => lines,
    epoch: () => epoch,
  };
}
