// Collectors that ask at the same time ask in one statement, each for rows of its own; apart once a server cannot answer one.
import type { Family, Sample } from '../../../core/family.ts';
import type { Collecting, Collector } from '../../statistics.ts';
import { monitor, withoutMonitor } from './privilege.ts';
import type { Facts, PostgresSource, Row } from './source.ts';

/** What one collector asks, and what it makes of the answer. */
export type Section = {
  readonly name: string;
  readonly asks: string;
  readonly families: readonly Family[];
  /** Of pg_monitor: `all` of it is wrong without, or `some`. */
  readonly needsMonitor?: 'all' | 'some';
  /** A SELECT; its rows come as JSON. */
  sql(facts: Facts): string;
  /** @param cut takes how many rows a cap left out. */
  samples(rows: readonly Row[], source: PostgresSource, cut: Collecting['cut']): readonly Sample[];
};

/** Of one connection: what the last statement brought that nobody took yet. */
type Round = { at: number; readonly answers: Map<string, readonly Row[] | Error>; apartUntil: number };

/** An answer that is older belongs to another round. */
const freshMs = 5000;
/** For so long each asks alone. */
const apartMs = 600_000;
/** SQLSTATE classes of a statement that is wrong for this server: what it asks is not there, not allowed, or broken. */
const wrongHere = /^(0A|22|42|55|58|XX)...$/;

export function together(intervalMs: number, sections: readonly Section[]): Collector<unknown, PostgresSource>[] {
  const rounds = new WeakMap<PostgresSource, Round>();

  const answer = async (source: PostgresSource, section: Section, limits: Collecting): Promise<readonly Row[]> => {
    const now = performance.now();
    const round = rounds.get(source) ?? { at: 0, answers: new Map(), apartUntil: 0 };
    rounds.set(source, round);
    if (now - round.at > freshMs) round.answers.clear();
    const found = round.answers.get(section.name);
    round.answers.delete(section.name);
    if (found instanceof Error) throw found;
    if (found !== undefined) return found;
    if (now < round.apartUntil) return askFor([section], source, limits).then((rows) => rows.get(section.name) ?? []);
    round.at = now;
    round.answers.clear();
    const asked = sections.filter((one) => source.facts.monitor || one.needsMonitor !== 'all');
    try {
      for (const [name, rows] of await askFor(asked, source, limits)) round.answers.set(name, rows);
    } catch (error) {
      if (wrongHere.test(codeOf(error)) && asked.length > 1) round.apartUntil = now + apartMs;
      // The others of this round would only wait as long for the same.
      else for (const { name } of asked) round.answers.set(name, error as Error);
    }
    return answer(source, section, limits);
  };

  return sections.map((section) => ({
    name: section.name,
    intervalMs,
    asks: section.asks,
    families: section.families,
    ...(section.needsMonitor === undefined ? {} : { privilege: monitor }),
    async collect(source, _settings, limits) {
      const granted = section.needsMonitor === undefined || source.facts.monitor;
      if (!granted && section.needsMonitor === 'all') throw withoutMonitor(source);
      const rows = await answer(source, section, limits);
      const samples = section.samples(rows, source, limits.cut);
      if (!granted) throw withoutMonitor(source, samples);
      return samples;
    },
  }));
}

async function askFor(
  sections: readonly Section[],
  source: PostgresSource,
  limits: Collecting,
): Promise<Map<string, readonly Row[]>> {
  const columns = sections.map(
    ({ sql }, index) =>
      `(SELECT pg_catalog.json_agg(q)::pg_catalog.text FROM (${sql(source.facts)}) AS q) AS s${index}`,
  );
  const [row = {}] = await source.rows(`SELECT ${columns.join(',\n')}`, limits);
  return new Map(
    sections.map(({ name }, index) => {
      const json = row[`s${index}`];
      return [name, typeof json === 'string' ? (JSON.parse(json) as Row[]) : []] as const;
    }),
  );
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
