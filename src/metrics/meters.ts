// Families that features bring: each is on the page from when its feature begins until it is gone.
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Meter } from '../core/meter.ts';
import type { OwnFamily } from '../core/own-family.ts';
import { type Registration, settings } from './family-settings.ts';

export interface Meters {
  /** @throws when a family of this name is there already */
  add(family: OwnFamily): Meter;
  /** None of its series is left. */
  remove(family: OwnFamily): void;
}

/** @param changed called after each change of the page */
export function createMeters(place: Registration, changed: () => void): Meters {
  const changing =
    <Values extends readonly unknown[]>(change: (...values: Values) => void) =>
    (...values: Values): void => {
      change(...values);
      changed();
    };
  return {
    add(family) {
      const meter = meterOf(place, family);
      changed();
      return {
        set: changing(meter.set),
        add: changing(meter.add),
        observe: changing(meter.observe),
        remove: changing(meter.remove),
      };
    },
    remove: changing(({ name }) => place.prom.removeSingleMetric(name)),
  };
}

function meterOf(place: Registration, family: OwnFamily): Meter {
  const nothing = (): never => {
    throw new Error(`${family.name} is a ${family.type}`);
  };
  const none = { set: nothing, add: nothing, observe: nothing, remove: nothing };
  if (family.type === 'gauge') {
    const gauge = new Gauge(settings(place, family));
    gauge.remove({}); // without labels it would be 0 before anybody said so
    return { ...none, set: (labels, value) => gauge.set(labels, value), remove: (labels) => gauge.remove(labels) };
  }
  if (family.type === 'counter') {
    const counter = new Counter(settings(place, family));
    counter.remove({});
    return { ...none, add: (labels, value) => counter.inc(labels, value), remove: (labels) => counter.remove(labels) };
  }
  const histogram = new Histogram({ ...settings(place, family), buckets: [...(family.buckets ?? [])] });
  const remove: Meter['remove'] = (labels) => histogram.remove(labels);
  return { ...none, remove, observe: (labels, value) => histogram.observe(labels, value) };
}
