// What the configuration says of the service's own metrics, and what is counted of them.
import { z } from 'zod';
import type { AppPreset } from '../../core/app-catalogue.ts';
import { durationBetween } from '../../core/fields.ts';
import type { OwnFamily } from '../../core/own-family.ts';
import { classes, settings as http } from '../../dependencies/http/settings.ts';

export const presets = [
  'graphql',
  'http',
  'auth',
  'cache',
  'database',
  'sync',
  'business',
  'audit',
] as const satisfies readonly AppPreset[];

const { url, socket, headers, token, token_file, tls, username, password, password_file } = http;

const page = z
  .strictObject({
    url: url.describe('http or https URL of the service’s page of metrics; may hold user and password'),
    ...{ socket, headers, token, token_file, tls, username, password, password_file },
    interval: durationBetween(100, 3_600_000).prefault('15s').describe('how often the page is fetched'),
    timeout: durationBetween(10, 60_000).prefault('5s').describe('how long one fetch may take'),
    max_samples: z.int().min(1).max(1_000_000).default(20_000).describe('samples of the page that are shown'),
  })
  .describe('the service’s page of metrics');

const prefixForm = /^(?!sidewarden)[a-zA-Z_][a-zA-Z0-9_]*(?<!_)$/;
const prefix = z
  .string()
  .superRefine((text, context) => {
    if (prefixForm.test(text)) return;
    const message = 'must be a word that names of metrics can begin with, such as shop; sidewarden is taken';
    const near = text.replaceAll(/\W/g, '_').replace(/_+$/, '');
    context.addIssue({ code: 'custom', message, params: { fix: prefixForm.test(near) ? `write ${near}` : null } });
  })
  .meta({ pattern: prefixForm.source });

/** With `$1` for what the first `*` stands for. */
const nameTemplate = z
  .string()
  .regex(/^[a-zA-Z0-9_:${}]+$/, 'must be a metric name; $1 is what the first * stands for');

