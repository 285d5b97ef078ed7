// Asks one sentinel where the primary is. Our own question, since the client's would retry by itself.
import type { Endpoint } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import { revealPassword } from '../credentials.ts';
import type { Connection } from './connection.ts';
import { classify, RedisReply } from './errors.ts';
import type { SentinelSettings } from './settings.ts';

/**
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/
 * @param address of the sentinel, for people.
 * @throws Failure `misconfig` when this sentinel knows no primary of that name, the class of its reply when it refuses.
 */
export async function askSentinel(
  connection: Connection,
  sentinel: SentinelSettings,
  address: string,
): Promise<Endpoint> {
  const reply = await question(connection, sentinel).catch((error: unknown) => {
    // Its log-in is apart from the server's: without its name nobody would know whose password is wrong.
    if (!(error instanceof RedisReply)) throw error;
    const errorClass = classify(error)?.errorClass ?? 'server';
    throw new Failure(errorClass, `sentinel ${address}: ${error.message}`, { cause: error });
  });
  if (!Array.isArray(reply)) throw new Failure('misconfig', `the sentinels know no primary named ${sentinel.name}`);
  const [host, port] = reply;
  return { host: String(host), port: Number(port) };
}

async function question(connection: Connection, sentinel: SentinelSettings): Promise<unknown> {
  await logInAtSentinel(connection, sentinel);
  return connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel.name);
}

/** AUTH, if the sentinels have users or a password. */
export async function logInAtSentinel(connection: Connection, sentinel: SentinelSettings): Promise<void> {
  const password = revealPassword(sentinel);
  if (sentinel.username !== undefined) await connection.call('AUTH', sentinel.username, password ?? '');
  else if (password !== undefined) await connection.call('AUTH', password);
}
