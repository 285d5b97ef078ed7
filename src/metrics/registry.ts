// Our own metrics in prom-client. Gauges are read from the board when scraped.
import { Counter, Gauge, Histogram, Registry as PromRegistry } from 'prom-client';
import {
  type CheckResult,
  type Expiries,
  gates,
  resultKinds,
  type Status,
  statuses,
  type Warning,
  warnings,
} from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { StatisticsMetrics } from '../core/collecting.ts';
import { type Detail, durationBuckets } from '../core/detail.ts';
import { families } from '../core/names.ts';
import { latestSchedulerMs, type ReportedCheck, report } from '../core/report.ts';
import type { Request } from '../core/request.ts';
import type { ServedRoute } from '../core/served.ts';
import { type Place, settings } from './family-settings.ts';
import { type DeclaredCheck, statesOf, warningsOf } from './labels.ts';
import { registerProcess } from './process.ts';
import { createRequestMetrics, type RequestingCheck } from './requests.ts';
import { createServedMetrics } from './served.ts';
import { createStatisticsMetrics } from './statistics.ts';

/** A check as the gauges read it; an entry of the board is one. */
export type MeasuredCheck = ReportedCheck & {
  readonly type: string;
  readonly lastSuccess: Date | undefined;
  readonly expiries: Expiries;
  readonly detectionBoundMs: number;
  readonly expiryMs: number;
};

/** A check as the counters know it, with what its type declares. */
export type CountedCheck = RequestingCheck & DeclaredCheck;

export type RegistryOptions = {
  readonly version: string;
  /** Empty unless it is configured. */
  readonly service: string;
  readonly detail: Detail;
  readonly clock: Clock;
  /** Its version goes up with every change of a check. */
  readonly board: { readonly version: number; entries(): readonly MeasuredCheck[] };
  readonly draining: () => boolean;
  readonly latenessMs: () => number;
};

export interface Registry {
  readonly contentType: string;
  /** All families in Prometheus' text format 0.0.4, in two parts: what we say of the checks, and the process. */
  bytes(): Promise<readonly Uint8Array[]>;
  /** Its counters exist from now on, at 0. Repeated with more operations, what was counted stays. */
  add(check: CountedCheck): void;
  /** None of its series is left. */
  remove(check: CountedCheck): void;
  run(check: string, type: string, result: CheckResult): void;
  transition(check: string, type: string, to: Status): void;
  /** Adds to the errors of a sink; 0 makes the series exist. */
  sinkFailed(sink: string, times: number): void;
  /** Of the runs and the statistics of a check. */
  request(check: string, type: string, request: Request): void;
  /** What the readers of statistics say of themselves. */
  readonly statistics: StatisticsMetrics;
  configRead(successful: boolean): void;
  certificateRead(successful: boolean): void;
  /** A request to ourselves was answered; it shows when the process is read next. */
  answered(route: ServedRoute, code: number, seconds: number): void;
}

export function createRegistry(options: RegistryOptions): Registry {
  const own = new PromRegistry();
  const ofProcess = new PromRegistry();
  const { detail } = options;
  const place: Place = { prom: own, detail };
  const counters = createCounters(place);
  const declared = new Map<string, readonly Warning[]>();
  const gauges = createGauges(place, options.service, ({ name, type }) => declared.get(`${type} ${name}`) ?? warnings);
  const readProcess = registerProcess({ prom: ofProcess, detail });
  gauges.buildInfo.set({ version: options.version }, 1);
  gauges.configReload.set(1);
  gauges.tlsReload.set(1);
  let changes = 0;
  const changing =
    <Values extends readonly unknown[]>(change: (...values: Values) => void) =>
    (...values: Values): void => {
      changes += 1;
      change(...values);
    };
  const statistics = createStatisticsMetrics(place);
  const requests = createRequestMetrics(place);
  const keep = keepBytes(() => own.metrics());
  const served = createServedMetrics();
  const keepProcess = keepBytes(async () => {
    await readProcess();
    return `${await ofProcess.metrics()}\n${served.text()}`.trimEnd();
  });

  return {
    contentType: PromRegistry.PROMETHEUS_CONTENT_TYPE,
    async bytes() {
      const now = options.clock.now();
      const draining = options.draining();
      const live = options.latenessMs() <= latestSchedulerMs;
      const state = `${changes} ${options.board.version} ${draining} ${live}`;
      return Promise.all([
        keep(state, now, () => gauges.read(options.board.entries(), { now, draining, live })),
        keepProcess('', now, () => now + processMs),
      ]);
    },
    add: changing((check) => {
      const key = `${check.type} ${check.name}`;
      if (!declared.has(key)) counters.zero(check); // of a histogram it would forget what was counted
      declared.set(key, warningsOf(check));
      requests.add(check);
    }),
    remove: changing((check) => {
      declared.delete(`${check.type} ${check.name}`);
      counters.remove(check);
      requests.remove(check);
    }),
    run: changing(counters.run),
    transition: changing((check, type, to) => counters.transitions.inc({ check, type, to })),
    sinkFailed: changing((sink, times) => counters.sinkErrors.inc({ sink }, times)),
    request: changing(requests.count),
    statistics: {
      ran: changing(statistics.ran),
      up: changing(statistics.up),
      forget: changing(statistics.forget),
      privilege: changing(statistics.privilege),
      standing: changing((check, standing) => {
        statistics.standing(check, standing);
        requests.reads(check, standing !== undefined && standing.mode !== 'off');
      }),
    },
    configRead: changing((successful) => gauges.configReload.set(successful ? 1 : 0)),
    answered: served.answered,
    certificateRead: changing((successful) => gauges.tlsReload.set(successful ? 1 : 0)),
  };
}

/** What the process says of itself is read at most so often. */
const processMs = 1000;

/** Keeps what was rendered last for as long as it is true, as /health does: a flood of scrapes costs one rendering. */
function keepBytes(render: () => Promise<string>) {
  let kept: { readonly state: string; readonly until: Instant; readonly bytes: Promise<Uint8Array> } | undefined;
  const bytes = async (): Promise<Uint8Array> => Buffer.from(`${await render()}\n`);
  /** @param read sets the gauges, and says until when they are true. */
  return (state: string, now: Instant, read: () => Instant): Promise<Uint8Array> => {
    if (kept?.state !== state || now >= kept.until) kept = { state, until: read(), bytes: bytes() };
    return kept.bytes;
  };
}

function createCounters(place: Place) {
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

function createGauges(place: Place, service: string, warningsOf: (entry: MeasuredCheck) => readonly Warning[]) {
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
