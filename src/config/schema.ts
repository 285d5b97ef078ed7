// Every key of the configuration, its meaning and its default: messages, variables, JSON Schema and docs derive from it.
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Gate, gates } from '../core/check.ts';
import { statisticsModes } from '../core/collecting.ts';
import { details } from '../core/detail.ts';
import { byRule, durationBetween, kinds, secret, secretFile } from '../core/fields.ts';
import { logFormats, logLevels } from '../core/log.ts';
import { socketPathProblem } from '../core/socket-path.ts';
import type { Definition } from '../dependencies/define.ts';
import { features } from '../features/index.ts';
import { usualService } from './configuration.ts';
import { type Listen, listenForms, parseListen } from './listen.ts';
import { shownToken } from './mask.ts';
import { scopedTokens, tokenRule } from './tokens.ts';

/** Names that begin with `x-` are left to YAML anchors. Not every validator of the JSON Schema knows `(?!…)`. */
export const checkName = /^([a-wyz][a-z0-9_-]{0,62}|x([a-z0-9_][a-z0-9_-]{0,61})?)$/;
/** A key beside `checks` that holds what YAML anchors name, as in Compose files. */
export const isExtension = (key: string): boolean => key.startsWith('x-');
export const mostChecks = 200;

/** Where nothing else is said: 5 s suits a call that costs nothing. */
export const general = {
  interval: '5s',
  timeout: '2s',
  failureThreshold: 3,
  successThreshold: 2,
  maxConnectionAge: '5m',
} as const;

const day = 86_400_000;
const interval = () => durationBetween(100, 7 * day);
const timeout = () => durationBetween(10, 600_000);
const threshold = () => z.int().min(1).max(100);

const listen = () =>
  z
    .union([z.string(), z.array(z.string()).min(1)], `must be ${listenForms}, or a list of them`)
    .transform((written, context): readonly Listen[] => {
      const forms = typeof written === 'string' ? written.split(',') : written;
      return forms.flatMap((form, index) => {
        const parsed = parseListen(form.trim());
        if (!('wrong' in parsed)) return parsed;
        const path = typeof written === 'string' ? [] : [index];
        const params =
          isIP(form.trim()) === 4 ? { fix: `write '${form.trim()}:9090', with the port to serve at` } : undefined;
        context.addIssue({ code: 'custom', message: parsed.wrong, path, ...(params && { params }) });
        return [];
      });
    })
    .register(kinds, { kind: 'listen' });

/** Gates that hold for every check hold for dependencies. */
function ofDependencies(all: readonly Gate[], context: z.RefinementCtx): void {
  const twice = all.find((gate, index) => all.indexOf(gate) !== index);
  if (twice !== undefined)
    context.addIssue({
      code: 'custom',
      message: 'is named twice',
      params: { fix: 'keep one of the two' },
      path: [all.lastIndexOf(twice)],
    });
  if (all.includes('live'))
    context.addIssue({
      code: 'custom',
      message:
        'is only for the app itself, and this holds for every dependency: restarting the app fixes none of them, and all replicas would restart at once',
      params: { fix: 'write `gates: [ready, live]` in the check of the app, and remove live here' },
      path: [all.indexOf('live')],
    });
}

const pemFile = () => z.string().min(1);
const tls = () =>
  z.strictObject({
    cert_file: pemFile().describe('PEM file with the certificate, and after it those that lead to its authority'),
    key_file: pemFile().describe('PEM file with the key of the certificate'),
    client_ca_file: pemFile()
      .optional()
      .describe('PEM file with authorities; only clients with a certificate of theirs get in'),
  });

const socketPath = () =>
  z
    .string()
    .regex(/^\/./, 'must be a path that begins with /, as in /run/sidewarden/control.sock')
    .superRefine(byRule(socketPathProblem))
    .meta({ pattern: '^\\/.{1,106}$' }); // for editors

/** What stands below `defaults`. */
export const defaultsShape = {
  interval: interval().prefault(general.interval).describe('between runs, for types that declare none'),
  timeout: timeout().prefault(general.timeout).describe('of a run, for types that declare none'),
  failure_threshold: threshold().default(general.failureThreshold).describe('consecutive failures until unhealthy'),
  success_threshold: threshold().default(general.successThreshold).describe('consecutive passes until healthy again'),
  gates: z
    .array(z.enum(gates))
    .superRefine(ofDependencies)
    .default(['ready'])
    .describe('which answers a required check decides that has no gates of its own'),
};

