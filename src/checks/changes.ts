// What a reload changes: checks by their names, each compared in everything that it was given.
import { same } from '../core/same.ts';
import type { ConfiguredCheck } from './plan-of.ts';

/** Names, in the order of their file. */
export type Changes = {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

/** Secrets count as the same when they have the same value, or the same file, which is read again at each connect. */
export function sameCheck(one: ConfiguredCheck, other: ConfiguredCheck): boolean {
  const { definition, schedule, ...settings } = one;
  const { definition: otherDefinition, schedule: otherSchedule, ...otherSettings } = other;
  return (
    definition === otherDefinition && writtenOf(schedule) === writtenOf(otherSchedule) && same(settings, otherSettings)
  );
}

/** Not the gaps of a cron expression: they are of the next runs, and so change with the date. */
const writtenOf = (schedule: ConfiguredCheck['schedule']): string | number =>
  schedule.kind === 'cron' ? schedule.expression : schedule.intervalMs;

export function changesOf(before: readonly ConfiguredCheck[], after: readonly ConfiguredCheck[]): Changes {
  const old = new Map(before.map((check) => [check.name, check]));
  const names = new Set(after.map(({ name }) => name));
  const isChanged = (check: ConfiguredCheck): boolean => {
    const known = old.get(check.name);
    return known !== undefined && !sameCheck(known, check);
  };
  return {
    added: after.map(({ name }) => name).filter((name) => !old.has(name)),
    changed: after.filter(isChanged).map(({ name }) => name),
    removed: before.map(({ name }) => name).filter((name) => !names.has(name)),
  };
}
