// Redis' own client, with which people give the orders that the pages show.
import { execFile } from 'node:child_process';
import { locate, type Source } from './source.ts';

export const redisCliSource: Source = {
  what: 'redis-cli',
  variable: 'SIDEWARDEN_TEST_REDIS_CLI',
  candidates: ['redis-cli', 'valkey-cli'],
  packages: ['redis-server'],
};

export type RedisCliAnswer = { readonly answer: string; readonly refused: boolean };

export type RedisUser = { readonly socket: string; readonly name: string; readonly password: string };

/** Runs one line: as typed at its prompt, or in a shell where it begins with `redis-cli` itself. */
export async function runRedisCli({ socket, name, password }: RedisUser, line: string): Promise<RedisCliAnswer> {
  const program = await locate(redisCliSource);
  const typed = /^redis-cli\s+(.*)$/.exec(line)?.[1];
  const args = ['-s', socket, '--user', name, '--no-auth-warning', ...(typed?.split(/\s+/) ?? [])];
  const env = { PATH: process.env.PATH ?? '', REDISCLI_AUTH: password };
  return await new Promise((resolve) => {
    const child = execFile(program, args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      const answer = `${stdout}${stderr}`.trim();
      resolve({ answer, refused: error !== null || refusal.test(answer) });
    });
    child.stdin?.on('error', () => undefined).end(typed === undefined ? `${line}\n` : ''); // it may have ended already
  });
}

/** One line that begins with the class of the error; or its own, of quotes that do not match. */
const refusal = /^(?:(?:\(error\) )?[A-Z]{3,} [^\n]*|Invalid argument\(s\))$/;
