// The fields that settings of several rooms share: durations, secrets, addresses, TLS, credentials.
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { foreignPattern } from './foreign-pattern.ts';
import { Secret } from './secret.ts';
import { hostAndPort, isPathLike } from './socket-path.ts';

/** What a field is, beyond its type: messages hide the values of secrets and explain durations. */
export const kinds = z.registry<{ kind: 'secret' | 'duration' | 'listen' }>();

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

/** A secret text; the loader hands a Secret in where the value comes from a file. */
export const secret = () =>
  z
    .custom<string | Secret>(
      (value) => value instanceof Secret || (typeof value === 'string' && value !== ''),
      'must be a text that is not empty',
    )
    .meta({ type: 'string', minLength: 1, writeOnly: true })
    .transform((value) => (value instanceof Secret ? value : Secret.of(value)))
    .register(kinds, { kind: 'secret' });

/** The path of a file that holds a secret; read again at each connect. */
export const secretFile = () =>
  z
    .string()
    .min(1)
    .transform((path) => Secret.fromFile(path));

/**
 * A URL with one of the protocols (`['postgres:', 'postgresql:']`). It can hold a password, so it is a Secret.
 * @param pathAsUrl what is said of the path of a Unix socket in its place.
 */
export const secretUrl = (protocols: readonly string[], pathAsUrl?: string) =>
  secret().superRefine((url, context) => {
    if (!('value' in url.source)) return; // a file is read at the connect
    const { value } = url.source;
    const wanted = protocols.map((protocol) => `${protocol}//`).join(' or ');
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      const path = isPathLike(value) ? pathAsUrl : undefined;
      context.addIssue({ code: 'custom', message: path ?? `must be a URL that begins with ${wanted}` });
    }
  });

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
        context.addIssue({ code: 'custom', message: foreign });
        return;
      }
      try {
        new RegExp(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `must be a regular expression: ${(error as Error).message}` });
      }
    });

/** Whether a host, without brackets, is this machine whatever the network: localhost, 127.0.0.0/8, ::1. */
export const isLoopback = (host: string): boolean =>
  /^(.+\.)?localhost\.?$/i.test(host) || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';

/** Splits `host:port`; undefined when it is none. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined;
}

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
