// One round of the statistics without the daemon: what every collector gave, what it lacks, what was cut.

import { renderSamples } from '../../../src/core/exposition.ts';
import type { Sample } from '../../../src/core/family.ts';
import { driver } from '../../../src/dependencies/redis/driver.ts';
import { statistics } from '../../../src/dependencies/redis/statistics/index.ts';
import type { RedisSource } from '../../../src/dependencies/redis/statistics/source.ts';
import { type Limits, MissingPrivilege, type Reader } from '../../../src/dependencies/statistics.ts';
import { parse } from './run.ts';

export type Round = {
  readonly instance: string;
  readonly samples: readonly Sample[];
  /** By the text before the value, such as `redis_db_keys{db="db0"}`, without `check` and `instance`. */
  readonly values: ReadonlyMap<string, number>;
  readonly lacks: ReadonlyMap<string, string>;
  readonly cut: number;
};

const limits: Limits = { signal: new AbortController().signal, remainingMs: () => 2000 };

export function openReader(given: Record<string, unknown>): Reader<RedisSource> {
  const { reader } = driver;
  if (reader === undefined) throw new Error('the driver has no reader');
  return reader(parse(given));
}

/** Runs every collector once, on the reader given, or on a new one that is destroyed afterwards. */
export async function collect(given: Record<string, unknown>, kept?: Reader<RedisSource>): Promise<Round> {
  const settings = parse(given);
  const reader = kept ?? openReader(given);
  const samples: Sample[] = [];
  const lacks = new Map<string, string>();
  let cut = 0;
  try {
    const source = await reader.open(limits);
    for (const collector of statistics.collectors) {
      if (collector.wanted?.(settings) === false) continue;
      const collecting = { ...limits, cut: (count: number) => (cut += count) };
      try {
        samples.push(...(await collector.collect(source, settings, collecting)));
      } catch (error) {
        if (!(error instanceof MissingPrivilege)) throw error;
        lacks.set(error.privilege, error.statement);
        samples.push(...error.samples);
      }
    }
    return { instance: source.instance, samples, values: valuesOf(samples), lacks, cut };
  } finally {
    if (kept === undefined) reader.destroy();
  }
}

/** Read back from the page that they become, which leaves out a series that is there already. */
function valuesOf(samples: readonly Sample[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const { family, lines } of renderSamples(samples, {})) {
    if (lines.length < samples.filter((sample) => sample.family.name === family.name).length)
      throw new Error(`a series of ${family.name} twice`);
    for (const line of lines) {
      const space = line.lastIndexOf(' ');
      const name = line.slice(0, space).replace('{}', '');
      values.set(name, Number(line.slice(space + 1)));
    }
  }
  return values;
}

/** What INFO says, by its field, read on its own. */
export function fieldsIn(info: unknown): Readonly<Record<string, string>> {
  const lines = String(info).split('\r\n');
  const pairs = lines.map((line) => /^([^#:]+):(.*)$/.exec(line));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']])));
}
