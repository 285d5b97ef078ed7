// One probe: connect, auth, query, and the role and the write where they are wanted.
import { Failure } from '../../core/failure.ts';
import type { Attempt, Session } from '../define.ts';
import { heldColumn } from './election.ts';
import { classify, endsConnection, isNotOffered, isNotPermitted } from './errors.ts';
import type { Phase, Settings } from './settings.ts';

export interface PostgresSession extends Session {
  /** Of several servers, the one that it is connected to. */
  readonly at: string | undefined;
  /** Its server or pooler did not say whether somebody holds a lock, and is not asked again. */
  tellsNoHolder?: true;
  /** Runs `connect` and `auth`, unless that was done already. */
  open(attempt: Attempt<Phase>): Promise<void>;
  /**
   * Sends statements in one message, which the server runs as one transaction, and gives the last one's first row.
   * The time limit is part of that transaction: behind a pooler nothing of it outlives the message.
   */
  query(sql: string, attempt: Attempt<Phase>): Promise<Record<string, unknown>>;
}

const roleQuery =
  "SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS readonly";
// Committed, so that it needs what every write of the application needs: the log on disk, and a synchronous standby.
const writeQuery =
  'CREATE TEMPORARY TABLE sidewarden_write (written int) ON COMMIT DROP; INSERT INTO pg_temp.sidewarden_write VALUES (1)';
// Neither `statement_timeout` nor a client that has gone ends the wait of a commit for a synchronous standby: each write
// that is given up leaves its session waiting. Standbys confirm in order, so while one waits, the next would too.
// https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION-HA
const waitingQuery = `SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE usename = SESSION_USER
  AND wait_event = 'SyncRep' AND query LIKE '%sidewarden_write%'
  AND query_start < pg_catalog.clock_timestamp() - pg_catalog.current_setting('statement_timeout')::pg_catalog.interval
) AS waiting`;

/** Runs what the settings ask for; `connect` and `auth` only when the session is new. */
export async function probe(session: PostgresSession, settings: Settings, attempt: Attempt<Phase>): Promise<void> {
  await session.open(attempt);
  const { expect, write } = settings;
  await attempt.phase('query', () =>
    expect === 'any' ? askWithElection(session, 'SELECT 1', attempt) : session.query('SELECT 1', attempt),
  );
  if (session.at !== undefined) attempt.tell('query', { at: session.at });
  if (expect !== 'any') {
    const ask = () =>
      attempt.phase('role', async () => checkRole(expect, await askWithElection(session, roleQuery, attempt)));
    await ask().catch(skipIf((error) => isNotOffered(error) || isNotPermitted(error), 'role', attempt));
  }
  if (write !== undefined) {
    const ask = () =>
      attempt.rest('write', write.interval, async () => {
        const { waiting } = await session.query(waitingQuery, attempt);
        if (waiting === true) throw new Failure('timeout', 'a write from before still waits for a synchronous standby');
        await session.query(writeQuery, attempt);
      });
    await ask().catch(skipIf(isNotOffered, 'write', attempt));
  }
}

/**
 * Asks, and in the same go whether anybody holds the key, where replicas elect. That it cannot be said, or not in half of
 * the time, is no failure: the question alone has the other half.
 */
async function askWithElection(
  session: PostgresSession,
  sql: string,
  attempt: Attempt<Phase>,
): Promise<Record<string, unknown>> {
  const { election } = attempt;
  if (election === undefined || session.tellsNoHolder) return await session.query(sql, attempt);
  try {
    const remainingMs = (): number => attempt.remainingMs() / 2;
    const row = await session.query(`${sql}, ${heldColumn(election.key)}`, { ...attempt, remainingMs });
    if (typeof row.held === 'boolean') election.tell(row.held);
    return row;
  } catch (error) {
    if (session.closed || endsConnection(error)) throw error;
    if (classify(error)?.errorClass === 'timeout') session.tellsNoHolder = true; // whatever it was that took so long
    const row = await session.query(sql, attempt);
    session.tellsNoHolder = true;
    return row;
  }
}

/** What a service leaves out proves nothing bad: the phase is skipped, and the server's own words say why. */
const skipIf =
  (isLeftOut: (error: unknown) => boolean, phase: Phase, attempt: Attempt<Phase>) =>
  (error: unknown): void => {
    if (!isLeftOut(error)) throw error;
    attempt.skip(phase, (error as Error).message);
  };

function checkRole(expect: 'primary' | 'replica', { standby, readonly }: Record<string, unknown>): void {
  if (expect === 'replica') {
    if (standby !== true) throw new Failure('readonly', 'the server is a primary, and a replica is expected');
    return;
  }
  if (standby !== false) throw new Failure('readonly', 'the server is a standby, and a primary is expected');
  if (readonly !== 'off')
    throw new Failure('readonly', 'default_transaction_read_only is on, and a primary is expected');
}
