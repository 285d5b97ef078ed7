// The parts of the pages that derive from the definitions of the types: tables between two marks, and one row.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Registry as PromRegistry } from 'prom-client';
import { planOf } from '../src/checks/plan-of.ts';
import { general } from '../src/config/schema.ts';
import { detectionBoundMs } from '../src/core/bounds.ts';
import { loopFamilies, ownPrefix, promFamilies } from '../src/core/detail.ts';
import { formatDuration, parseDuration } from '../src/core/duration.ts';
import { families } from '../src/core/names.ts';
import type { Definition } from '../src/dependencies/define.ts';
import { definitions } from '../src/dependencies/index.ts';
import type { Statistics } from '../src/dependencies/statistics.ts';
import { features } from '../src/features/index.ts';
import { registerProcess } from '../src/metrics/process.ts';
import * as elasticsearchExporter from '../test/dependencies/elasticsearch/exporter-differences.ts';
import * as postgresExporter from '../test/dependencies/postgres/exporter-differences.ts';
import * as redisExporter from '../test/dependencies/redis/exporter-differences.ts';
import { pageOfFeature } from '../test/docs/pages.ts';
import { alertParts } from './alert-tables.ts';
import { appParts } from './app-tables.ts';
import { burnParts } from './burn-tables.ts';
import { guideParts } from './guide-tables.ts';
import { rooms } from './layers.ts';
import { between, cell, code, codes, type Part, table } from './part.ts';
import { sloParts } from './slo-tables.ts';

const types: readonly Definition[] = definitions.map((definition) => definition as unknown as Definition);
/** A file of the tree, word for word, as a block of YAML. */
const yamlFile = (path: string): string =>
  `\`\`\`yaml\n${readFileSync(new URL(`../${path}`, import.meta.url), 'utf8').trimEnd()}\n\`\`\``;

/** The detection bound of a check that says nothing but its type. */
function bound(definition: Definition): string {
  const { interval, timeout } = definition.defaults ?? general;
  const { policy } = planOf({
    name: definition.type,
    definition,
    settings: {},
    schedule: { kind: 'interval', intervalMs: parseDuration(interval) ?? 0 },
    timeoutMs: parseDuration(timeout) ?? 0,
    failureThreshold: general.failureThreshold,
    successThreshold: general.successThreshold,
    slowAfterMs: 0,
    maxConnectionAgeMs: 0,
    required: true,
    gates: [],
    waitForHealthy: false,
  });
  return formatDuration(detectionBoundMs(policy));
}

/** Every family of a type's statistics; one that several collectors read has the row of the first. */
function statisticsRows({ up, lastError, collectors }: Statistics): string[][] {
  const read = collectors.flatMap(({ families, intervalMs, asks, privilege }) =>
    families.map((family) => ({ family, every: formatDuration(intervalMs), asks, privilege })),
  );
  const ofReader = [up, lastError].flatMap((family) => (family === undefined ? [] : [family]));
  const all = [
    ...ofReader.map((family) => ({ family, every: '', asks: 'any of the others', privilege: undefined })),
    ...read,
  ];
  const rows = new Map<string, string[]>();
  for (const { family, every, asks, privilege } of all) {
    const { name, type, labels, unit, help, when, exporter } = family;
    if (rows.has(name)) continue;
    rows.set(name, [
      ...[code(name), type, codes(labels), unit ?? '', cell(help), cell(when)],
      ...[cell(family.asks ?? asks), cell(family.privilege ?? privilege), every, exporter ?? 'ours'],
    ]);
  }
  return [...rows.values()];
}

const statisticsColumns = ['name', 'type', 'labels', 'unit', 'help', 'when', 'asks', 'privilege', 'every', 'name of'];

const statisticsTables = await Promise.all(
  types
    .filter(({ statistics }) => statistics !== undefined)
    .map(async ({ type, statistics }) => {
      const read = (await statistics?.()) as Statistics;
      return table('docs/metrics.md', `statistics of ${type}`, statisticsColumns, statisticsRows(read));
    }),
);

type ExporterFacts = {
  readonly readVersion: string;
  readonly comparedVersion: string;
  readonly differences: readonly { readonly family: string; readonly reason: string; readonly kind?: string }[];
};
/** The tests compare with what Debian installs by these lists, so that they are true. */
const exporters: Readonly<Record<string, ExporterFacts>> = {
  postgres_exporter: postgresExporter,
  redis_exporter: redisExporter,
  elasticsearch_exporter: elasticsearchExporter,
};

