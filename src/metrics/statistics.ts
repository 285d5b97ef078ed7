// What the readers of statistics say of themselves: they exist from the first run, and go with the lead.
import { Counter, Gauge } from 'prom-client';
import { type StatisticsMetrics, statisticsModes } from '../core/collecting.ts';
import { families } from '../core/names.ts';
import { type Registration, settings } from './family-settings.ts';
import { modesOf } from './labels.ts';

export function createStatisticsMetrics(place: Registration): StatisticsMetrics {
  const leader = new Gauge(settings(place, families.statisticsLeader));
  const mode = new Gauge(settings(place, families.statisticsMode));
  const privileges = new Gauge(settings(place, families.statisticsPrivilege));
  const up = new Gauge(settings(place, families.collectorUp));
  const duration = new Gauge(settings(place, families.collectorDuration));
  const lastSuccess = new Gauge(settings(place, families.collectorLastSuccess));
  const errors = new Counter(settings(place, families.collectorErrors));
  const cut = new Counter(settings(place, families.collectorCut));
  /** What has series, by check and collector: the classes that it failed with, and the privileges that it needs. */
  const known = new Map<string, Map<string, { readonly classes: Set<string>; readonly privileges: Set<string> }>>();
  const of = (check: string, collector: string) => {
    const collectors = known.get(check) ?? new Map<string, { classes: Set<string>; privileges: Set<string> }>();
    known.set(check, collectors);
    const found = collectors.get(collector) ?? { classes: new Set<string>(), privileges: new Set<string>() };
    collectors.set(collector, found);
    return found;
  };

  return {
    ran(check, collector, run) {
      const { classes } = of(check, collector);
      up.set({ check, collector }, run.ok ? 1 : 0);
      duration.set({ check, collector }, run.durationMs / 1000);
      if (run.ok) lastSuccess.set({ check, collector }, run.time.getTime() / 1000);
      cut.inc({ check, collector }, run.cut);
      if (run.errorClass !== undefined) {
        classes.add(run.errorClass);
        errors.inc({ check, collector, class: run.errorClass });
      }
    },
    up: (check, collector, isUp) => up.set({ check, collector }, isUp ? 1 : 0),
    forget(check) {
      for (const [collector, { classes, privileges: needed }] of known.get(check) ?? []) {
        for (const gauge of [up, duration, lastSuccess, cut]) gauge.remove({ check, collector });
        for (const errorClass of classes) errors.remove({ check, collector, class: errorClass });
        for (const privilege of needed) privileges.remove({ check, collector, privilege });
      }
      known.delete(check);
    },
    privilege(check, collector, privilege, granted) {
      of(check, collector).privileges.add(privilege);
      privileges.set({ check, collector, privilege }, granted ? 1 : 0);
    },
    standing(check, standing) {
      for (const one of statisticsModes) mode.remove({ check, mode: one });
      if (standing === undefined) {
        leader.remove({ check });
        return;
      }
      leader.set({ check }, standing.reads ? 1 : 0);
      for (const one of modesOf(place.detail, standing.mode))
        mode.set({ check, mode: one }, standing.mode === one ? 1 : 0);
    },
  };
}
