// What a Prometheus knows of objectives, as OpenMetrics, and the house of a service of the tests.
import { type Clock, systemClock } from '../../../../src/core/clock.ts';
import type { LogFields } from '../../../../src/core/log.ts';
import { prometheus } from '../../../../src/features/prometheus/index.ts';
import { type ScopeSettings, scopeOf } from '../../../../src/features/prometheus/scope.ts';
import type { AskedSettings } from '../../../../src/features/prometheus/settings.ts';
import type { ServiceHeritage } from '../../../../src/features/slos/service/known.ts';
import { createService } from '../../../../src/features/slos/service.ts';
import { settings as slos } from '../../../../src/features/slos/settings.ts';

export const day = 86_400_000;
export const step = 300_000;

/** Labels of a series, and its value at an instant. */
export type Series = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  value(at: number): number | undefined;
};

/** @param from and `to`, by `every`, in milliseconds of the wall */
export function openMetricsOf(
  series: readonly Series[],
  { from, to, every = step }: { readonly from: number; readonly to: number; readonly every?: number },
): string {
  const lines: string[] = [];
  for (const [name, same] of Map.groupBy(series, (one) => one.name)) {
    lines.push(`# TYPE ${name.replace(/_total$/, '')} ${name.endsWith('_total') ? 'counter' : 'gauge'}`);
    for (const { labels, value } of same) {
      const written = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
      for (let at = from; at <= to; at += every) {
        const found = value(at);
        if (found !== undefined) lines.push(`${name}{${written.join(',')}} ${found} ${at / 1000}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

export type Line = readonly [level: 'info' | 'warn', message: string, fields: LogFields];

export type Started = {
  readonly objectives: Readonly<Record<string, unknown>>;
  /** Below `prometheus`. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly alerts?: Partial<ScopeSettings>;
  readonly namespace?: string;
  readonly clock?: Clock;
  readonly redact?: (text: string) => string;
  readonly inherited?: ServiceHeritage;
};

export function startService(started: Started) {
  const {
    objectives,
    asked,
    alerts = {},
    namespace,
    clock = systemClock,
    redact = (text) => text,
    inherited,
  } = started;
  const values = new Map<string, number>();
  const lines: Line[] = [];
  const keyOf = (family: string, labels: Readonly<Record<string, string>>): string =>
    [family.replace('sidewarden_slo_prometheus_', ''), ...Object.values(labels)].join(' ');
  const service = createService({
    objectives: slos.parse(objectives),
    prometheus: prometheus.settings.parse(asked) as AskedSettings,
    scope: scopeOf(
      { jobs: {}, external: [], select: {}, ...alerts },
      { service: 'shop', namespace, app: undefined, own: [] },
    ),
    house: {
      clock,
      random: () => 0.5,
      redact,
      log: {
        debug() {},
        info: (fields, message) => void lines.push(['info', message, fields]),
        warn: (fields, message) => void lines.push(['warn', message, fields]),
        error() {},
      },
      meter: ({ name }) => ({
        set: (labels, value) => void values.set(keyOf(name, labels), value),
        add: (labels, value) => void values.set(keyOf(name, labels), (values.get(keyOf(name, labels)) ?? 0) + value),
        observe() {},
        remove() {},
      }),
    },
    inherited,
  });
  const stop = new AbortController();
  return {
    ...{ service, values, lines, stop },
    /** One round. */
    ask: (): Promise<void> => service.job.run(stop.signal),
    standing: (name: string, now = clock.now()) => service.standing(name, now),
    asking: () => service.asking(),
    /** Failures that were counted, by their class. */
    failures: (): Readonly<Record<string, number>> =>
      Object.fromEntries(
        [...values].flatMap(([key, count]) =>
          /^failures_total /.test(key) && count > 0 ? [[key.slice(15), count]] : [],
        ),
      ),
  };
}
