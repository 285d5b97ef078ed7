// Probes PostgreSQL through one connection, reads its statistics through another, and leads by a third; the only file that imports the client.
import { Client as PgClient, Query } from 'pg';
import { Failure } from '../../core/failure.ts';
import { certificateEnd } from '../certificate-end.ts';
import type { Driver } from '../define.ts';
import type { Client } from './client.ts';
import { createConnection } from './connection.ts';
import { readConnectionLimits } from './connection-limits.ts';
import { classify, endsConnection } from './errors.ts';
import { timeLimit } from './limits.ts';
import type { Entrance } from './log-in.ts';
import { type PostgresSession, probe } from './probe.ts';
import { createReader } from './reader.ts';
import type { Phase, Settings } from './settings.ts';
import type { PostgresSource } from './statistics/source.ts';
import { forStatistics } from './statistics-url.ts';

const newClient: Entrance['newClient'] = (config) => new PgClient(config);

/** A session that connects when it is opened. */
function createSession(settings: Settings): PostgresSession {
  const connection = createConnection({ settings: () => settings, applicationName: 'sidewarden', newClient });
  let client: Client | undefined;
  let at: string | undefined;
  let certificateEnds: Date | undefined;

  return {
    get closed() {
      return connection.closed;
    },
    get at() {
      return at;
    },
    destroy: () => connection.destroy(),
    async open(attempt) {
      if (client !== undefined) {
        attempt.expires('server_certificate', certificateEnds);
        return;
      }
      const entered = await connection.open(attempt);
      client = entered.client;
      at = entered.where.at;
      certificateEnds = certificateEnd(entered.socket);
      attempt.expires('server_certificate', certificateEnds);
      attempt.tell('auth', entered.where);
    },
    async query(sql, attempt) {
      if (client === undefined) throw new Failure('refused', 'the connection is not open');
      const limit = timeLimit(attempt.remainingMs());
      try {
        const results = await client.query(`SET LOCAL statement_timeout = ${limit}; ${sql}`);
        return [results].flat().at(-1)?.rows[0] ?? {};
      } catch (error) {
        if (endsConnection(error)) connection.destroy();
        throw error;
      }
    },
  };
}

/** Reached through the definition's `load`. */
export const driver: Driver<Settings, Phase, PostgresSession, PostgresSource> = {
  session: createSession,
  probe,
  classify,
  async connectionLimits(settings, limits) {
    const connection = createConnection({ settings: () => settings, applicationName: 'sidewarden', newClient });
    limits.signal.addEventListener('abort', connection.destroy);
    return await readConnectionLimits(connection, limits).finally(connection.destroy);
  },
  reader: (settings, lead) =>
    createReader(
      createConnection({
        settings: () => forStatistics(settings),
        applicationName: lead === undefined ? 'sidewarden statistics' : 'sidewarden lead',
        newClient,
      }),
      (config) => new Query(config),
      lead,
    ),
};
