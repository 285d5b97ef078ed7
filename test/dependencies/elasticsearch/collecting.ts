// Runs the collectors of a cluster's statistics without the daemon, and holds what they give against other pages.
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Sample } from '../../../src/core/family.ts';
import { driver } from '../../../src/dependencies/elasticsearch/driver.ts';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';
import type { ElasticsearchSettings } from '../../../src/dependencies/elasticsearch/settings.ts';
import { statistics } from '../../../src/dependencies/elasticsearch/statistics/index.ts';
import type { ElasticsearchSource } from '../../../src/dependencies/elasticsearch/statistics/source.ts';
import type { Collector, Reader } from '../../../src/dependencies/statistics.ts';
import { makeAttempt } from '../attempt.ts';

export type Values = ReadonlyMap<string, number>;

export type Collecting = {
  readonly reader: Reader<ElasticsearchSource>;
  /** Opens, and runs one collector, or all of them one after the other. */
  collect(name?: string, timeoutMs?: number): Promise<readonly Sample[]>;
  /** What the caps cut so far. */
  readonly cut: number;
};

const collectorOf = (name: string): Collector<ElasticsearchSettings, ElasticsearchSource> => {
  const found = statistics.collectors.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no collector ${name}`);
  return found;
};

/** Ends with the test. */
export function makeCollecting(given: object): Collecting {
  const settings = z.strictObject(elasticsearch.settings).parse(given);
  const reader = driver.reader?.(settings);
  if (reader === undefined) throw new Error('the driver has no reader');
  onTestFinished(() => reader.destroy());
  let cut = 0;
  return {
    reader,
    get cut() {
      return cut;
    },
    async collect(name, timeoutMs = 5000) {
      const wanted = name === undefined ? statistics.collectors : [collectorOf(name)];
      const source = await reader.open(makeAttempt({ timeoutMs }));
      const all: Sample[] = [];
      for (const collector of wanted) {
        if (collector.wanted?.(settings) === false) continue;
        const count = (more: number) => {
          cut += more;
        };
        all.push(...(await collector.collect(source, settings, { ...makeAttempt({ timeoutMs }), cut: count })));
      }
      return all;
    },
  };
}

/** By `name{label="value",..}`, the labels by their names. @throws for a series that is there twice. */
export function valuesOf(samples: readonly Sample[]): Values {
  const values = new Map<string, number>();
  for (const { family, labels, value } of samples) {
    if (labels.length !== family.labels.length) throw new Error(`${family.name} has ${labels.length} labels`);
    const pairs = family.labels.map((name, place): [string, string] => [name, labels[place] ?? '']);
    const series = seriesOf(family.name, pairs);
    if (values.has(series)) throw new Error(`${series} is there twice`);
    values.set(series, value);
  }
  return values;
}

const seriesOf = (name: string, pairs: readonly (readonly [string, string])[]): string =>
  `${name}{${[...pairs]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

export const nameOf = (series: string): string => series.slice(0, series.indexOf('{'));
/** The names of its labels. */
export const labelsOf = (series: string): string[] =>
  [...series.matchAll(/([a-z_]+)="/g)].map(([, name]) => name ?? '');

export type Page = { readonly types: ReadonlyMap<string, string>; readonly values: Values };

/** A page in Prometheus' text format, as far as an exporter writes it. */
export function parsePage(text: string): Page {
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, family, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (family !== undefined && type !== undefined) types.set(family, type);
    const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = '', text = '']): [string, string] => [label, text],
    );
    values.set(seriesOf(name, pairs), Number(value));
  }
  return { types, values };
}
