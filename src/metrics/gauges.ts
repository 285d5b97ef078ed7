// What is so now: of each check as the board has it, and of the daemon. Set anew for each page.
import { Gauge } from 'prom-client';
import { gates, type Warning } from '../core/check.ts';
import type { Instant } from '../core/clock.ts';
import type { KnownCheck } from '../core/known-check.ts';
import { families } from '../core/names.ts';
import { type ReportedCheck, report } from '../core/report.ts';
import { type Registration, settings } from './family-settings.ts';
import { statesOf } from './labels.ts';

/** A check as the gauges read it. */
export type MeasuredCheck = ReportedCheck &
  Pick<KnownCheck, 'type' | 'lastSuccess' | 'expiries' | 'detectionBoundMs' | 'expiryMs'>;

export function createGauges(
  place: Registration,
  service: string,
  warningsOf: (entry: MeasuredCheck) => readonly Warning[],
) {
  const states = statesOf(place.detail);
  const up = new Gauge(settings(place, families.checkUp));
  const state = new Gauge(settings(place, families.checkState));
  const warning = new Gauge(settings(place, families.checkWarning));
  const phases = new Gauge(settings(place, families.checkPhaseDuration));
  const lastSuccess = new Gauge(settings(place, families.checkLastSuccess));
  const bound = new Gauge(settings(place, families.checkDetectionBound));
  const expiry = new Gauge(settings(place, families.checkExpiry));
  const info = new Gauge(settings(place, families.checkInfo));
  const expiries = new Gauge(settings(place, families.expiry));
  const ready = new Gauge(settings(place, families.ready));
  const live = new Gauge(settings(place, families.live));
  const draining = new Gauge(settings(place, families.draining));

  const readCheck = (entry: MeasuredCheck, now: number): void => {
    const labels = { check: entry.name, type: entry.type };
    const belief = entry.belief(now);
    up.set(labels, belief.status === 'healthy' ? 1 : 0);
    for (const one of states) state.set({ ...labels, state: one }, belief.status === one ? 1 : 0);
    for (const name of warningsOf(entry)) warning.set({ ...labels, warning: name }, 0);
    for (const name of belief.warnings) warning.set({ ...labels, warning: name }, 1);
    for (const { name, ms, note } of entry.lastResult?.phases ?? []) {
      if (note === undefined) phases.set({ ...labels, phase: name }, ms / 1000);
    }
    if (entry.lastSuccess !== undefined) lastSuccess.set(labels, entry.lastSuccess.getTime() / 1000);
    bound.set(labels, entry.detectionBoundMs / 1000);
    expiry.set(labels, entry.expiryMs / 1000);
    const inOrder = gates.filter((gate) => entry.gates.includes(gate)).join();
    info.set({ ...labels, required: String(entry.required), gates: inOrder, service }, 1);
    for (const [what, when] of Object.entries(entry.expiries))
      expiries.set({ check: entry.name, what }, when.getTime() / 1000);
  };

  return {
    buildInfo: new Gauge(settings(place, families.buildInfo)),
    configInForce: new Gauge(settings(place, families.configInForce)),
    configReload: new Gauge(settings(place, families.configReload)),
    tlsReload: new Gauge(settings(place, families.tlsReload)),
    /**
     * Sets every gauge anew, so that nothing of a check that is gone, or of an older run, stays.
     * @returns until when they are true, if nothing happens.
     */
    read(entries: readonly MeasuredCheck[], at: { now: Instant; draining: boolean; live: boolean }): Instant {
      const { now } = at;
      for (const gauge of [up, state, warning, phases, lastSuccess, bound, expiry, info, expiries]) gauge.reset();
      for (const entry of entries) readCheck(entry, now);
      ready.set(report('ready', entries, at).ok ? 1 : 0);
      live.set(at.live ? 1 : 0);
      draining.set(at.draining ? 1 : 0);
      return report('health', entries, at).until;
    },
  };
}
