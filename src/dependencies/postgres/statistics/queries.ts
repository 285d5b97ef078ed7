// Queries of the operator's own: a collector each, whose SQL can only read.
import { type Collector, MissingPrivilege } from '../../statistics.ts';
import { isNotPermitted } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { grantFor } from './queries-grant.ts';
import { familyOf, samplesOf } from './queries-rows.ts';
import type { Query } from './queries-settings.ts';
import type { PostgresSource } from './source.ts';

/** Rows beyond a query's own cap that are still fetched, so that they can be counted. */
const countedBeyond = 1000;

export const queryCollectors = ({ statistics }: Settings): readonly Collector<Settings, PostgresSource>[] =>
  statistics.queries.map(collectorOf);

function collectorOf(query: Query): Collector<Settings, PostgresSource> {
  const privilege = `select_${query.name}`;
  return {
    name: `query_${query.name}`,
    intervalMs: query.interval,
    asks: 'the SQL that the configuration gives',
    families: [familyOf(query, query.labels ?? [])],
    privilege,
    async collect(source, _settings, limits) {
      const deadline = performance.now() + query.timeout;
      const remainingMs = (): number => Math.max(0, Math.min(limits.remainingMs(), deadline - performance.now()));
      const question = { ...limits, remainingMs, maxRows: query.max_rows + countedBeyond };
      try {
        const { columns, rows } = await source.cursor(query.sql, question);
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
