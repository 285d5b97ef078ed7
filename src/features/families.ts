// The families of features that are registered. They belong to the feature's key: a successor goes on with what was counted.
import type { Meter } from '../core/meter.ts';
import type { OwnFamily } from '../core/own-family.ts';
import type { Feature } from './define.ts';

export interface Families {
  /** Registers those of the feature, if they are not. @throws when one cannot be; none is registered then */
  add(feature: Feature): void;
  /** None of its series is left. */
  remove(feature: Feature): void;
  /** @throws when the feature does not name it; one that is gone takes what it is told, and shows it nowhere */
  meter(feature: Feature, name: string): Meter;
}

export function createFamilies(meters: { add(family: OwnFamily): Meter; remove(family: OwnFamily): void }): Families {
  const registered = new Map<string, ReadonlyMap<string, Meter>>();
  return {
    add({ key, families = [] }) {
      if (registered.has(key)) return;
      const added = new Map<string, Meter>();
      try {
        for (const family of families) added.set(family.name, meters.add(family));
      } catch (error) {
        for (const family of families) if (added.has(family.name)) meters.remove(family);
        throw error;
      }
      registered.set(key, added);
    },
    remove({ key, families = [] }) {
      if (registered.delete(key)) for (const family of families) meters.remove(family);
    },
    meter({ key, families = [] }, name) {
      if (!families.some((family) => family.name === name))
        throw new Error(`the feature ${key} does not name the family ${name}`);
      return registered.get(key)?.get(name) ?? { set() {}, add() {}, observe() {} };
    },
  };
}
