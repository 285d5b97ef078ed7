// How many connections the server takes: what check-config compares the pods with.

import { endpointText } from '../../core/endpoint.ts';
import type { ConnectionLimit } from '../define.ts';
import type { Limits } from '../statistics.ts';
import type { RedisSession } from './session.ts';
import { fieldsOf, notNegative } from './statistics/answer.ts';

/** INFO has it since Redis 6.2: https://redis.io/docs/latest/commands/info/. @throws what the server says, who may refuse it. */
export async function readConnectionLimits(session: RedisSession, limits: Limits): Promise<ConnectionLimit[]> {
  await session.connect(limits.remainingMs());
  await session.logIn(limits);
  const most = notNegative(fieldsOf(await session.call('INFO', 'clients'), 'INFO').get('maxclients'));
  if (most === undefined || session.endpoint === undefined) return [];
  return [{ of: endpointText(session.endpoint), most, says: 'maxclients', shared: true }];
}
