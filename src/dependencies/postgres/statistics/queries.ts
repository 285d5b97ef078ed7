// Queries of the operator's own: a collector each, whose SQL can only read.
import { type Collecting, type Collector, MissingPrivilege, UnreadableAnswer } from '../../statistics.ts';
import { isNotPermitted } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { grantFor } from './queries-grant.ts';
import { familyOf, samplesOf } from './queries-rows.ts';
import type { Query } from './queries-settings.ts';
import type { PostgresSource, Selection } from './source.ts';

/** Rows beyond a query's own cap that are still fetched, so that they can be counted. */
const countedBeyond = 1000;
/** An answer that is too large ends the connection, and the lead with it: what gave one is not asked again for so long. */
const restMs = 3_600_000;

export const queryCollectors = ({ statistics }: Settings): readonly Collector<Settings, PostgresSource>[] =>
  statistics.queries.map(collectorOf);

function collectorOf(query: Query): Collector<Settings, PostgresSource> {
  const privilege = `select_${query.name}`;
  let restsUntil = Number.NEGATIVE_INFINITY;

  const ask = async (source: PostgresSource, limits: Collecting): Promise<Selection> => {
    const begin = performance.now();
    const deadline = begin + query.timeout;
    const remainingMs = (): number => Math.max(0, Math.min(limits.remainingMs(), deadline - performance.now()));
    const tooLarge = `the query ${query.name} gave an answer that is too large, so it rests for an hour: select less`;
    if (begin < restsUntil) throw new UnreadableAnswer(tooLarge);
    try {
      return await source.cursor(query.sql, { ...limits, remainingMs, maxRows: query.max_rows + countedBeyond });
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      restsUntil = begin + restMs;
      throw new UnreadableAnswer(tooLarge, { cause: error });
    }
  };

  return {
    name: `query_${query.name}`,
    intervalMs: query.interval,
    asks: 'the SQL that the configuration gives',
    families: [familyOf(query, query.labels ?? [])],
    privilege,
    async collect(source, _settings, limits) {
      try {
        const { columns, rows } = await ask(source, limits);
        const kept = rows.slice(0, query.max_rows);
        if (rows.length > kept.length) limits.cut(rows.length - kept.length);
        return samplesOf(query, { columns, rows: kept });
      } catch (error) {
        if (!isNotPermitted(error)) throw error;
        const statement = await grantFor(source, query.sql, (error as Error).message, limits);
        throw new MissingPrivilege(privilege, statement, { cause: error });
      }
    },
  };
}
