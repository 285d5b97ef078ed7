// src/features/slos/known-metrics.ts: of the catalogue of the service's metrics what objectives are judged by, so that the daemon
// does not load the rest.
import { writeFileSync } from 'node:fs';
import { appMetrics, latency } from '../src/core/app-catalogue.ts';

const list = (items: readonly (string | number)[]): string =>
  `[${items.map((item) => (typeof item === 'string' ? `'${item}'` : String(item))).join(', ')}]`;

/** The text of the file. */
export function knownMetrics(): string {
  const rows = appMetrics.map(({ preset, name, type, labels, buckets }) => {
    const values = labels.map(
      (label) => `${label.name}: ${label.values === undefined ? 'undefined' : list(label.values)}`,
    );
    const bounds = buckets === undefined ? '' : `, buckets: ${list(buckets)}`;
    return `  ${name}: { preset: '${preset}', type: '${type}', labels: { ${values.join(', ')} }${bounds} },`;
  });
  return [
    '// Written by `npm run generate` from core/app-catalogue.ts: what objectives are judged by. The daemon loads no more of it.',
    '// biome-ignore-all format: a line for each metric',
    '',
    "import type { AppMetric } from '../../core/app-catalogue.ts';",
    '',
    "export type CatalogueMetric = Pick<AppMetric, 'preset' | 'type' | 'buckets'> & {",
    '  /** With all values that it can have, where they are a closed set. */',
    '  readonly labels: Readonly<Record<string, readonly string[] | undefined>>;',
    '};',
    '',
    '/** Of a histogram that says none. */',
    `export const usualBuckets: readonly number[] = ${list(latency)};`,
    '',
    '/** By their names, without the prefix of a service. */',
    'export const catalogue: Readonly<Record<string, CatalogueMetric>> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

export const writeKnownMetrics = (): void =>
  writeFileSync(new URL('../src/features/slos/known-metrics.ts', import.meta.url), knownMetrics());
