// What `statistics` of a `postgres` check can say.
import { z } from 'zod';
import { statisticsFields } from '../../statistics.ts';
import { queries } from './queries-settings.ts';

/** What public rules and dashboards take from a file of queries for postgres_exporter. */
const presets = ['bloat', 'indexes', 'transactions', 'tls'] as const;
export type Preset = (typeof presets)[number];

const pool = z.strictObject({
  by: z
    .enum(['application_name', 'user'])
    .default('application_name')
    .describe('by what the connections of this database are told apart'),
  names: z
    .array(z.string().min(1).max(63))
    .min(1)
    .max(20)
    .optional()
    .describe('those wanted, the rest counts as `other`; unless given, the 20 with the most connections'),
});

const statements = z.strictObject({
  top: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('statements with the most execution time that get series of their own, by queryid'),
});

export const statisticsSettings = z
  .strictObject({
    ...statisticsFields,
    tables: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(20)
      .describe(
        'tables with the most dead tuples, and as many of the largest, that get series of their own; 0 reads none at all',
      ),
    pool: pool.optional().describe('connections to this database by application or user; off unless set'),
    statements: statements.optional().describe('totals of pg_stat_statements; off unless set, `{}` is enough'),
    presets: z
      .array(z.enum(presets))
      .default([])
      .describe('families that public rules and dashboards take from queries for postgres_exporter; none unless set'),
    queries: queries.describe('queries of your own; each becomes a metric'),
  })
  .prefault({})
  .describe('the statistics of this server, beside its health');
