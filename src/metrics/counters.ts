// What is counted of the checks: runs by what they found, how long they took, changes of state.
import { Counter, Histogram } from 'prom-client';
import { type CheckResult, resultKinds, statuses } from '../core/check.ts';
import { durationBuckets } from '../core/detail.ts';
import { families } from '../core/names.ts';
import { type Registration, settings } from './family-settings.ts';
import type { DeclaredCheck } from './labels.ts';
import type { RequestingCheck } from './requests.ts';

/** A check as the counters know it, with what its type declares. */
export type CountedCheck = RequestingCheck & DeclaredCheck;

export function createCounters(place: Registration) {
  const duration = new Histogram({
    ...settings(place, families.checkDuration),
    buckets: [...durationBuckets[place.detail]],
  });
  const runs = new Counter(settings(place, families.checkRuns));
  const failures = new Counter(settings(place, families.checkFailures));
  const transitions = new Counter(settings(place, families.checkTransitions));
  const sinkErrors = new Counter(settings(place, families.sinkErrors));
  return {
    transitions,
    sinkErrors,
    zero({ name: check, type, classes }: CountedCheck): void {
      duration.zero({ check, type });
      for (const result of resultKinds) runs.inc({ check, type, result }, 0);
      for (const errorClass of classes) failures.inc({ check, type, class: errorClass }, 0);
      for (const to of statuses) transitions.inc({ check, type, to }, 0);
    },
    remove({ name: check, type, classes }: CountedCheck): void {
      duration.remove({ check, type });
      for (const result of resultKinds) runs.remove({ check, type, result });
      for (const errorClass of classes) failures.remove({ check, type, class: errorClass });
      for (const to of statuses) transitions.remove({ check, type, to });
    },
    run(check: string, type: string, result: CheckResult): void {
      duration.observe({ check, type }, result.durationMs / 1000);
      runs.inc({ check, type, result: result.kind });
      // `self` is our own starvation: it blames nobody.
      if (result.kind !== 'passed' && result.errorClass !== 'self') {
        failures.inc({ check, type, class: result.errorClass });
      }
    },
  };
}
