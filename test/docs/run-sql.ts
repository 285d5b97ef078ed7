// Runs a block of SQL, as a superuser would who pastes it: reading is all that it may do.
import type { PostgresServer } from '../servers/postgres.ts';
import type { Fault } from './fences.ts';

/** Reading by name only: what they do is in no transaction. */
const does =
  /\bpg_(?:terminate|cancel)_backend|pg_reload_conf|pg_promote|pg_stat(?:_statements)?_reset|pg_drop_\w+|pg_wal_replay_\w+/;

/** All statements of the block in one transaction, which writes nothing. */
export async function runSql(text: string, { query }: Pick<PostgresServer, 'query'>): Promise<readonly Fault[]> {
  const [found] = does.exec(text) ?? [];
  if (found !== undefined) return [{ after: 0, message: `${found} changes something: write the block as text` }];
  try {
    await query(`BEGIN READ ONLY; ${text}\n; ROLLBACK`);
    return [];
  } catch (error) {
    const { message, position } = error as { readonly message: string; readonly position?: string };
    const before = text.slice(0, Math.max(0, Number(position ?? 0) - 'BEGIN READ ONLY; '.length));
    return [{ after: before.split('\n').length - 1, message }];
  }
}
