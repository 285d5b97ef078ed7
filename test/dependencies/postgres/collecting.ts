// One run of a collector of PostgreSQL's statistics without the daemon: what it gave, cut, and lacked.
import { z } from 'zod';
import type { Sample } from '../../../src/core/family.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import type { Settings } from '../../../src/dependencies/postgres/settings.ts';
import type { PostgresSource } from '../../../src/dependencies/postgres/statistics/source.ts';
import { type Collector, MissingPrivilege } from '../../../src/dependencies/statistics.ts';
import { makeAttempt } from '../attempt.ts';

/** The settings of a check whose `statistics` are these. */
export const settingsOf = (statistics: object): Settings =>
  z.strictObject(postgres.settings).parse({ url: 'postgres://somebody@localhost/shop', statistics });

export type Run = {
  /** `name{label="value"}` and the value. */
  readonly values: ReadonlyMap<string, number>;
  readonly samples: readonly Sample[];
  readonly cut: number;
  readonly lacks?: { readonly privilege: string; readonly statement: string };
};

/** @throws whatever the collector throws, but for a missing privilege. */
export async function runOf(
  collector: Collector<Settings, PostgresSource>,
  source: PostgresSource,
  settings: Settings,
  timeoutMs = 5000,
): Promise<Run> {
  let cut = 0;
  const collecting = Object.assign(makeAttempt({ timeoutMs }), {
    cut(count: number) {
      cut += count;
    },
  });
  const found = await collector.collect(source, settings, collecting).then(
    (samples) => ({ samples }),
    (error: unknown) => {
      if (!(error instanceof MissingPrivilege)) throw error;
      const { samples, privilege, statement } = error;
      return { samples, lacks: { privilege, statement } };
    },
  );
  const known = new Set(collector.families.map(({ name }) => name));
  const stranger = found.samples.find(({ family }) => !known.has(family.name));
  if (stranger !== undefined) throw new Error(`${collector.name} does not declare ${stranger.family.name}`);
  const entries = found.samples.map((sample) => [keyOf(sample), sample.value] as const);
  const values = new Map(entries);
  if (values.size < entries.length) throw new Error(`${collector.name} gave a series twice`);
  return { ...found, values, cut };
}

const keyOf = ({ family, labels }: Sample): string => {
  const pairs = family.labels.map((name, index) => `${name}="${labels[index] ?? ''}"`);
  return pairs.length === 0 ? family.name : `${family.name}{${pairs.join(',')}}`;
};
