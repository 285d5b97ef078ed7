// What is written below the keys of features: which of them are on, and what their fields alone cannot show.
import { z } from 'zod';
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { type ConfiguredFeature, type Feature, othersOf } from '../features/define.ts';
import { features } from '../features/index.ts';
import type { Configuration } from './configuration.ts';
import { type Explaining, hideReferred } from './explain.ts';
import { plainText } from './mask.ts';
import { createPlaces } from './places.ts';
import { createFindings } from './problems.ts';
import { isExtension } from './schema.ts';
import { settle } from './settle.ts';
import { bare, valueAt } from './shape.ts';

type Schema = z.core.$ZodType;
type Values = Readonly<Record<string, unknown>>;

/** A feature of which nothing is said is off. @param values of the keys that are right */
export const askedFeatures = (values: Values): readonly ConfiguredFeature[] =>
  features.flatMap((feature) => {
    const settings = values[feature.key];
    return settings === undefined ? [] : [{ feature, settings }];
  });

type Judged = {
  /** What file, variables and flags say together. */
  readonly tree: Values;
  readonly values: Values;
  readonly checks: readonly ConfiguredCheck[];
  readonly explaining: Explaining;
  readonly asked: readonly ConfiguredFeature[];
};

/** Adds what is wrong between fields; of a map of names also where some entries are wrong by themselves. */
export function judgeFeatures({ tree, values, checks, explaining, asked }: Judged): void {
  const { findings, places } = explaining;
  const types = new Map(checks.map(({ name, definition }) => [name, definition.type]));
  const names = Object.keys(mapOf(tree.checks))
    .filter((name) => !isExtension(name))
    .map((name) => {
      const type = types.get(name);
      return type === undefined ? { name } : { name, type };
    });
  for (const feature of features) {
    const written = tree[feature.key];
    if (written === undefined || feature.problems === undefined) continue;
    const settings = values[feature.key] ?? rightEntries(feature, written);
    if (settings === undefined) continue;
    const found = feature.problems(settings, names, othersOf(feature, asked));
    for (const { path, ...said } of found) {
      const here = [feature.key, ...path];
      if (values[feature.key] === undefined && findings.has(here)) continue;
      const { message, fix } = hideReferred(places.get(here)?.raw, path.reduce(valueAt, settings), said);
      findings.add(here, plainText(message), fix == null ? undefined : plainText(fix));
    }
  }
}

/** What features say of right settings. */
export const notesOfFeatures = ({ features: asked, checks, stateDir }: Configuration): readonly string[] =>
  asked.flatMap(({ feature, settings }) => {
    const known = checks.map(({ name, gates, failureThreshold, successThreshold, schedule }) => ({
      ...{ name, gates, failureThreshold, successThreshold },
      intervalMs: schedule.kind === 'interval' ? schedule.intervalMs : undefined,
    }));
    return feature.notes?.(settings, othersOf(feature, asked), { stateDir, checks: known }) ?? [];
  });

/** Of a map of names: what is right of each entry; undefined where settings are no such map. */
function rightEntries({ settings }: Feature, written: unknown): Values | undefined {
  const map = bare(settings);
  if (!(map instanceof z.ZodRecord)) return undefined;
  const entries = Object.entries(mapOf(written)).filter(([, entry]) => isMap(entry));
  return Object.fromEntries(entries.map(([name, entry]) => [name, rightPart(map.valueType as Schema, entry)]));
}

/** A value without what is wrong in it; undefined where nothing is left. */
function rightPart(schema: Schema, written: unknown): unknown {
  const settled = settle(written, [schema], [], createFindings(createPlaces()));
  const whole = (schema as z.ZodType).safeParse(settled);
  const object = bare(schema);
  if (whole.success || !(object instanceof z.ZodObject) || !isMap(written)) return whole.data;
  const shape: Readonly<Record<string, Schema>> = object.shape;
  const parts = Object.entries(shape).map(([key, inner]) => [key, rightPart(inner, written[key])] as const);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}

const isMap = (value: unknown): value is Values => value !== null && typeof value === 'object' && !Array.isArray(value);
const mapOf = (value: unknown): Values => (isMap(value) ? value : {});
