// What a log-in to ElastiCache with AWS IAM needs of the settings. Pure.
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
import type { SettingsProblem } from '../define.ts';
import type { RedisSettings } from './settings.ts';
import type { RedisUrl } from './url.ts';

/** What keeps a log-in with `auth: aws-iam` from being made. @param url undefined: not known, or there is none. */
export function iamProblem(settings: RedisSettings, url: RedisUrl | undefined): SettingsProblem | undefined {
  if (settings.auth === undefined) return undefined;
  const { cache_name, username, sentinel, tls, cluster } = settings;
  if (sentinel !== undefined) return { path: ['auth'], message: 'does not go with sentinel: ElastiCache has none' };
  if (cache_name === undefined) {
    return { path: ['auth'], message: 'needs cache_name: the token is signed for the name of the cache' };
  }
  if (url?.password !== undefined) {
    return { path: ['url'], message: 'holds a password, which does not go with `auth: aws-iam`: remove one' };
  }
  if (url === undefined && cluster === undefined) return undefined;
  if (username === undefined && url?.username === undefined) {
    return { path: ['auth'], message: 'needs a user: add username, or name it in the URL' };
  }
  if (tls === undefined && url?.tls !== true) {
    return { path: ['auth'], message: 'needs TLS, or everybody could read the token: use rediss://, or add tls' };
  }
  return undefined;
}