/** One row for each reason. */
function differenceRows({ differences }: ExporterFacts): string[][] {
  const byReason = Map.groupBy(differences, ({ kind, reason }) => (kind === undefined ? reason : `${kind}: ${reason}`));
  return [...byReason].map(([reason, all]) => [codes([...new Set(all.map(({ family }) => family))]), cell(reason)]);
}

/** What prom-client registers, with what core/detail.ts says of it. */
function processRows(): string[][] {
  const prom = new PromRegistry();
  registerProcess({ prom, detail: 'full' });
  return [...promFamilies, ...loopFamilies].flatMap(({ name, detail, for: reader }) => {
    const found = prom.getSingleMetric(`${ownPrefix}${name}`) as unknown as Registered | undefined;
    if (found === undefined) return [];
    const row = [code(found.name), found.constructor.name.toLowerCase(), codes(found.labelNames), cell(found.help)];
    return [[...row, detail, reader]];
  });
}

type Registered = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

export const parts: readonly Part[] = [
  table(
    'CONTRIBUTING.md',
    'rooms',
    ['folder in `src/`', 'its job', 'may import'],
    [
      ...rooms.map(({ room, job, imports, packages = [] }) => [`\`${room}/\``, job, codes([...imports, ...packages])]),
      ['`daemon.ts`, `cli/`, `main.ts`', 'what lives as long as the process; the commands', 'all'],
    ],
  ),
  between('README.md', 'deployment', yamlFile('k8s/base/deployment.yaml')),
  table(
    'docs/metrics.md',
    'exporters',
    ['exporter', 'names, types and labels as in', 'compared by the tests with'],
    Object.entries(exporters).map(([name, { readVersion, comparedVersion }]) => [
      name,
      readVersion,
      `${comparedVersion}, of Debian 12`,
    ]),
  ),
  ...Object.entries(exporters).map(([name, facts]) =>
    table('docs/metrics.md', `differences from ${name}`, ['families', 'difference'], differenceRows(facts)),
  ),
  table(
    'docs/metrics.md',
    'own families',
    ['name', 'type', 'labels', 'help', 'detail', 'for'],
    Object.values(families).map(({ name, type, labels, help, detail, fullOnly, for: reader }) => [
      ...[code(name), type, codes(labels), help],
      ...[fullOnly === undefined ? detail : `${detail}; ${fullOnly}: full`, reader],
    ]),
  ),
  table(
    'docs/metrics.md',
    'families of the process',
    ['name', 'type', 'labels', 'help', 'detail', 'for'],
    processRows(),
  ),
  ...statisticsTables,
  table(
    'README.md',
    'types',
    ['type', 'phases, in order', 'can fail as', 'every', 'timeout', 'bound'],
    types.map((definition) => [
      `[${definition.type}](docs/${definition.type}.md)`,
      definition.phases.join(' '),
      definition.classes.join(' '),
      (definition.defaults ?? general).interval,
      (definition.defaults ?? general).timeout,
      bound(definition),
    ]),
  ),
  table(
    'docs/README.md',
    'types',
    ['page', 'what a check of the type proves'],
    types.map(({ type, summary }) => [`[${type}](${type}.md)`, summary]),
  ),
  between(
    'docs/README.md',
    'features',
    features
      .map(({ key, settings }) => `- [${key}](${basename(pageOfFeature(key))}): ${settings.description ?? ''}.`)
      .join('\n') || '- There is none yet.',
  ),
  ...features.flatMap(({ key, families: ofFeature = [] }) =>
    ofFeature.length === 0
      ? []
      : [
          table(
            pageOfFeature(key),
            'families',
            ['name', 'type', 'labels', 'help', 'for'],
            ofFeature.map(({ name, type, labels, help, for: reader }) => [
              ...[code(name), type, codes(labels), help, reader],
            ]),
          ),
        ],
  ),
  ...alertParts,
  ...burnParts,
  ...appParts,
  ...guideParts,
  ...sloParts,
  table(
    'docs/configuration.md',
    'variables',
    ['variable', 'turns on', 'named'],
    types.flatMap(({ type, environment: shorthand }) =>
      shorthand === undefined ? [] : [[code(shorthand.variable), code(type), code(shorthand.check)]],
    ),
  ),
  {
    file: 'docs/configuration.md',
    place: /^\| `type` \|.*$/m,
    text: `| \`type\` | | ${types.map(({ type }) => code(type)).join(', ')} |`,
  },
];
