// The families of features that are registered. They belong to the feature's key: a successor goes on with what was counted.
import type { Meter } from '../core/meter.ts';
import type { OwnFamily } from '../core/own-family.ts';
import type { Feature } from './define.ts';

export interface Families {
  /** Registers those that the feature has with these settings, if they are not. @throws when one cannot be; none is then */
  add(feature: Feature, settings: unknown): void;
  /** Of the families that the feature does not have with these settings no series is left; undefined: of none. */
  retain(feature: Feature, settings: unknown): void;
  /** @throws when the feature does not name it; one that is gone takes what it is told, and shows it nowhere */
  meter(feature: Feature, name: string): Meter;
}

/** The families of a feature that is on with these settings. */
const familiesOf = ({ families = [], has }: Feature, settings: unknown): readonly OwnFamily[] =>
  has === undefined ? families : families.filter((family) => has(family, settings));

export function createFamilies(meters: { add(family: OwnFamily): Meter; remove(family: OwnFamily): void }): Families {
  const registered = new Map<string, Map<string, Meter>>();
  return {
    add(feature, settings) {
      const known = registered.get(feature.key) ?? new Map<string, Meter>();
      const added: OwnFamily[] = [];
      try {
        for (const family of familiesOf(feature, settings)) {
          if (known.has(family.name)) continue;
          known.set(family.name, meters.add(family));
          added.push(family);
        }
      } catch (error) {
        for (const family of added) {
          known.delete(family.name);
          meters.remove(family);
        }
        throw error;
      }
      registered.set(feature.key, known);
    },
    retain(feature, settings) {
      const known = registered.get(feature.key);
      const kept = settings === undefined ? [] : familiesOf(feature, settings);
      for (const family of feature.families ?? [])
        if (!kept.includes(family) && known?.delete(family.name) === true) meters.remove(family);
    },
    meter({ key, families = [] }, name) {
      if (!families.some((family) => family.name === name))
        throw new Error(`the feature ${key} does not name the family ${name}`);
      return registered.get(key)?.get(name) ?? { set() {}, add() {}, observe() {}, remove() {} };
    },
  };
}
