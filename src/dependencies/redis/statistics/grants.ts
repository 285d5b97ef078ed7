// Which grants the collectors need, and the statement that gives them to the user that we are.

import { MissingPrivilege } from '../../statistics.ts';
import { isNotOffered, type RedisReply } from '../errors.ts';
import type { RedisSettings } from '../settings.ts';
import type { Facts, RedisSource } from './source.ts';

/** As ACL SETUSER has them after the `+`. */
export type Grant = 'info' | 'slowlog|len' | 'slowlog|get' | 'latency|latest' | 'latency|histogram' | 'cluster|info';

/** All that the collectors ask of such a server under these settings. */
function grantsOf({ statistics }: RedisSettings, { major, cluster }: Facts): readonly Grant[] {
  return [
    'info',
    'slowlog|len',
    ...(statistics.slowlog_get ? (['slowlog|get'] as const) : []),
    'latency|latest',
    ...(statistics.latency_histogram && major !== undefined && major >= 7 ? (['latency|histogram'] as const) : []),
    ...(cluster ? (['cluster|info'] as const) : []),
  ];
}

/**
 * What an administrator runs. One statement gives everything where that is safe: before Redis 7, or where the version is
 * not known, a subcommand of a command that the user has as a whole already makes all of ACL SETUSER fail, so that the
 * statement gives only what was refused.
 */
export function statementFor(refused: Grant, settings: RedisSettings, facts: Facts): string {
  const all = facts.major !== undefined && facts.major >= 7 ? grantsOf(settings, facts) : [refused];
  const grants = all.map((grant) => `+${grant}`).join(' ');
  // ElastiCache has no ACL SETUSER: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
  if (settings.auth !== undefined) {
    return `aws elasticache modify-user --user-id ${quote(facts.user)} --append-access-string "${grants}"`;
  }
  return `ACL SETUSER ${quote(facts.user)} ${grants}`;
}

/** As redis-cli reads it; the other characters need nothing. */
export const quote = (name: string): string => (/^[\w.@:+-]+$/.test(name) ? name : JSON.stringify(name));

/**
 * Asks, of a server that may not answer it.
 * @returns undefined where the server does not offer the command at all: nobody can grant it.
 * @throws MissingPrivilege when the user may not.
 */
export async function askGranted(
  source: RedisSource,
  settings: RedisSettings,
  grant: Grant,
  ...command: [string, ...string[]]
): Promise<unknown> {
  try {
    return await source.ask(...command);
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    if (!isRefusal(error)) return undefined;
    throw new MissingPrivilege(grant, statementFor(grant, settings, source.facts), { cause: error });
  }
}

/** Refused to this user; what a server does not offer is refused to everybody. */
export const isRefusal = (error: RedisReply): boolean => error.kind === 'NOPERM';
