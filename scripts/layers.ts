// The layers of src/: the rooms, what each may import, and the client libraries. `npm run generate` writes the linter's
// rules in biome.json and the table of CONTRIBUTING.md from it.

/** A folder of src/. */
export type Room = {
  readonly room: string;
  /** For CONTRIBUTING.md. */
  readonly job: string;
  /** Rooms, or files of rooms, beside its own. A room with `apart` is imported through its own files and each `index.ts`. */
  readonly imports: readonly string[];
  /** The only packages that it may import, where not every package is allowed. */
  readonly packages?: readonly string[];
  /** Its folders do not import one another, but all may import these. */
  readonly apart?: readonly string[];
  /** Folders in its folders that the files around them import through their `index.ts` alone. */
  readonly closed?: readonly string[];
};

const beneath = ['core', 'dependencies', 'schedule'] as const;

/** From the bottom up. */
export const rooms: readonly Room[] = [
  {
    room: 'core',
    job: 'values and pure functions: results, belief, plan, report; time is an argument',
    imports: [],
    packages: ['zod'],
  },
  {
    room: 'dependencies',
    job: 'the types; a type is a folder, and its `driver.ts` alone imports a client library; `aws/`, `endpoints/`, `resolve/` and `lenient-http/` are what several types need',
    imports: ['core'],
    apart: ['aws', 'endpoints', 'resolve', 'lenient-http'],
    closed: ['libpq'],
  },
  { room: 'schedule', job: 'when jobs run, one flight at a time; sessions', imports: ['core', 'dependencies'] },
  { room: 'checks', job: 'one run, one check alive, the board', imports: beneath },
  {
    room: 'leadership',
    job: 'where the replicas elect one of them, who leads there, and the lease that it holds',
    imports: beneath,
  },
  {
    room: 'statistics',
    job: 'the collectors of a check that are due, and what they gave until it is stale',
    imports: [...beneath, 'leadership/index.ts'],
  },
  { room: 'metrics', job: 'the families, and the page that shows them', imports: beneath },
  { room: 'sinks', job: 'what becomes of results', imports: [...beneath, 'metrics/registry.ts'] },
  {
    room: 'config',
    job: 'from file, environment and flags to one configuration, or to every mistake',
    imports: [...beneath, 'checks/plan-of.ts', 'features/index.ts', 'features/define.ts', '*/settings.ts'],
  },
  { room: 'http', job: 'the endpoints', imports: [...beneath, 'checks', 'metrics', 'sinks'] },
  {
    room: 'features',
    job: 'what comes beside probes and statistics, loaded when it is configured; a feature is a folder',
    imports: [
      ...['core', 'schedule', 'http/mount.ts', 'http/accept.ts', 'http/event-stream.ts', 'cli/command.ts'],
      ...[
        'dependencies/http/settings.ts',
        'dependencies/http/fetching.ts',
        'dependencies/fault.ts',
        'config/nearest.ts',
      ],
    ],
    apart: ['prometheus', 'slos'],
  },
];

/** Each client library, and the files or folders of src/ that alone may import it. */
export const clients: Readonly<Record<string, readonly string[]>> = {
  pg: ['dependencies/postgres/driver.ts'],
  ioredis: ['dependencies/redis/driver.ts'],
  '@elastic/elasticsearch': ['dependencies/elasticsearch/driver.ts'],
  '@aws-sdk/client-kms': ['dependencies/kms/driver.ts'],
  '@aws-sdk/credential-provider-node': ['dependencies/aws'],
  '@smithy/core/config': ['dependencies/aws'],
  '@smithy/core/checksum': ['dependencies/aws'],
  '@smithy/core/protocols': ['dependencies/aws'],
  '@smithy/signature-v4': ['dependencies/aws'],
  'prom-client': ['metrics'],
  'node-cron': ['schedule/cron.ts'],
  pino: ['sinks/log.ts'],
  yaml: ['config', 'features/alerts/yaml.ts'],
  diff: ['cli/generated-files.ts'],
  fastify: ['http'],
};
