// Collectors that ask at the same time ask in one statement, each for rows of its own; apart once a server cannot answer one.
import { codeOf } from '../../../core/failure.ts';
import type { Family, Sample } from '../../../core/family.ts';
import type { Collecting, Collector } from '../../statistics.ts';
import { monitor, monitors, withoutMonitor } from './privilege.ts';
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
  samples(rows: readonly Row[], seen: Seen, cut: Collecting['cut']): readonly Sample[];
};

/** Whose rows they are; `facts.monitor` as it was in the statement that gave them. */
export type Seen = Pick<PostgresSource, 'instance' | 'facts'>;

/** Of one section. `monitor`: whether the user might read the statistics of all users in that very statement. */
type SectionRows = { readonly rows: readonly Row[]; readonly monitor: boolean };

/** Of one connection: what the last statement brought that nobody took yet. */
type Round = {
  readonly source: PostgresSource;
  at: number;
  readonly answers: Map<string, SectionRows | Error>;
  apartUntil: number;
  /** Joint statements in a row that the server ended for their time. */
  late: number;
  /** As the last statement said. */
  monitor: boolean | undefined;
};

/** An answer that is older belongs to another round. */
const freshMs = 5000;
/** For so long each asks alone. */
const apartMs = 600_000;
/** SQLSTATE classes of a statement that is wrong for this server: what it asks is not there, not allowed, or broken. */
const wrongHere = /^(0A|22|42|55|58|XX)...$/;
/** query_canceled: the statement took longer than it may. Once that can be the server's load. */
const tooSlow = '57014';
const latesInARow = 2;

const none: SectionRows = { rows: [], monitor: false };

/** Of one check: they keep what the connection at hand has brought. */
export function together(intervalMs: number, sections: readonly Section[]): Collector<unknown, PostgresSource>[] {
  let current: Round | undefined;

  const roundOf = (source: PostgresSource): Round => {
    if (current?.source !== source) {
      current = { source, at: 0, answers: new Map(), apartUntil: 0, late: 0, monitor: undefined };
    }
    return current;
  };
  const mayMonitor = ({ monitor, source }: Round): boolean => monitor ?? source.facts.monitor;

  const askFor = async (asked: readonly Section[], round: Round, limits: Collecting) => {
    const answers = await askJointly(asked, round.source, limits);
    round.monitor = [...answers.values()][0]?.monitor;
    return answers;
  };

  const answer = async (round: Round, section: Section, limits: Collecting): Promise<SectionRows> => {
    const now = performance.now();
    if (now - round.at > freshMs) round.answers.clear();
    const found = round.answers.get(section.name);
    round.answers.delete(section.name);
    if (found instanceof Error) throw found;
    if (found !== undefined) return found;
    if (now < round.apartUntil) {
      const alone = await askFor([section], round, limits);
      return alone.get(section.name) ?? none;
    }
    round.at = now;
    round.answers.clear();
    const asked = sections.filter(({ needsMonitor }) => mayMonitor(round) || needsMonitor !== 'all');
    try {
      for (const [name, given] of await askFor(asked, round, limits)) round.answers.set(name, given);
      round.late = 0;
    } catch (error) {
      round.late = codeOf(error) === tooSlow ? round.late + 1 : 0;
      const apart = asked.length > 1 && (wrongHere.test(codeOf(error) ?? '') || round.late >= latesInARow);
      if (apart) Object.assign(round, { apartUntil: now + apartMs, late: 0 });
      // The others of this round would only wait as long for the same.
      if (!apart || codeOf(error) === tooSlow) for (const { name } of asked) round.answers.set(name, error as Error);
    }
    return answer(round, section, limits);
  };

  return sections.map((section) => ({
    name: section.name,
    intervalMs,
    asks: section.asks,
    families: section.families,
    ...(section.needsMonitor === undefined ? {} : { privilege: monitor }),
    async collect(source, _settings, limits) {
      const { needsMonitor } = section;
      const round = roundOf(source);
      if (needsMonitor === 'all' && !mayMonitor(round)) throw withoutMonitor(source);
      const given = await answer(round, section, limits);
      const granted = needsMonitor === undefined || given.monitor;
      if (!granted && needsMonitor === 'all') throw withoutMonitor(source); // taken away since it was asked last
      const seen = { instance: source.instance, facts: { ...source.facts, monitor: given.monitor } };
      const samples = section.samples(given.rows, seen, limits.cut);
      if (!granted) throw withoutMonitor(source, samples);
      return samples;
    },
  }));
}

async function askJointly(
  sections: readonly Section[],
  source: PostgresSource,
  limits: Collecting,
): Promise<Map<string, SectionRows>> {
  const columns = sections.map(
    ({ sql }, index) =>
      `(SELECT pg_catalog.json_agg(q)::pg_catalog.text FROM (${sql(source.facts)}) AS q) AS s${index}`,
  );
  const [row = {}] = await source.rows(`SELECT ${monitors} AS monitors,\n${columns.join(',\n')}`, limits);
  const granted = row.monitors === true;
  return new Map(
    sections.map(({ name }, index) => {
      const json = row[`s${index}`];
      return [name, { rows: typeof json === 'string' ? (JSON.parse(json) as Row[]) : [], monitor: granted }] as const;
    }),
  );
}
