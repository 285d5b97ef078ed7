// The password of a log-in: the file's, the setting's or the URL's, or a token of AWS IAM signed just now.
import { Failure } from '../../core/failure.ts';
import { revealPassword } from '../credentials.ts';
import type { Attempt } from '../define.ts';
import { regionOfHost } from './iam.ts';
import { passwordIn, type Server, type Target } from './libpq/index.ts';
import type { Settings } from './settings.ts';

/**
 * The token is for the name that the certificate is for too: behind an alias that is `tls.server_name`.
 * @throws Failure `auth`: no file, or no AWS credentials; `timeout`: these did not come in time; `misconfig`: no region.
 */
export async function passwordNow(
  settings: Settings,
  target: Target,
  server: Server,
  attempt: Pick<Attempt, 'signal' | 'remainingMs'>,
): Promise<string | undefined> {
  if (settings.auth === undefined) return revealPassword(settings) ?? target.password;
  const name = settings.tls?.server_name ?? (server.host || server.hostaddr || '');
  const query = { DBUser: settings.username ?? target.user ?? '' };
  const { tokenNow } = await import('../aws/token.ts');
  const request = { service: 'rds-db', host: `${name}:${server.port}`, query } as const;
  const token = await tokenNow(request, settings.region ?? regionOfHost(name), attempt);
  settings.auth.token.learn(token);
  return token;
}

/**
 * The password for a server that asks for one and was given none elsewhere: that of the URL's `passfile`.
 * @throws Failure `auth`
 */
export function passwordInFile(settings: Settings, target: Target, server: Server): string {
  const { passfile, database, user: named } = target;
  if (passfile === undefined) throw new Failure('auth', 'the server asks for a password, and none is given');
  const user = settings.username ?? named ?? '';
  const host = server.host === '' ? (server.hostaddr ?? '') : server.host;
  const found = passwordIn(passfile, { host, port: server.port, database: database ?? user, user });
  if ('why' in found) throw new Failure('auth', `the server asks for a password, and ${found.why}`);
  settings.url.learn(found.password);
  return found.password;
}
