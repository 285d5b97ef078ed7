// The families of the exporters' current releases, by their source: each is ours with its type, or listed with a reason.
import { expect, test } from 'vitest';
import type { Definition } from '../../src/dependencies/define.ts';
import { elasticsearch } from '../../src/dependencies/elasticsearch/index.ts';
import { postgres } from '../../src/dependencies/postgres/index.ts';
import { redis } from '../../src/dependencies/redis/index.ts';
import { familiesOf, type Statistics } from '../../src/dependencies/statistics.ts';
import { differences as ofElasticsearch } from './elasticsearch/exporter-differences.ts';
import { families as elasticsearchFamilies } from './elasticsearch/exporter-families.ts';
import { differences as ofPostgres } from './postgres/exporter-differences.ts';
import { families as postgresFamilies } from './postgres/exporter-families.ts';
import { differences as ofRedis } from './redis/exporter-differences.ts';
import { families as redisFamilies } from './redis/exporter-families.ts';

type Difference = { readonly family: string; readonly kind?: string };

/** Whether the name is the pattern's, in which a `*` stands for anything. */
function fits(name: string, { family }: Difference): boolean {
  const [head = '', tail] = family.split('*');
  return tail === undefined
    ? name === family
    : name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}

const absent = (difference: Difference): boolean => difference.kind === undefined || difference.kind === 'left out';
const otherType = ({ kind }: Difference): boolean => kind === 'type';

test.each([
  // Of the settings it takes whatever is a number.
  ['pg_', postgres, postgresFamilies, ofPostgres, /^pg_settings_/],
  // Of CLUSTER INFO and CONFIG GET it takes whatever is a number.
  ['redis_', redis, redisFamilies, ofRedis, /^redis_(cluster|config)_/],
  ['elasticsearch_', elasticsearch, elasticsearchFamilies, ofElasticsearch, /^$/],
] as const)('%s*', async (prefix, definition, given, differences: readonly Difference[], others) => {
  const statistics: Statistics | undefined = await (definition as unknown as Definition).statistics?.();
  if (statistics === undefined) throw new Error('the type has no statistics');
  const declared = familiesOf(statistics);
  const ours = new Map(declared.map((family) => [family.name, family]));
  const theirs = new Map(
    Object.entries(given).flatMap(([type, names]) =>
      names
        .trim()
        .split(/\s+/)
        .map((name) => [`${prefix}${name}`, type] as [string, string]),
    ),
  );
  expect(theirs.size).toBeGreaterThan(130);
  const listed = (name: string, which: (one: Difference) => boolean): boolean =>
    differences.some((one) => which(one) && fits(name, one));

  const missing = [...theirs.keys()].filter((name) => !ours.has(name) && !listed(name, absent));
  expect(missing, 'neither ours nor listed').toEqual([]);
  const mistyped = [...theirs].filter(([name, type]) => ours.has(name) && ours.get(name)?.type !== type);
  expect(mistyped.filter(([name]) => !listed(name, otherType))).toEqual([]);
  const invented = declared.filter(
    ({ name, exporter }) => exporter !== undefined && exporter !== 'queries for postgres_exporter' && !theirs.has(name),
  );
  expect(invented.map(({ name }) => name).filter((name) => !others.test(name))).toEqual([]);
  const leftOut = differences.filter(
    ({ kind, family }) => kind === 'left out' || (kind === undefined && family.endsWith('*')),
  );
  const had = leftOut.flatMap((one) => [...ours.keys()].filter((name) => fits(name, one)));
  expect(
    had.filter((name) => !others.test(name)),
    'listed as absent',
  ).toEqual([]);
  const ofNothing = leftOut.filter((one) => ![...theirs.keys()].some((name) => fits(name, one)));
  expect(ofNothing.map(({ family }) => family).filter((family) => !others.test(family))).toEqual([]);
});
