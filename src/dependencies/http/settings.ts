// What an `http` check can be told, and what its fields alone cannot see.
import { z } from 'zod';
import { endpointOfUrl, hostPort, isLoopback } from '../../core/endpoint.ts';
import { byRule, credentials, kinds, pattern, secret, secretFile, secretUrl, tls } from '../../core/fields.ts';
import type { Secret } from '../../core/secret.ts';
import { socketPathProblem } from '../../core/socket-path.ts';
import { plainUrl, type ReadUrl, readUrl, type UrlForm } from '../../core/url.ts';
import type { SettingsProblem } from '../define.ts';
import { parseJsonPath } from './json-path.ts';

/** From and to, both included. */
export type StatusRange = readonly [number, number];

const statusForm = 'must be a status such as 204 or a range such as 200-299';
const status = z
  .union([z.number().int(), z.string()], { error: statusForm })
  .transform((value, context): StatusRange => {
    const [, from, to = from] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(String(value)) ?? [];
    if (from !== undefined && Number(from) <= Number(to)) return [Number(from), Number(to)];
    const [, hundreds] = /^([1-5])xx$/i.exec(String(value)) ?? [];
    const params = hundreds === undefined ? undefined : { fix: `write ${hundreds}00-${hundreds}99` };
    context.addIssue({ code: 'custom', message: statusForm, input: value, ...(params && { params }) });
    return z.NEVER;
  });

const rangeText = ([from, to]: StatusRange): string => (from === to ? `${from}` : `${from}-${to}`);

const json = z.strictObject({
  path: z
    .string()
    .refine(
      (text) => parseJsonPath(text) !== undefined,
      'must be a path such as $.status, checks.db.ok or items[0].name',
    )
    .describe('where to look: $.status, checks.db.ok, items[0]["a name"]'),
  equals: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('the value wanted there; unless given, anything but null and false'),
});

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** An @ in path or query is fine where no user comes before the host: `http://h/users/@me`. */
export const urlForm: UrlForm = {
  schemes: ['http', 'https'],
  query: true,
  atInPath: true,
  socket:
    'is a path alone: write the whole URL, such as http://127.0.0.1:8080/healthz; the path of a socket is written as ' +
    '`socket: /run/app.sock`, and `url: http://localhost/path` for what to ask there',
};

export const settings = {
  url: secretUrl(urlForm).describe('http or https URL to ask; may hold user and password'),
  socket: z
    .string()
    .startsWith('/', 'must be the absolute path of a Unix socket, as in /run/app.sock')
    .superRefine(byRule(socketPathProblem))
    .optional()
    .describe('Unix socket to connect to instead of the URL’s host'),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('request method'),
  headers: z
    .record(z.string().regex(token, 'must be a header name'), secret())
    .default({})
    .describe('request headers; their values are secrets'),
  body: secret().optional().describe('request body'),
  expected_status: z
    .union([status.transform((range) => [range]), z.array(status).min(1)])
    .register(kinds, { kind: 'transformed', written: (ranges: readonly StatusRange[]) => ranges.map(rangeText) })
    .prefault('200-299')
    .describe('statuses that pass: one, a range, or a list of them; redirects are not followed'),
  body_matches: pattern().optional().describe('regular expression that the first 64 KiB of the body must match'),
  json: json.optional().describe('a value that a JSON body of at most 64 KiB must have'),
  token: secret().optional().describe('bearer token'),
  token_file: secretFile().optional().describe('file that holds the bearer token, read again for each request'),
  tls: tls().optional().describe('trust and client certificate for https'),
  ...credentials(),
};

export const phases = ['connect', 'response', 'body'] as const;
export const classes = ['dns', 'refused', 'timeout', 'tls', 'auth', 'permission', 'throttled', 'server'] as const;
export type HttpPhase = (typeof phases)[number];

export type HttpSettings = z.output<z.ZodObject<typeof settings>>;
/** What says how to ask, and nothing of the answer. */
export type RequestSettings = Omit<HttpSettings, 'expected_status' | 'body_matches' | 'json'>;

/** The URL, unless it is in a file that nobody has read yet. */
const knownUrl = (url: Secret): ReadUrl | undefined =>
  url.newest((value) => {
    const read = readUrl(value, urlForm);
    return 'url' in read ? read.url : undefined;
  });

export function targetOf({ url, socket }: Pick<HttpSettings, 'url' | 'socket'>): string {
  if (socket !== undefined) return `unix:${socket}`;
  const known = knownUrl(url);
  if (known === undefined) return 'URL from a file';
  return hostPort(endpointOfUrl(plainUrl(known)));
}

/** A URL in a file may change: only one that stands in the configuration is known to stay in the pod. */
export function isLocal({ url, socket }: Pick<HttpSettings, 'url' | 'socket'>): boolean {
  if (socket !== undefined) return true;
  const known = 'value' in url.source ? knownUrl(url) : undefined;
  return known !== undefined && isLoopback(endpointOfUrl(plainUrl(known)).host);
}

export function findProblems(given: HttpSettings): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const exclude = (one: keyof HttpSettings, other: keyof HttpSettings) => {
    if (given[one] !== undefined && given[other] !== undefined) {
      problems.push({ path: [other], message: `cannot stand beside ${one}: keep one of them` });
    }
  };
  exclude('password', 'password_file');
  exclude('token', 'token_file');
  for (const user of ['username', 'password', 'password_file'] as const) {
    exclude('token', user);
    exclude('token_file', user);
  }
  const url = knownUrl(given.url);
  if ((given.password ?? given.password_file) !== undefined && given.username === undefined && !url?.username) {
    problems.push({ path: [given.password ? 'password' : 'password_file'], message: 'needs a username' });
  }
  if (given.method === 'HEAD' && (given.body_matches ?? given.json) !== undefined) {
    problems.push({ path: ['method'], message: 'HEAD has no body to judge: use GET' });
  }
  if (given.tls !== undefined && url?.scheme === 'http') {
    problems.push({ path: ['tls'], message: 'has no effect on an http url: write https' });
  }
  return problems;
}
