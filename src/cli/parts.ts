// The parts of `sidewarden generate`, by the features that have them.
import type { Configuration } from '../config/configuration.ts';
import { features } from '../features/index.ts';
import { factsOf } from './facts.ts';

/** In the order of names. */
export const parts = features
  .flatMap((feature) => Object.entries(feature.parts ?? {}).map(([name, part]) => ({ name, feature, part })))
  .toSorted((one, other) => (one.name < other.name ? -1 : 1));
export type NamedPart = (typeof parts)[number];

/** What parts have to say of what is configured; those of a feature of which nothing is said are not loaded. */
export async function notesOfParts(configuration: Configuration): Promise<readonly string[]> {
  const facts = factsOf(configuration);
  const said = parts.map(async ({ feature, part }) => {
    const settings = facts.settingsOf(feature.key);
    return settings === undefined ? [] : ((await part.load()).generator.notes?.(settings, facts) ?? []);
  });
  return (await Promise.all(said)).flat();
}
