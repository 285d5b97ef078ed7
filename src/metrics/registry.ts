// Our own metrics in prom-client, put together, and their page kept until something changes.
import { Registry as PromRegistry } from 'prom-client';
import { type CheckResult, type Status, type Warning, warnings } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { StatisticsMetrics } from '../core/collecting.ts';
import type { Detail } from '../core/detail.ts';
import type { ConfigurationOrigin } from '../core/names.ts';
import { latestSchedulerMs } from '../core/report.ts';
import type { Request } from '../core/request.ts';
import type { ServedRoute } from '../core/served.ts';
import { type CountedCheck, createCounters } from './counters.ts';
import type { Registration } from './family-settings.ts';
import { createGauges, type MeasuredCheck } from './gauges.ts';
import { warningsOf } from './labels.ts';
import { createMeters, type Meters } from './meters.ts';
import { registerProcess } from './process.ts';
import { createRequestMetrics } from './requests.ts';
import { createServedMetrics } from './served.ts';
import { createStatisticsMetrics } from './statistics.ts';

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
  /** Nobody of this name listens any more. */
  sinkGone(sink: string): void;
  /** Families of features. */
  readonly meters: Meters;
  /** Of the runs and the statistics of a check. */
  request(check: string, type: string, request: Request): void;
  /** What the readers of statistics say of themselves. */
  readonly statistics: StatisticsMetrics;
  configRead(successful: boolean): void;
  configInForce(source: ConfigurationOrigin): void;
  certificateRead(successful: boolean): void;
  /** A request to ourselves was answered; it shows when the process is read next. */
  answered(route: ServedRoute, code: number, seconds: number): void;
}

export function createRegistry(options: RegistryOptions): Registry {
  const own = new PromRegistry();
  const ofProcess = new PromRegistry();
  const { detail } = options;
  const place: Registration = { prom: own, detail };
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
    sinkGone: changing((sink) => counters.sinkErrors.remove({ sink })),
    meters: createMeters(place, () => {
      changes += 1;
    }),
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
    configInForce: changing((source) => {
      gauges.configInForce.reset();
      gauges.configInForce.set({ source }, 1);
    }),
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
