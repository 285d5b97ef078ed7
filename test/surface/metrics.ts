// The families of metrics with their types and labels; of a label whose values are a closed set, these too. Our own are
// read from a page of the registry, with a check of each type on it.
import { collectDefaultMetrics, Registry as PromRegistry } from 'prom-client';
import { type Detail, loopFamilies, ownPrefix, promFamilies } from '../../src/core/detail.ts';
import { families } from '../../src/core/names.ts';
import type { OwnFamily } from '../../src/core/own-family.ts';
import { type ServedRoute, servedRoutes } from '../../src/core/served.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { familiesOf } from '../../src/dependencies/statistics.ts';
import { features } from '../../src/features/index.ts';
import { createRegistry, type Registry } from '../../src/metrics/registry.ts';
import { createSinks } from '../../src/sinks/index.ts';
import { createLogSink } from '../../src/sinks/log.ts';
import { createMetricsSink } from '../../src/sinks/metrics.ts';
import { makeBoard, makeClock, makeEntry } from '../core/entries.ts';

/** Features too. */
const ours: readonly OwnFamily[] = [...Object.values(families), ...features.flatMap(({ families: own = [] }) => own)];

const types: readonly Definition[] = definitions as never;

export async function metrics(): Promise<readonly string[]> {
  return [...(await ownFamilies()), ...(await Promise.all(types.map(statisticsOf))).flat()];
}

/** Settings with which a type makes every request that it knows. */
export const everything = { round_trip: {}, statistics: { rotations: true } };

/** A registry with every series that is there from the start, and every route. */
export function fullRegistry(detail: Detail = 'full'): Registry {
  const entries = types.map(({ type }) => makeEntry(type, { type }));
  const [board, clock] = [makeBoard(entries), makeClock()];
  const registry = createRegistry({
    version: '1',
    service: '',
    detail,
    clock,
    board,
    draining: () => false,
    latenessMs: () => 0,
  });
  for (const { type, classes, warnings, requests } of types) {
    registry.add({ name: type, type, classes, warnings, requests: requests?.(everything) });
    registry.statistics.standing(type, { mode: 'leader', reads: false });
  }
  for (const family of features.flatMap(({ families: own = [] }) => own)) registry.meters.add(family);
  for (const route of Object.keys(servedRoutes)) registry.answered(route as ServedRoute, 200, 0);
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const sinks = [createMetricsSink(registry), createLogSink(silent, { flush: async () => {} })];
  createSinks(sinks, { log: silent, failed: registry.sinkFailed, gone: registry.sinkGone });
  return registry;
}

/** Labels whose values are those of the page; others are names that somebody chose, or those of a run. */
export const closed = ['state', 'to', 'result', 'class', 'warning', 'mode', 'operation', 'sink', 'route', 'le'];

async function ownFamilies(): Promise<readonly string[]> {
  const text = Buffer.concat(await fullRegistry().bytes()).toString();
  const labelsOf = declaredLabels();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => {
    const declared = labelsOf.get(name);
    const end = fullOnly.has(name) ? ['(detail full)'] : [];
    if (declared === undefined) return [name, type, ...end].join(' ');
    const seen = valuesIn(text, name);
    const labels = [...declared, ...(seen.has('le') ? ['le'] : [])].map((label) =>
      closed.includes(label) && seen.has(label) ? `${label}=${[...(seen.get(label) ?? [])].join('|')}` : label,
    );
    return [name, type, ...labels, ...end].join(' ');
  });
}

const fullOnly: ReadonlySet<string> = new Set([
  ...ours.flatMap(({ name, detail }) => (detail === 'full' ? [name] : [])),
  ...[...promFamilies, ...loopFamilies].flatMap(({ name, detail }) =>
    detail === 'full' ? [`${ownPrefix}${name}`] : [],
  ),
]);

/** By the name of the family. Of the process by prom-client's own word: a label is not on the page before it is used. */
function declaredLabels(): ReadonlyMap<string, readonly string[]> {
  const all = new PromRegistry();
  collectDefaultMetrics({ register: all, prefix: ownPrefix });
  const ofProcess = promFamilies.map(({ name }) => {
    const metric = all.getSingleMetric(`${ownPrefix}${name}`) as { labelNames?: readonly string[] } | undefined;
    return [`${ownPrefix}${name}`, metric?.labelNames ?? []] as const;
  });
  return new Map([...ofProcess, ...ours.map(({ name, labels }) => [name, labels] as const)]);
}

/** The values of each label of a family's samples. */
export function valuesIn(page: string, family: string): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const [, inner = ''] of page.matchAll(new RegExp(`^${family}(?:_bucket)?\\{(.*)\\} `, 'gm'))) {
    for (const [, label = '', value = ''] of inner.matchAll(/(\w+)="(.*?)"/g)) {
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  return values;
}

/** What the dependencies of a type say, and by which collectors it is read. */
async function statisticsOf({ type, statistics }: Definition): Promise<readonly string[]> {
  const found = await statistics?.();
  if (found === undefined) return [];
  const families = familiesOf(found);
  return [
    ...families.map((family) => {
      const unit = family.unit === undefined ? '' : ` (${family.unit})`;
      return `${[family.name, family.type, 'check', 'instance', ...family.labels].join(' ')}${unit}`;
    }),
    ...found.collectors.map(
      ({ name, intervalMs, privilege }) =>
        `(collector of ${type}) ${name}: every ${intervalMs / 1000} s${privilege === undefined ? '' : `, needs ${privilege}`}`,
    ),
  ];
}
