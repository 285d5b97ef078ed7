// Runs the collectors of a real server as a round does, and lets a test look at what came of it.
import { z } from 'zod';
import type { Sample } from '../../../src/core/family.ts';
import { driver } from '../../../src/dependencies/postgres/driver.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import { statistics } from '../../../src/dependencies/postgres/statistics/index.ts';
import type { PostgresSource } from '../../../src/dependencies/postgres/statistics/source.ts';
import { collectorsFor, MissingPrivilege } from '../../../src/dependencies/statistics.ts';
import { makeAttempt } from '../attempt.ts';

export type Labels = Readonly<Record<string, string>>;

export type Round = {
  readonly samples: readonly Sample[];
  /** Of the one sample of the family that has these labels, and any others; undefined when there is none. */
  value(family: string, labels?: Labels): number | undefined;
  /** All that have these labels. */
  all(family: string, labels?: Labels): readonly Sample[];
  /** What administrators are told to run, by collector. */
  readonly lacks: Readonly<Record<string, string>>;
  readonly failed: Readonly<Record<string, unknown>>;
  readonly cut: Readonly<Record<string, number>>;
  /** Statements that the collectors asked. */
  readonly statements: readonly string[];
};

export type Statistics = { round(): Promise<Round>; readonly source: PostgresSource; end(): void };

export const labelsOf = ({ family, labels }: Sample): Labels =>
  Object.fromEntries(family.labels.map((name, index) => [name, labels[index] ?? '']));

/** One name of a series for equal labels, in whatever order. */
export const seriesOf = (family: string, labels: Labels): string =>
  `${family}${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;

export async function openStatistics(given: object, names?: readonly string[], timeoutMs = 5000): Promise<Statistics> {
  const settings = z.strictObject(postgres.settings).parse(given);
  const reader = driver.reader?.(settings);
  if (reader === undefined) throw new Error('the driver has no reader');
  const limits = () => makeAttempt({ timeoutMs: 5000 });
  const opened = await reader.open(limits()).catch((error) => {
    reader.destroy();
    throw error;
  });
  const statements: string[] = [];
  const source: PostgresSource = {
    instance: opened.instance,
    get facts() {
      return opened.facts;
    },
    cursor: opened.cursor,
    rows(sql, question) {
      statements.push(sql);
      return opened.rows(sql, question);
    },
  };
  const collectors =
    names === undefined
      ? collectorsFor(statistics, settings)
      : (statistics.anew?.() ?? []).filter(({ name }) => names.includes(name));
  const round = async (): Promise<Round> => {
    statements.length = 0;
    const samples: Sample[] = [];
    const lacks: Record<string, string> = {};
    const failed: Record<string, unknown> = {};
    const cuts: Record<string, number> = {};
    for (const { name, collect } of collectors) {
      const cut = (count: number): void => {
        cuts[name] = (cuts[name] ?? 0) + count;
      };
      try {
        samples.push(...(await collect(source, settings, { ...makeAttempt({ timeoutMs }), cut })));
      } catch (error) {
        if (error instanceof MissingPrivilege) {
          samples.push(...error.samples);
          lacks[name] = error.statement;
        } else failed[name] = error;
      }
    }
    refuseDoubles(samples);
    return { ...lookUp(samples), samples, lacks, failed, cut: cuts, statements: [...statements] };
  };
  return { round, source, end: () => reader.destroy() };
}

/** A series twice costs Prometheus the whole scrape. */
function refuseDoubles(samples: readonly Sample[]): void {
  const seen = new Set<string>();
  for (const sample of samples) {
    const series = seriesOf(sample.family.name, labelsOf(sample));
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
  }
}

function lookUp(samples: readonly Sample[]): Pick<Round, 'value' | 'all'> {
  const all: Round['all'] = (family, labels = {}) =>
    samples.filter((sample) => {
      const own = labelsOf(sample);
      return sample.family.name === family && Object.entries(labels).every(([name, value]) => own[name] === value);
    });
  return {
    all,
    value(family, labels) {
      const found = all(family, labels);
      if (found.length > 1) throw new Error(`${found.length} samples of ${family} ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
  };
}