const ownShape = {
  service: z
    .string()
    .regex(/^[ -~\u00a0-\uffff]{1,100}$/, 'must be a string of 1 to 100 characters')
    .default(usualService)
    .describe('name of the service beside this process, in its log and metrics'),
  listen: listen()
    .prefault('localhost:9090')
    .describe("where to serve: ':9090' (every address), '127.0.0.1:9090', '[::1]:9090', 'unix:/path', or a list"),
  token: secret(tokenRule, () => shownToken)
    .optional()
    .describe('bearer token that guards everything beyond health and metrics; `openssl rand -hex 16` makes one'),
  token_file: secretFile(tokenRule).optional().describe('file that holds the token'),
  tokens: scopedTokens().optional().describe('more bearer tokens, each with a name and what it may do (scopes)'),
  control: socketPath().optional().describe('Unix socket for commands on this machine, which need no token'),
  state_dir: z
    .string()
    .regex(/^\/./, 'must be the path of a folder that begins with /, as in /var/lib/sidewarden')
    .optional()
    .describe('folder for what outlives a restart; the folder of the control socket unless set'),
  drain_delay: durationBetween(0, 600_000).prefault('0s').describe('how long to answer unready before stopping'),
  max_connections: z
    .int()
    .min(16)
    .max(100_000)
    .default(512)
    .describe('open connections at a time; when one more comes, the one that has been idle longest is closed'),
  tls: tls()
    .optional()
    .describe('makes the TCP addresses of listen speak TLS; the files are read again when they change'),
  log_format: z
    .enum(logFormats)
    .optional()
    .describe('how log lines are written: json, or text for people; text at a terminal and json elsewhere, unless set'),
  log_level: z.enum(logLevels).default('info').describe('least severe log line that is written'),
  defaults: z.strictObject(defaultsShape).prefault({}).describe('what holds for every check that says nothing else'),
  namespace: z
    .string()
    .regex(/^[ -~]{1,253}$/, 'must be a string of 1 to 253 characters')
    .optional()
    .describe('with `service`, which replicas belong together; in Kubernetes the namespace of the pod, unless set'),
  statistics: z
    .strictObject({
      mode: z
        .enum(statisticsModes)
        .default('leader')
        .describe('who reads the statistics of dependencies: one replica (leader), every replica (all), nobody (off)'),
      timeout: durationBetween(100, 60_000).prefault('5s').describe('of one question for statistics'),
      max_series: z
        .int()
        .min(10)
        .max(100_000)
        .default(10_000)
        .describe('of one collector; what is beyond is cut and counted'),
    })
    .prefault({})
    .describe('how dependencies are, beside whether they work'),
  metrics: z
    .strictObject({
      detail: z
        .enum(details)
        .default('default')
        .describe('of what this process says of itself: what rules need (default), or all (full)'),
    })
    .prefault({})
    .describe('the page of metrics'),
  checks: z.unknown().optional().describe('the checks: a name, and below it what to check'),
};

/** What stands beside `checks`, features too. Each scalar has a variable, SIDEWARDEN_ and its path in capitals. */
export const topShape: typeof ownShape = {
  ...ownShape,
  ...Object.fromEntries(
    features.map(({ key, settings }) => [key, settings.optional().describe(settings.description ?? '')]),
  ),
};

const commonShape = {
  interval: interval().optional().describe('between runs; instead of cron'),
  cron: z
    .string()
    .min(1)
    .optional()
    .describe('when to run, six fields with seconds or five without, UTC; instead of interval'),
  timeout: timeout().optional().describe('of a run; shorter than the interval'),
  failure_threshold: threshold().optional().describe('consecutive failures until unhealthy'),
  success_threshold: threshold().optional().describe('consecutive passes until healthy again'),
  slow_after: durationBetween(1, 600_000)
    .optional()
    .describe('a passed run that took longer warns `slow`; half the timeout unless set'),
  required: z.boolean().default(true).describe('whether its failure makes /health answer 503'),
  gates: z
    .array(z.enum(gates))
    .optional()
    .describe('which answers it decides: ready, admit, live, startup; those of `defaults` when required, [] when not'),
  wait_for: z
    .enum(['finished', 'healthy'])
    .optional()
    .describe('what the gate startup waits for: a finished run, or a healthy one; finished unless set'),
};
const keptShape = {
  max_connection_age: durationBetween(1000, day)
    .prefault(general.maxConnectionAge)
    .describe('when a connection is replaced by a new one'),
};

/** The keys of a check of one type: those of every check, and the type's own settings. */
export function checkShape(definition: Definition): z.ZodRawShape & typeof commonShape {
  return {
    type: z.literal(definition.type).describe(definition.summary),
    ...commonShape,
    ...(definition.keeps === 'connection' ? keptShape : {}),
    ...definition.settings,
  };
}

type Outputs<Shape extends z.ZodRawShape> = { [Key in keyof Shape]?: z.output<Shape[Key]> };
/** What a check says beside its type's settings; keys whose value was wrong are absent. */
export type Common = Outputs<typeof commonShape & typeof keptShape>;
export type Top = Outputs<typeof topShape>;