const mapping = z.strictObject({
  match: z
    .string()
    .regex(/^(\*|[\w:-]+)(\.(\*|[\w:-]+))*$/, 'must be words between dots, as checkout.*.time: * stands for one word')
    .describe('names that it is for: `*` stands for one word between dots'),
  name: nameTemplate.optional().describe('the metric’s name; `$1` is what the first `*` stands for'),
  type: z
    .enum(['counter', 'gauge', 'histogram'])
    .optional()
    .describe('the type that the lines must have; unless given, that of the lines'),
  labels: z
    .record(z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be a label name such as step'), z.string())
    .default({})
    .describe('labels to add; `$1` is what the first `*` stands for'),
  buckets: z.array(z.number()).min(1).max(50).optional().describe('upper bounds of a histogram’s buckets'),
  drop: z.boolean().default(false).describe('leave such lines out'),
});

const statsd = z
  .strictObject({
    listen: z
      .array(z.string().regex(/^udp:\/\/.+:\d+$/, 'must be an address such as udp://127.0.0.1:8125'))
      .max(8)
      .default(['udp://127.0.0.1:8125'])
      .describe('where StatsD packets are received; none: by POST /ingest/statsd alone'),
    mappings: z.array(mapping).max(1000).default([]).describe('how names become metrics; the first that matches wins'),
    signed_gauges: z
      .enum(['refuse', 'delta', 'absolute'])
      .default('refuse')
      .describe('what `x:-1|g` means: a change, as in StatsD, or the value -1, as in DogStatsD'),
    gauge_ttl: durationBetween(1000, 30 * 86_400_000)
      .prefault('5m')
      .describe('how long a gauge is shown after its last line'),
    max_series: z.int().min(100).max(200_000).default(20_000).describe('series of all metrics'),
    max_series_per_metric: z.int().min(10).max(100_000).default(2000).describe('series of one metric'),
  })
  .describe('metrics that the service sends as StatsD or DogStatsD lines');

export const settings = z
  .strictObject({
    prefix: prefix.optional().describe('what the names of the catalogue’s metrics begin with; none unless set'),
    presets: z.array(z.enum(presets)).default([]).describe('parts of the catalogue of metrics that the service has'),
    metrics: page.optional(),
    statsd: statsd.optional(),
  })
  .describe('the service’s own metrics: its page, and StatsD');
export type AppSettings = z.output<typeof settings>;
export type PageSettings = NonNullable<AppSettings['metrics']>;
export type StatsdSettings = NonNullable<AppSettings['statsd']>;
export type Mapping = StatsdSettings['mappings'][number];

/** Why a line of the page, or a sample, is not shown. */
export const pageReasons = ['bad_line', 'duplicate', 'reserved', 'too_long', 'too_many'] as const;
export type PageReason = (typeof pageReasons)[number];

/** How StatsD lines arrive: a packet, or the body of POST /ingest/statsd. */
export const transports = ['udp', 'http'] as const;

/** Why a StatsD line is not counted. */
export const statsdReasons = [
  'bad_line',
  'dropped',
  'event',
  'reserved',
  'service_check',
  'signed_gauge',
  'too_long',
  'too_many',
  'wrong_type',
] as const;
export type StatsdReason = (typeof statsdReasons)[number];

const family = (
  name: string,
  type: OwnFamily['type'],
  labels: readonly string[],
  help: string,
  why: string,
): OwnFamily => ({ name: `sidewarden_app_${name}`, type, labels, help, detail: 'default', for: why });

export const families = {
  up: family('up', 'gauge', [], '1 if the last fetch of the service’s page succeeded, else 0.', 'alerts'),
  scrapeDuration: family('scrape_duration_seconds', 'gauge', [], 'How long the last fetch took.', 'alerts'),
  scrapeSamples: family('scrape_samples', 'gauge', [], 'Samples shown of the page that was read last.', 'dashboards'),
  scrapeFailures: family(
    'scrape_failures_total',
    'counter',
    ['class'],
    'Fetches that failed, by error class.',
    'alerts',
  ),
  scrapeDropped: family(
    'scrape_dropped_total',
    'counter',
    ['reason'],
    'Lines of the page that are not shown, by the reason.',
    'alerts',
  ),
  statsdUp: family('statsd_up', 'gauge', [], '1 if packets are received on every address, else 0.', 'alerts'),
  statsdPackets: family('statsd_packets_total', 'counter', ['transport'], 'Packets and bodies received.', 'dashboards'),
  statsdLines: family('statsd_lines_total', 'counter', [], 'Lines received, whatever became of them.', 'dashboards'),
  statsdRejected: family(
    'statsd_rejected_total',
    'counter',
    ['reason'],
    'Lines and values that are not counted, by the reason.',
    'alerts',
  ),
  statsdOverflow: family(
    'statsd_overflow_total',
    'counter',
    [],
    'Values that were counted under the labels `__other__`, since their metric or all have too many series.',
    'alerts',
  ),
  statsdSeries: family('statsd_series', 'gauge', [], 'Series made of StatsD lines.', 'alerts'),
  statsdKernelDrops: family(
    'statsd_kernel_drops_total',
    'counter',
    [],
    'Packets that the kernel dropped, since they came faster than they were read.',
    'alerts',
  ),
  statsdDroppedPackets: family(
    'statsd_dropped_packets_total',
    'counter',
    [],
    'Packets that were dropped unread, since lines came faster than they were counted.',
    'alerts',
  ),
} as const;

const ofPage: readonly OwnFamily[] = [
  families.up,
  families.scrapeDuration,
  families.scrapeSamples,
  families.scrapeFailures,
  families.scrapeDropped,
];

/** Each part has its own families. */
export const has = (family: OwnFamily, { metrics, statsd }: AppSettings): boolean =>
  (ofPage.includes(family) ? metrics : statsd) !== undefined;

/** Values of the labels that some of them have. */
const values = new Map<OwnFamily, readonly string[]>([
  [families.scrapeFailures, classes],
  [families.scrapeDropped, pageReasons],
  [families.statsdPackets, transports],
  [families.statsdRejected, statsdReasons],
]);

/** How many series of its own the feature has. */
export const seriesOf = (settings: AppSettings): number =>
  Object.values(families).reduce(
    (sum, family) => sum + (has(family, settings) ? (values.get(family)?.length ?? 1) : 0),
    0,
  );
