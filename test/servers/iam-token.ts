// Judges a log-in token as AWS does: the signature computed again with the secret that belongs to its access key.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';

export type Key = { readonly secret: string; readonly session?: string };
/** Access keys that are good now, by their id. */
export type Keys = Map<string, Key>;

export type Wanted = {
  readonly service: 'rds-db' | 'elasticache';
  readonly region: string;
  readonly host: string;
  /** All that is not X-Amz-. */
  readonly query: Readonly<Record<string, string>>;
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Milliseconds since 1970 of `20260802T121150Z`. */
const instantOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** The id of the access key that signed it. */
export const keyIdOf = (token: string): string | undefined => /X-Amz-Credential=([^%/&]+)/.exec(token)?.[1];

/** @returns why it is refused; undefined when it is good now. */
export function refusalOf(token: string, { service, region, host, query }: Wanted, keys: Keys): string | undefined {
  const [name, search = ''] = token.split('/?');
  const given = new URLSearchParams(search);
  if (name !== host) return `it is for ${name}`;
  const own = [...given].filter(([key]) => !key.startsWith('X-Amz-'));
  const asked = JSON.stringify(own.sort());
  if (asked !== JSON.stringify(Object.entries(query).sort())) return `it asks ${asked}`;
  const [keyId = '', day = '', ...scope] = (given.get('X-Amz-Credential') ?? '').split('/');
  if (scope.join('/') !== `${region}/${service}/aws4_request`) return `its scope is ${scope.join('/')}`;
  const key = keys.get(keyId);
  if (key === undefined) return 'its access key is not known, or expired';
  if ((given.get('X-Amz-Security-Token') ?? undefined) !== key.session) return 'its session token is another';
  const at = given.get('X-Amz-Date') ?? '';
  const ageMs = Date.now() - instantOf(at);
  if (!(ageMs > -5000 && ageMs < Number(given.get('X-Amz-Expires')) * 1000)) return 'it is too old, or of the future';
  const signed = [...given].filter(([parameter]) => parameter !== 'X-Amz-Signature');
  const canonicalQuery = signed.map(([parameter, value]) => `${encode(parameter)}=${encode(value)}`).sort();
  const nothing = createHash('sha256').digest('hex');
  const canonical = ['GET', '/', canonicalQuery.join('&'), `host:${host}`, '', 'host', nothing].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', at, [day, ...scope].join('/'), digest].join('\n');
  const signature = hmac([day, ...scope].reduce<string | Buffer>(hmac, `AWS4${key.secret}`), text).toString('hex');
  return signature === given.get('X-Amz-Signature') ? undefined : 'the signature does not match';
}
