// A reader of the statistics without the daemon, and the limits of one step.
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { driver } from '../../../src/dependencies/postgres/driver.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import type { Phase, Settings } from '../../../src/dependencies/postgres/settings.ts';
import type { PostgresSource, Question } from '../../../src/dependencies/postgres/statistics/source.ts';
import type { Reader } from '../../../src/dependencies/statistics.ts';
import { eventually } from '../../patience.ts';
import { makeAttempt } from '../attempt.ts';

export type PostgresReader = Reader<PostgresSource> & Required<Pick<Reader, 'elect'>>;

export const parse = (given: object): Settings => z.strictObject(postgres.settings).parse(given);

/** Ends with the test. */
export function makeReader(given: object): PostgresReader {
  const reader = driver.reader?.(parse(given));
  if (reader?.elect === undefined) throw new Error('the driver has no reader that elects');
  onTestFinished(() => reader.destroy());
  return reader as PostgresReader;
}

/** Of one step that begins now. */
export function limits({ timeoutMs = 5000, maxRows }: { timeoutMs?: number; maxRows?: number } = {}): Question {
  const { signal, remainingMs } = makeAttempt({ timeoutMs });
  return { signal, remainingMs, ...(maxRows === undefined ? {} : { maxRows }) };
}

/** A reader whose connection is open. */
export async function openReader(given: object): Promise<{ reader: PostgresReader; source: PostgresSource }> {
  const reader = makeReader(given);
  return { reader, source: await reader.open(limits()) };
}

/** What one run of the probe tells of who leads by the key. */
export async function seenBy(given: object, key: bigint, session = driver.session(parse(given))): Promise<boolean[]> {
  onTestFinished(() => session.destroy());
  const told: boolean[] = [];
  const election = { key, tell: (held: boolean) => void told.push(held) };
  await driver.probe(session, parse(given), { ...makeAttempt<Phase>(), election });
  return told;
}

/** What the server logs as statements while the work is done (`log_statement = all`); its log comes a moment later. */
export async function statementsDuring(
  server: { query(sql: string): Promise<unknown>; output(): string },
  work: () => Promise<unknown>,
): Promise<string> {
  const mark = async (): Promise<string> => {
    const said = `SELECT '${crypto.randomUUID()}'`;
    await server.query(said);
    await eventually(() => expect(server.output()).toContain(said));
    return said;
  };
  const begin = await mark();
  await work();
  const end = await mark();
  return (
    server
      .output()
      .split(begin)[1]
      ?.split(end)[0]
      ?.replace(/[^\n]*$/, '') ?? ''
  );
}
