// One probe of Redis: connect, auth, ping, role, and the write where it is wanted.
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../define.ts';
import { isNotOffered } from './errors.ts';
import { judgeCluster, judgeRole } from './role.ts';
import type { RedisSession } from './session.ts';
import type { RedisSettings } from './settings.ts';

export type Rung = 'connect' | 'auth' | 'ping' | 'role' | 'write';

/** How long the written key lives, in seconds. */
const keyLifetime = '60';

/** Connect and auth are climbed when the session is new. */
export async function probe(session: RedisSession, settings: RedisSettings, attempt: Attempt<Rung>): Promise<void> {
  if (!session.connected) await attempt.climb('connect', () => session.connect(attempt.remainingMs()));
  if (!session.loggedIn) await attempt.climb('auth', () => session.logIn());
  await attempt.climb('ping', async () => {
    const reply = await session.call('PING');
    if (reply !== 'PONG') throw new Failure('server', 'PING was answered by something else than PONG');
  });
  const refusal = await attempt.climb('role', () => askRole(session, settings));
  if (refusal !== undefined) attempt.skip('role', refusal);
  const { write } = settings;
  if (write !== undefined) {
    await attempt.rest('write', write.interval, async () => {
      await session.call('SET', write.key, new Date().toISOString(), 'EX', keyLifetime);
    });
  }
}

/** @returns why the server would not say, when the user may not ask: that proves nothing bad. */
async function askRole(session: RedisSession, settings: RedisSettings): Promise<string | undefined> {
  try {
    judgeRole(await session.call('ROLE'), settings.sentinel === undefined ? settings.expect : 'primary');
    if (settings.cluster !== undefined) judgeCluster(await session.call('CLUSTER', 'INFO'));
    return undefined;
  } catch (error) {
    if (isNotOffered(error)) return error.message;
    throw error;
  }
}
