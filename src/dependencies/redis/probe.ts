// One probe of Redis: connect, auth, ping, role, and the write where it is wanted.
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../define.ts';
import { isNotOffered } from './errors.ts';
import { isAlone, judgeCluster, judgeRole } from './role.ts';
import type { RedisSession } from './session.ts';
import type { RedisSettings } from './settings.ts';

export type Phase = 'connect' | 'auth' | 'ping' | 'role' | 'write';

/** How long the written key lives, in seconds. */
const keyLifetime = '60';

/** Connect and auth run only when the session is new. */
export async function probe(session: RedisSession, settings: RedisSettings, attempt: Attempt<Phase>): Promise<void> {
  if (!session.connected) await attempt.phase('connect', () => session.connect(attempt.remainingMs()));
  attempt.expires('server_certificate', session.certificateEnds);
  if (!session.loggedIn) await attempt.phase('auth', () => session.logIn(attempt));
  await attempt.phase('ping', async () => {
    const reply = await session.call('PING');
    if (reply !== 'PONG') throw new Failure('server', 'PING was answered by something else than PONG');
  });
  const refusals = await attempt.phase('role', () => askRole(session, settings, attempt));
  attempt.expires('server_certificate', session.certificateEnds); // of a cluster another node may be asked by now
  if (refusals.length > 0) attempt.skip('role', refusals.join('; '));
  const { write } = settings;
  if (write !== undefined) {
    await attempt.rest('write', write.interval, async () => {
      await session.call('SET', write.key, new Date().toISOString(), 'EX', keyLifetime);
    });
  }
}

/** @returns why the server would not say, for each question that it does not offer: that proves nothing bad. */
async function askRole(
  session: RedisSession,
  { cluster, sentinel, expect }: RedisSettings,
  attempt: Attempt<Phase>,
): Promise<readonly string[]> {
  const refusals: string[] = [];
  const unlessRefused = async (ask: () => Promise<void>): Promise<void> => {
    try {
      await ask();
    } catch (error) {
      if (!isNotOffered(error)) throw error;
      refusals.push(error.message);
    }
  };
  if (cluster !== undefined) await unlessRefused(() => askCluster(session, attempt));
  await unlessRefused(async () => judgeRole(await session.call('ROLE'), sentinel === undefined ? expect : 'primary'));
  return refusals;
}

/** A node that was taken out of the cluster still answers at its address: the next one is asked instead. */
async function askCluster(session: RedisSession, attempt: Attempt<Phase>): Promise<void> {
  let info = await session.call('CLUSTER', 'INFO');
  while (isAlone(info) && (await session.moveOn(attempt))) info = await session.call('CLUSTER', 'INFO');
  judgeCluster(info);
}
