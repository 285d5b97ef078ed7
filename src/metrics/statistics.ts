// What the readers of statistics say of themselves: they exist from the first run, and go with the lead.
import { Counter, Gauge } from 'prom-client';
import { type StatisticsMetrics, statisticsModes } from '../core/collecting.ts';
import { families } from '../core/names.ts';
import { type Place, settings } from './family-settings.ts';
import { modesOf } from './labels.ts';

export function createStatisticsMetrics(place: Place): StatisticsMetrics {
  const leader = new Gauge(settings(place, families.statisticsLeader));
  const mode = new Gauge(settings(place, families.statisticsMode));
  const privileges = new Gauge(settings(place, families.statisticsPrivilege));
  const up = new Gauge(settings(place, families.collectorUp));
  const duration = new Gauge(settings(place, families.collectorDuration));
  const lastSuccess = new Gauge(settings(place, families.collectorLastSuccess));
  const errors = new Counter(settings(place, families.collectorErrors));
  const cut = new Counter(settings(place, families.collectorCut));
  /** What has series, by check: collectors with the classes that they failed with, and privileges. */
  const known = new Map<string, { readonly collectors: Map<string, Set<string>>; readonly privileges: Set<string> }>();
  const ofCheck = (check: string) => {
    const found = known.get(check) ?? { collectors: new Map<string, Set<string>>(), privileges: new Set<string>() };
    known.set(check, found);
    return found;
  };

  return {
    ran(check, collector, run) {
      const { collectors } = ofCheck(check);
      const classes = collectors.get(collector) ?? new Set<string>();
      collectors.set(collector, classes);
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
      const { collectors, privileges: ofPrivileges } = ofCheck(check);
      for (const [collector, classes] of collectors) {
        for (const gauge of [up, duration, lastSuccess, cut]) gauge.remove({ check, collector });
        for (const errorClass of classes) errors.remove({ check, collector, class: errorClass });
      }
      for (const privilege of ofPrivileges) privileges.remove({ check, privilege });
      known.delete(check);
    },
    privilege(check, privilege, granted) {
      ofCheck(check).privileges.add(privilege);
      privileges.set({ check, privilege }, granted ? 1 : 0);
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
