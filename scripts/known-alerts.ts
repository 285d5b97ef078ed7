// src/features/alerts/known.ts: of the catalogue what settings are judged by, so that the daemon does not load the rest.
import { writeFileSync } from 'node:fs';
import { packs } from '../src/features/alerts/catalogue/index.ts';
import { packNames, severities } from '../src/features/alerts/pack.ts';

const list = (words: readonly string[]): string => `[${words.map((word) => `'${word}'`).join(', ')}]`;

/** The text of the file. */
export function knownAlerts(): string {
  const rows = packs.flatMap((pack) =>
    pack.alerts.map(({ name, labels, threshold }) => {
      const { least, most, unit } = threshold ?? {};
      const range = threshold === undefined ? '' : `, threshold: { least: ${least}, most: ${most}, unit: '${unit}' }`;
      return `  ${name}: { pack: '${pack.name}', labels: ${list(labels)}${range} },`;
    }),
  );
  return [
    '// Written by `npm run generate` from catalogue/ and pack.ts: what settings are judged by. The daemon loads no more of it.',
    '// biome-ignore-all format: a line for each alert',
    '',
    `export const packNames = ${list(packNames)} as const;`,
    `export const severities = ${list(severities.filter((severity) => severity !== 'none'))} as const;`,
    '',
    'type KnownAlert = {',
    '  readonly pack: (typeof packNames)[number];',
    '  /** That it fires with, beside those of all. */',
    '  readonly labels: readonly string[];',
    '  readonly threshold?: { readonly least: number; readonly most: number; readonly unit: string };',
    '};',
    '',
    'export const alerts: Readonly<Record<string, KnownAlert>> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

export const writeKnownAlerts = (): void =>
  writeFileSync(new URL('../src/features/alerts/known.ts', import.meta.url), knownAlerts());
