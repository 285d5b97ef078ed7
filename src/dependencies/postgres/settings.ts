// The settings of a `postgres` check, and the phases that they can ask for.
import { z } from 'zod';
import { credentials, duration, parsedSecret, tls } from '../../core/fields.ts';
import type { Secret } from '../../core/secret.ts';
import { iam } from '../aws/settings.ts';
import { maskedUrl, parseUrl } from './libpq/index.ts';
import { statisticsSettings } from './statistics/settings.ts';

export const phases = ['connect', 'auth', 'query', 'role', 'write'] as const;
export type Phase = (typeof phases)[number];

const connectionString = () => parsedSecret(parseUrl, maskedUrl);

export const shape = {
  url: connectionString().describe(
    'postgres:// or postgresql:// URL, or keywords with values (host=… dbname=…), as libpq reads them',
  ),
  expect: z
    .enum(['primary', 'replica', 'any'])
    .default('any')
    .describe('the role that the server must have: a primary that takes writes, a replica, or any'),
  write: z
    .strictObject({ interval: duration().prefault('1m').describe('how long a write that worked counts') })
    .optional()
    .describe('also write into a temporary table, and commit; off unless set'),
  statistics_url: connectionString()
    .optional()
    .describe('where to read the statistics: the same database past a pooler; as `url` unless set'),
  statistics: statisticsSettings,
  tls: tls().optional().describe('TLS files; without sslmode in the URL it demands TLS and verifies the certificate'),
  ...credentials(),
  ...iam('that in the name of an RDS endpoint, else what the SDK finds (AWS_REGION, profile)'),
};
export type Settings = z.output<z.ZodObject<typeof shape>>;

/** The URL as far as it was read; undefined while it is in a file that nobody read yet. */
export function parseNow(url: Secret): ReturnType<typeof parseUrl> | undefined {
  const text =
    'value' in url.source ? url.source.value : [...url.seen].findLast((value) => 'target' in parseUrl(value));
  return text === undefined ? undefined : parseUrl(text);
}
