// Asks one sentinel where the primary is. Our own question, since the client's would retry by itself.
import { Failure } from '../../core/failure.ts';
import { revealPassword } from '../credentials.ts';
import type { Connection } from './connection.ts';
import type { SentinelSettings } from './settings.ts';
import type { Endpoint } from './url.ts';

/**
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/
 * @throws Failure `misconfig` when this sentinel knows no primary of that name.
 */
export async function askSentinel(connection: Connection, sentinel: SentinelSettings): Promise<Endpoint> {
  const password = revealPassword(sentinel);
  if (sentinel.username !== undefined) await connection.call('AUTH', sentinel.username, password ?? '');
  else if (password !== undefined) await connection.call('AUTH', password);
  const reply = await connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel.name);
  if (!Array.isArray(reply)) throw new Failure('misconfig', `the sentinels know no primary named ${sentinel.name}`);
  const [host, port] = reply;
  return { host: String(host), port: Number(port) };
}
