// The settings of a log-in with AWS IAM, as the types that offer it take them, and what holds for all of them.
import { z } from 'zod';
import { byRule, kinds } from '../../core/fields.ts';
import { Secret } from '../../core/secret.ts';
import type { SettingsProblem } from '../define.ts';
import { regionProblem } from './region.ts';

/** The name of a region. */
export const region = () => z.string().min(1).superRefine(byRule(regionProblem));

/** @param defaultRegion where it comes from when it is not given. */
export const iam = (defaultRegion = 'what the SDK finds (AWS_REGION, profile)') => ({
  auth: z
    .enum(['aws-iam'])
    .transform(() => ({ token: Secret.of('') }))
    .register(kinds, { kind: 'transformed', written: () => 'aws-iam' })
    .optional()
    .describe('log in with a token that AWS credentials sign at each connect, instead of a password; needs TLS'),
  region: region().optional().describe(`AWS region that the token is signed for; by default ${defaultRegion}`),
});

/** Variables that the SDK reads and that hold secrets. */
export const secretVariables: readonly string[] = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

/** What learns the tokens that are signed. */
type IamAuth = { readonly token: Secret };

type Iam = {
  readonly auth?: IamAuth | undefined;
  readonly password?: Secret | undefined;
  readonly password_file?: Secret | undefined;
};

/** @param others settings that mean something to a log-in with IAM only, where they are given. */
export function iamProblems(settings: Iam, others: Readonly<Record<string, unknown>>): SettingsProblem[] {
  if (settings.auth === undefined) {
    const given = Object.keys(others).filter((name) => others[name] !== undefined);
    return given.map((name) => ({ path: [name], message: 'is for `auth: aws-iam` only' }));
  }
  const passwords = (['password', 'password_file'] as const).filter((name) => settings[name] !== undefined);
  return passwords.map((name) => ({ path: [name], message: 'does not go with `auth: aws-iam`: remove one' }));
}
