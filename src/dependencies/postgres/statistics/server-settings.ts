// The settings of the server that explain its other numbers, under the exporter's names and units.
import { type Family, type Sample, samples } from '../../../core/family.ts';
import { numberOf, textOf, theirs } from './columns.ts';
import { settingsTable } from './server-settings-table.ts';
import type { Row } from './source.ts';
import type { Section } from './together.ts';

type Kind = keyof typeof settingsTable;
type Known = { readonly kind: Kind; readonly family: Family };

const suffixes: Readonly<Record<Kind, string>> = { switch: '', plain: '', bytes: '_bytes', seconds: '_seconds' };

const known: ReadonlyMap<string, Known> = new Map(
  (Object.keys(settingsTable) as Kind[]).flatMap((kind) =>
    settingsTable[kind].map((name) => [name, { kind, family: familyOf(name, kind) }] as const),
  ),
);

function familyOf(name: string, kind: Kind): Family {
  const unit = kind === 'bytes' || kind === 'seconds' ? { unit: kind } : {};
  return theirs(`pg_settings_${name}${suffixes[kind]}`, 'gauge', `The setting ${name}.`, {
    ...unit,
    when: 'the server has the setting',
  });
}

/** How many seconds or bytes one of them is: https://www.postgresql.org/docs/current/config-setting.html */
const units: Readonly<Record<'bytes' | 'seconds', Readonly<Record<string, number>>>> = {
  bytes: { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 },
  seconds: { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 },
};

/** Our own session changes some of them for itself: `reset_val` is what they are without that. */
const sql = `
SELECT name, reset_val, unit
FROM pg_catalog.pg_settings
WHERE vartype IN ('bool', 'integer', 'real') AND name IN (${[...known.keys()].map((name) => `'${name}'`).join(', ')})`;

export const serverSettings: Section = {
  name: 'settings',
  asks: 'pg_settings',
  families: [...known.values()].map(({ family }) => family),
  sql: () => sql,
  samples: (rows) => rows.flatMap(sampleOf),
};

function sampleOf(row: Row): Sample[] {
  const setting = known.get(textOf(row.name));
  return setting === undefined ? [] : samples(setting.family, amount(setting.kind, row));
}

/** undefined for a unit that is not of the kind that the family's name says. */
function amount(kind: Kind, { reset_val, unit }: Row): number | undefined {
  if (kind === 'switch') return reset_val === 'on' ? 1 : reset_val === 'off' ? 0 : undefined;
  const value = numberOf(reset_val);
  if (kind === 'plain') return unit === null ? value : undefined;
  if (value === -1) return value; // a word of its own: off, or as some other setting says
  const factor = factorOf(units[kind], textOf(unit));
  return value === undefined || factor === undefined ? undefined : value * factor;
}

/** Of `kB`, `8kB`, `16MB`: blocks have a size that is chosen when the server is built. */
function factorOf(sizes: Readonly<Record<string, number>>, unit: string): number | undefined {
  const [, count, size = ''] = /^(\d*)([a-zA-Z]+)$/.exec(unit) ?? [];
  const one = sizes[size];
  return one === undefined ? undefined : Number(count || 1) * one;
}
