// PostgreSQL's own client, run beside ours to compare what a connection string means.
import { execFile } from 'node:child_process';
import { locate, type Source } from './source.ts';

export const psqlSource: Source = {
  what: 'psql',
  variable: 'SIDEWARDEN_TEST_PSQL',
  candidates: ['psql', '/usr/lib/postgresql/*/bin/psql', '/opt/homebrew/opt/libpq/bin/psql'],
  packages: ['postgresql-client'],
};

/** Its answer, a row of one column; or what it said when it ended with an error. */
export type PsqlOutcome = { readonly answer: string } | { readonly refused: string };

/**
 * Asks one query with this connection string and nothing else: no ~/.psqlrc, no PG… variables, no question for a password.
 * @param home the folder that it takes for HOME: what lies in its `.postgresql` and `.pgpass` counts.
 */
export async function runPsql(connection: string, sql: string, home: string): Promise<PsqlOutcome> {
  const program = await locate(psqlSource);
  const args = [
    '--no-psqlrc',
    '--no-password',
    '--no-align',
    '--tuples-only',
    '--command',
    sql,
    '--dbname',
    connection,
  ];
  const env = { PATH: process.env.PATH ?? '', HOME: home, LC_ALL: 'C' };
  return await new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve({ answer: stdout.trim() });
      else if (typeof error.code === 'number' && !error.killed) resolve({ refused: stderr.trim() });
      else reject(error);
    });
  });
}
