// Log-in with AWS IAM: the password is a signed request for `connect` that is never sent, good for 15 minutes.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
import { Sha256 } from '@smithy/core/checksum';
import { buildQueryString, HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Attempt } from '../define.ts';
import { credentialsNow, regionNow } from './chain.ts';
import type { AwsCredentials } from './credentials.ts';

/** Seconds; the longest that both services accept. */
const expiresIn = 900;

export type TokenRequest = {
  readonly service: 'rds-db' | 'elasticache';
  /** `host:port` of the database, or the name of the cache. */
  readonly host: string;
  /** Beside Action=connect. */
  readonly query: Readonly<Record<string, string>>;
};

/** @param at the instant of the signature; its expiry counts from there. */
export async function sign(
  { service, host, query }: TokenRequest,
  region: string,
  credentials: AwsCredentials,
  at = new Date(),
): Promise<string> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const [hostname = '', port] = host.split(':');
  const request = new HttpRequest({
    hostname,
    ...(port === undefined ? {} : { port: Number(port) }),
    query: { Action: 'connect', ...query },
    headers: { host },
  });
  const signed = await signer.presign(request, { expiresIn, signingDate: at });
  return `${host}/?${buildQueryString(signed.query ?? {})}`;
}

/**
 * A token of now, with credentials looked up now.
 * @param region unless given, AWS_REGION or the profile's.
 * @throws Failure `auth` without credentials, `timeout` when they do not come in time, `misconfig` without a region.
 */
export async function tokenNow(
  request: TokenRequest,
  region: string | undefined,
  attempt: Pick<Attempt, 'signal' | 'remainingMs'>,
): Promise<string> {
  const place = region ?? (await regionNow());
  return sign(request, place, await credentialsNow(place, attempt));
}
