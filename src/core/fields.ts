// The fields that settings of several rooms share: durations, secrets, addresses, TLS, credentials.
import { z } from 'zod';
import { formatDuration, parseDuration } from './duration.ts';
import { parseAddress } from './endpoint.ts';
import { foreignPattern } from './foreign-pattern.ts';
import { Secret, type SecretRule } from './secret.ts';
import { hostAndPort } from './socket-path.ts';
import { maskedUrl, readUrl, type UrlForm } from './url.ts';
import { urlFix } from './url-fix.ts';

/** What a field is, beyond its type: messages hide the values of secrets and explain durations. */
export const kinds = z.registry<
  /** `days`: it is counted in days, so that a number without a unit means them. */
  | { kind: 'duration'; days?: true }
  /** A number of percents or seconds, which people write with a unit. */
  | { kind: 'listen' | 'percent' | 'seconds' }
  | { kind: 'secret'; shown: Shown }
  /** One of many that are read alike: there is no variable of what stands below it. */
  | { kind: 'alike' }
  /** A field that becomes something else than what is written; `written` is the way back. */
  | { kind: 'transformed'; written: (value: never) => unknown }
>();

/** For `superRefine`, of a rule on a string: what is wrong is said in the rule's own words. */
export const byRule =
  (problemOf: (text: string) => string | undefined) =>
  (text: string, context: z.RefinementCtx): void => {
    const message = problemOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

/** What may be shown of a secret's value: a value that the field takes again. */
export type Shown = (value: string) => string;
const hidden: Shown = () => '[secret]';

/** A duration such as `5s`; milliseconds after parsing. */
export const duration = () =>
  z
    .string({ error: 'must be a duration such as 500ms, 5s, 1m30s or 30d' })
    .transform((text, context) => {
      const milliseconds = parseDuration(text);
      if (milliseconds !== undefined) return milliseconds;
      context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 5s, 1m30s or 30d', input: text });
      return z.NEVER;
    })
    .meta({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' })
    .register(kinds, { kind: 'duration' });

const day = 86_400_000;

/** A duration within these bounds, in milliseconds. */
export const durationBetween = (least: number, most: number) =>
  duration()
    .refine(
      (milliseconds) => milliseconds >= least && milliseconds <= most,
      `must be between ${formatDuration(least)} and ${formatDuration(most)}`,
    )
    .register(kinds, { kind: 'duration', ...(least >= day && { days: true }) });

/** A secret text; the loader hands a Secret in where the value comes from a file. The rule holds for both. */
export const secret = (rule?: SecretRule, shown = hidden) =>
  z
    .custom<string | Secret>(
      (value) => value instanceof Secret || (typeof value === 'string' && value !== ''),
      'must be a string that is not empty',
    )
    .meta({ type: 'string', minLength: 1, writeOnly: true })
    .transform((value, context) => {
      const found = secretWith(value, rule);
      const problem = 'value' in found.source ? rule?.(found.source.value) : undefined;
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, input: value });
      return found;
    })
    .register(kinds, { kind: 'secret', shown });

const secretWith = (value: string | Secret, rule: SecretRule | undefined): Secret => {
  if (!(value instanceof Secret)) return new Secret({ value }, rule);
  return rule === undefined ? value : new Secret(value.source, rule);
};

/** The path of a file that holds a secret; read again at each connect. */
export const secretFile = (rule?: SecretRule) =>
  z
    .string()
    .min(1)
    .transform((path) => Secret.fromFile(path, rule));

/**
 * A secret text that is parsed where it is used: what a file holds is judged there.
 * @param parse gives what is wrong as `problem`, phrased as a rule's.
 */
export const parsedSecret = (parse: (text: string) => object, shown?: Shown) =>
  secret(undefined, shown).superRefine((value, context) => {
    const { source } = value;
    const problemOf: SecretRule = (text) => {
      const parsed = parse(text);
      return 'problem' in parsed ? String(parsed.problem) : undefined;
    };
    value.problemOf = problemOf;
    if (!('value' in source)) return;
    const message = problemOf(source.value);
    if (message === undefined) return;
    const fix = urlFix(source.value, message);
    context.addIssue({ code: 'custom', message, ...(fix !== undefined && { params: { fix } }) });
  });

/** A URL of this form. It can hold a password, so it is a Secret. */
export const secretUrl = (form: UrlForm) =>
  parsedSecret(
    (text) => readUrl(text, form),
    (text) => {
      const read = readUrl(text, form);
      return 'url' in read ? maskedUrl(read.url) : hidden(text);
    },
  );

/** `host:port`, `[v6]:port`; kept as text. */
export const address = () =>
  z.string().refine((text) => parseAddress(text) !== undefined, { error: ({ input }) => hostAndPort(String(input)) });

/** A regular expression as JavaScript writes it, kept as text. */
export const pattern = () =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const foreign = foreignPattern(text);
      if (foreign !== undefined) {
        context.addIssue({ code: 'custom', message: foreign, params: { fix: null } }); // it says how
        return;
      }
      try {
        new RegExp(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `must be a regular expression: ${(error as Error).message}` });
      }
    });

export const tls = () =>
  z
    .strictObject({
      ca_file: z.string().min(1).optional().describe('PEM file with the authorities to trust, instead of the system’s'),
      cert_file: z.string().min(1).optional().describe('PEM file with the client certificate'),
      key_file: z.string().min(1).optional().describe('PEM file with the client certificate’s key'),
      server_name: z.string().min(1).optional().describe('name to ask for (SNI) and to verify, when not the host'),
      insecure_skip_verify: z.boolean().default(false).describe('accept any certificate: for tests only'),
    })
    .refine(
      (value) => (value.cert_file === undefined) === (value.key_file === undefined),
      'cert_file and key_file go together',
    );
export type TlsSettings = z.output<ReturnType<typeof tls>>;

/** username, password and password_file, as every network type takes them. */
export const credentials = () => ({
  username: z.string().min(1).optional().describe('user name; wins over the one in the URL'),
  password: secret().optional().describe('password; wins over the one in the URL'),
  password_file: secretFile().optional().describe('file that holds the password, read again at each connect'),
});
