// Runs SQL that somebody else wrote so that it can only read: by a cursor, in a transaction that is always rolled back.
import type { Ask } from './asking.ts';
import type { Selection } from './statistics/source.ts';

const name = 'sidewarden_selection';

/**
 * Nothing leaves the transaction: a cursor takes one SELECT, VALUES or TABLE, and the extended protocol one statement.
 * @param begin What begins the transaction, read-only and with its limits, in one message.
 * @param giveUp Ends the connection, when it cannot be said to be out of the transaction.
 * @throws what the server says.
 */
export async function selectByCursor(
  ask: Ask,
  giveUp: () => void,
  { begin, sql, maxRows }: { readonly begin: string; readonly sql: string; readonly maxRows: number },
): Promise<Selection> {
  await ask({ text: begin, maxRows: 0 });
  try {
    await ask({ text: `DECLARE ${name} NO SCROLL CURSOR FOR\n${sql}`, maxRows: 0, extended: true });
    return await ask({ text: `FETCH FORWARD ${maxRows + 1} FROM ${name}`, maxRows });
  } finally {
    await ask({ text: 'ROLLBACK', maxRows: 0 }).catch(giveUp);
  }
}
