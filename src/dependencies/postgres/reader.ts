// The connection of the statistics, or of the lead: what the collectors ask by, or what holds the lead.
import { Failure } from '../../core/failure.ts';
import type { LeaseTimes } from '../../core/lease-times.ts';
import { brief } from '../fault.ts';
import type { ElectionResult, Limits, Reader } from '../statistics.ts';
import { type Ask, createAsk, type NewQuery } from './asking.ts';
import type { Connection } from './connection.ts';
import { selectByCursor } from './cursor.ts';
import { behindPooler, electQuery } from './election.ts';
import { isLeftOut } from './errors.ts';
import { labelOf } from './libpq/index.ts';
import { type Bounds, messageLimits, sessionLimit, sessionQuery } from './limits.ts';
import { createQueue, type Queue } from './one-at-a-time.ts';
import { hasRole, listsWal, monitors } from './statistics/privilege.ts';
import type { Facts, PostgresSource } from './statistics/source.ts';

const factsAgeMs = 120_000;
const defaultMaxRows = 1000;

/** All that whoever only leads has to know. */
const leadQuery = `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
  pg_catalog.pg_backend_pid() AS backend`;
const factsQuery = `${leadQuery}, pg_catalog.current_database()::text AS database,
  CURRENT_USER::text AS "user", ${monitors} AS monitor,
  ${listsWal} AS "listsWal", COALESCE(${hasRole('pg_monitor', 'MEMBER')}, false) AS member,
  (SELECT rolinherit FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) AS inherits`;

type Facing = {
  readonly instance: string;
  /** The backend that let us in; a pooler says a number of its own. */
  readonly processId: number | undefined;
  readonly ask: Ask;
  bounds: Bounds;
  facts: Facts;
  factsAt: number;
  direct: boolean;
};

/**
 * @param newQuery of the client library.
 * @param lead of a connection that is to hold the lead.
 */
export function createReader(
  connection: Connection,
  newQuery: NewQuery,
  lead?: Pick<LeaseTimes, 'silenceMs'>,
): Reader<PostgresSource> {
  let facing: Facing | undefined;
  let source: PostgresSource | undefined;

  const within = createQueue(connection);
  const known = (): Facing => {
    if (facing === undefined || connection.closed) throw new Failure('refused', 'the connection is not open');
    return facing;
  };
  const row = async (sql: string, limits: Limits): Promise<Record<string, unknown>> => {
    const { ask, bounds } = known();
    const { rows } = await ask({ text: messageLimits(bounds, limits) + sql, maxRows: 1 });
    return rows[0] ?? {};
  };
  const readFacts = async (limits: Limits): Promise<void> => {
    const { backend, ...facts } = await row(lead === undefined ? factsQuery : leadQuery, limits);
    const direct = backend === known().processId;
    Object.assign(known(), { facts: { ...noFacts, ...facts }, factsAt: performance.now(), direct });
    if (!direct) known().bounds = { sessionMs: undefined };
  };

  const connect = async (limits: Limits): Promise<void> => {
    const sessionMs = sessionLimit(limits); // before the time that connecting takes, which later rounds do not
    const { signal } = limits;
    const remainingMs = () => limits.remainingMs();
    const entered = await connection.open({ signal, remainingMs, phase: (_, step) => step() });
    const { processID } = entered.client as { processID?: number | null };
    facing = {
      instance: labelOf(entered.server),
      processId: processID ?? undefined,
      ask: createAsk(entered, newQuery, connection.destroy),
      bounds: { sessionMs: undefined },
      ...{ facts: noFacts, factsAt: 0, direct: false },
    };
    await readFacts(limits);
    if (facing.direct && (await settled(row(sessionQuery(sessionMs, facing.facts.version, lead), limits))))
      facing.bounds = { sessionMs };
    source = createSource(facing, within, connection);
  };

  return {
    get closed() {
      return connection.closed;
    },
    destroy: () => connection.destroy(),
    onEnd: connection.onEnd,
    open: (limits) =>
      within(limits, async () => {
        if (facing === undefined || source === undefined) await connect(limits).catch(endBefore(connection));
        else if (lead === undefined && performance.now() - facing.factsAt > factsAgeMs) await readFacts(limits);
        return source ?? endBefore(connection)(new Failure('refused', 'the connection is not open'));
      }),
    elect: (key, limits) =>
      within(limits, async () => {
        const { direct, processId } = known();
        if (!direct || processId === undefined) return { kind: 'cannot', why: behindPooler };
        return await row(electQuery(key, processId), limits).then(standing, notHere);
      }),
  };
}

const noFacts: Facts = {
  ...{ version: 0, database: '', user: '' },
  ...{ monitor: false, listsWal: false, member: false, inherits: true },
};

function standing({ leads }: Record<string, unknown>): ElectionResult {
  if (typeof leads !== 'boolean') return { kind: 'cannot', why: behindPooler };
  return { kind: leads ? 'leads' : 'follows' };
}

function notHere(error: unknown): ElectionResult {
  if (!isLeftOut(error)) throw error;
  return {
    kind: 'cannot',
    why: `the server offers no lock to elect by: ${brief((error as Error).message, (text) => text)}`,
  };
}

/** Whether the server took the settings; one that does not know them gets those it knows with each message. */
const settled = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    (error) => {
      if (!isLeftOut(error)) throw error;
      return false;
    },
  );

const endBefore =
  (connection: Connection) =>
  (error: unknown): never => {
    connection.destroy();
    throw error;
  };

function createSource(facing: Facing, within: Queue, connection: Connection): PostgresSource {
  const { instance, ask } = facing;
  return {
    instance,
    get facts() {
      return facing.facts;
    },
    rows: (sql, question) =>
      within(question, async () => {
        const text = messageLimits(facing.bounds, question) + sql;
        return (await ask({ text, maxRows: question.maxRows ?? defaultMaxRows })).rows;
      }),
    cursor: (sql, question) =>
      within(question, () => {
        // Its own limit is not the session's. Rows that a policy hides would be counted as if they were not there.
        const bounds = `${messageLimits({ sessionMs: undefined }, question)}SET LOCAL row_security = off`;
        const begin = `BEGIN READ ONLY; ${bounds}`;
        return selectByCursor(ask, connection.destroy, { begin, sql, maxRows: question.maxRows ?? defaultMaxRows });
      }),
  };
}
