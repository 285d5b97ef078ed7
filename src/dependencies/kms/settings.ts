// The settings of a `kms` check, and what follows from them alone.
import { z } from 'zod';
import { byRule, duration, tls } from '../../core/fields.ts';
import { endpointProblem } from '../aws/endpoint-url.ts';
import { region } from '../aws/settings.ts';
import type { SettingsProblem } from '../define.ts';
import { statisticsFields } from '../statistics.ts';

const roundTrip = z.strictObject({
  interval: duration().prefault('5m').describe('how long a passed round trip counts, before the next one'),
  context: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('encryption context of both calls; key policies can demand one'),
});

const statistics = z
  .strictObject({
    ...statisticsFields,
    rotations: z
      .boolean()
      .default(false)
      .describe('also read once a day when the key was last rotated (ListKeyRotations)'),
  })
  .prefault({})
  .describe('the statistics of this key, beside its health');

/** What begins like an ARN must be one of KMS; a bare id is whatever the service, or a stand-in, takes for one. */
const arnProblem = (keyId: string): string | undefined =>
  /^(?!arn:)|^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)\/\S+$/.test(keyId)
    ? undefined
    : 'must be an ARN such as arn:aws:kms:eu-central-1:111122223333:key/… or …:alias/…, with an account of 12 digits';

export const shape = {
  key_id: z
    .string()
    .regex(/^\S+$/, 'must be the id, the ARN, alias/name or the ARN of an alias, without a space or line break')
    .superRefine(byRule(arnProblem))
    .describe('the key: id, ARN, alias/name or alias ARN'),
  region: region()
    .optional()
    .describe('the key’s region; by default that of the ARN in key_id, else what the SDK finds (AWS_REGION, profile)'),
  endpoint: z
    .string()
    .superRefine(byRule(endpointProblem))
    .optional()
    .describe('where KMS answers, when not at AWS; AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL work too'),
  round_trip: roundTrip.optional().describe('encrypt and decrypt a few bytes now and then; off unless set'),
  statistics,
  tls: tls().optional(),
};
export type KmsSettings = z.output<z.ZodObject<typeof shape>>;

const regionOfArn = (keyId: string): string | undefined => /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1];

/** The region that the settings alone give; undefined leaves it to the SDK. */
export const regionOf = ({ region, key_id }: KmsSettings): string | undefined => region ?? regionOfArn(key_id);

/** For people: the key, and where it is asked for when that is not plain from the key. */
export function target(settings: KmsSettings): string {
  if (settings.endpoint !== undefined) return `${settings.key_id} at ${new URL(settings.endpoint).host}`;
  const region = regionOf(settings);
  return region === undefined || regionOfArn(settings.key_id) !== undefined
    ? settings.key_id
    : `${settings.key_id} in ${region}`;
}

export function problems({ region, key_id }: KmsSettings): SettingsProblem[] {
  const keysOwn = regionOfArn(key_id);
  if (region === undefined || keysOwn === undefined || region === keysOwn) return [];
  return [{ path: ['region'], message: `is ${region}, but the ARN in key_id is of ${keysOwn}: leave region out` }];
}
