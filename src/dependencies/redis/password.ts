// The password of a log-in: the file's, the setting's or the URL's, or a token of AWS IAM signed just now.
import { Failure } from '../../core/failure.ts';
import { revealPassword } from '../credentials.ts';
import type { Attempt } from '../define.ts';
import { iamProblem } from './iam.ts';
import type { RedisSettings } from './settings.ts';
import type { RedisUrl } from './url.ts';

/** What bounds a log-in. */
export type Limits = Pick<Attempt, 'signal' | 'remainingMs'>;

/** @throws Failure `auth`: no file, or no AWS credentials; `timeout`: these did not come in time. */
export async function passwordNow(
  settings: RedisSettings,
  url: RedisUrl | undefined,
  attempt: Limits,
): Promise<string | undefined> {
  if (settings.auth === undefined) return revealPassword(settings) ?? url?.password;
  const { cache_name, region } = settings;
  const user = settings.username ?? url?.username;
  const problem = iamProblem(settings, url);
  if (problem !== undefined || cache_name === undefined || user === undefined) {
    throw new Failure('misconfig', problem?.message ?? 'the cache or the user has no name');
  }
  const ResourceType = isServerless(settings, url) ? { ResourceType: 'ServerlessCache' } : {};
  const query = { User: user, ...ResourceType };
  const { tokenNow } = await import('../aws/token.ts');
  const token = await tokenNow({ service: 'elasticache', host: cache_name.toLowerCase(), query }, region, attempt);
  settings.auth.token.learn(token);
  return token;
}

/** Serverless caches sign another request. Their endpoints are `name-xxxxxx.serverless.euc1.cache.amazonaws.com`. */
function isServerless({ serverless, cluster }: RedisSettings, url: RedisUrl | undefined): boolean {
  const host = url !== undefined && 'host' in url.endpoint ? url.endpoint.host : (cluster?.addresses[0] ?? '');
  return serverless ?? /\.serverless\.[^.]+\.cache\.amazonaws\.com(\.cn)?(:\d+)?$/.test(host);
}
