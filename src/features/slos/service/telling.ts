// What is logged of the questions to Prometheus: each thing once.
import type { Clock, Instant } from '../../../core/clock.ts';
import type { DependencyClass } from '../../../core/failure.ts';
import type { House } from '../../define.ts';
import type { Unrecorded } from './reading.ts';

const labels = { 'labels.feature': 'slos' } as const;
/** For so long rules may lack what is asked for: they are loaded after the pods began, or with them. */
const patienceMs = 600_000;

/** Why an objective is asked of the counters. */
export type Lack = Exclude<Unrecorded, 'young'>;

export interface Telling {
  /** A question failed. @param name of the objective, where it was about one */
  failure(errorClass: DependencyClass, message: string, name?: string): void;
  /** All was answered. */
  success(): void;
  /** @param groups of series of the objective, which are added up */
  groups(name: string, groups: number): void;
  /** What recorded series lack, by the names of objectives; all that are not in it have them. */
  lacks(found: ReadonlyMap<string, Lack>): void;
}

export function createTelling({ log, clock }: Pick<House, 'log'> & { readonly clock: Pick<Clock, 'now'> }): Telling {
  /** Failures since Prometheus answered everything. */
  const failures = new Set<string>();
  const added = new Set<string>();
  const lacking = new Map<string, { readonly lack: Lack; readonly since: Instant; said: boolean }>();
  return {
    failure(errorClass, message, name) {
      const key = `${errorClass} ${name ?? ''}`;
      if (failures.has(key)) return;
      failures.add(key);
      const fields = { 'error.type': errorClass, 'error.message': message, ...labels };
      const of = name === undefined ? 'the objectives' : `the objective ${name}`;
      log.warn(fields, `Prometheus gives no answer about ${of}: ${message}`);
    },
    success() {
      if (failures.size > 0) log.info(labels, 'Prometheus answers again about the objectives');
      failures.clear();
    },
    groups(name, groups) {
      if (groups < 2) added.delete(name);
      else if (!added.has(name)) {
        added.add(name);
        const fix = 'write `namespace`, or `alerts.select`, if only some are of this service';
        log.warn(
          labels,
          `Prometheus has ${groups} groups of series of the objective ${name}, which are added up: ${fix}`,
        );
      }
    },
    lacks(found) {
      const now = clock.now();
      const there = [...lacking].filter(([name]) => !found.has(name));
      for (const [name] of there) lacking.delete(name);
      const told = there.filter(([, { said }]) => said).map(([name]) => name);
      if (told.length > 0) log.info(labels, `Prometheus has the recorded series of ${told.join(', ')} now`);
      for (const [name, lack] of found)
        if (lacking.get(name)?.lack !== lack) lacking.set(name, { lack, since: now, said: false });
      const due = [...lacking].filter(([, { since, said }]) => !said && now - since >= patienceMs);
      for (const [, one] of due) one.said = true;
      const of = (lack: Lack): string =>
        due
          .filter(([, one]) => one.lack === lack)
          .map(([name]) => name)
          .join(', ');
      const [missing, other] = [of('missing'), of('other')];
      if (missing !== '')
        log.info(
          labels,
          `Prometheus has no recorded series of ${missing}: it is asked for the events of the whole window, which costs it more; ` +
            'load the rules of `sidewarden generate rules` there',
        );
      if (other !== '')
        log.warn(
          labels,
          `The rules in Prometheus are those of another configuration of ${other}: ` +
            'Prometheus is asked for the events of the whole window, which costs it more; generate and load them again',
        );
    },
  };
}
