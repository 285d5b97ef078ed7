// Asks over a connection of the statistics: rows and bytes of an answer are capped while it arrives.
import { UnreadableAnswer } from '../statistics.ts';
import type { Query, Result } from './client.ts';
import type { Entered } from './log-in.ts';
import type { Row } from './statistics/source.ts';

const maxBytes = 4 * 1024 * 1024;

/** Of the last statement of a message that gives rows. */
export type QueryResult = {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Whether rows were cut. */
  readonly more: boolean;
};

/** `extended`: by the extended protocol, which takes a single statement only. */
export type Message = { readonly text: string; readonly maxRows: number; readonly extended?: true };

export type Ask = (message: Message) => Promise<QueryResult>;
/** Of the client library. */
export type NewQuery = (config: { readonly text: string; readonly queryMode?: 'extended' }) => Query;

/**
 * One question at a time.
 * @throws UnreadableAnswer beyond 4 MiB, which gives the connection up; what the server says.
 */
export function createAsk({ client, socket }: Entered, newQuery: NewQuery, giveUp: () => void): Ask {
  let received = 0;
  let refuse: ((error: Error) => void) | undefined;
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length;
    if (received <= maxBytes || refuse === undefined) return;
    refuse(new UnreadableAnswer(`the answer has more than ${maxBytes} bytes`));
    giveUp();
  });
  return ({ text, maxRows, extended }) => {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    const rows: Row[] = [];
    let more = false;
    received = 0;
    refuse = reject;
    const query = newQuery({ text, ...(extended === undefined ? {} : { queryMode: 'extended' }) });
    query.on('row', (row: Row) => {
      if (rows.length < maxRows) rows.push(row);
      else more = true;
    });
    query.on('error', reject);
    query.on('end', (results: Result | readonly Result[]) => {
      const found = [results].flat().findLast(({ fields }) => fields.length > 0);
      resolve({ columns: found?.fields.map(({ name }) => name) ?? [], rows, more });
    });
    client.query(query);
    return promise.finally(() => {
      refuse = undefined;
    });
  };
}
