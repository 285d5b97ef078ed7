// A page's house of the tests: what it is told is kept, and everything else is real.
import { type Clock, systemClock } from '../../../../src/core/clock.ts';
import type { LogFields } from '../../../../src/core/log.ts';
import { createServicePage } from '../../../../src/features/app/page/service-page.ts';
import { settings } from '../../../../src/features/app/settings.ts';
import { isOurs } from './reading.ts';

export type Line = readonly [level: 'info' | 'warn', message: string, fields: LogFields];

/** @param given below `app.metrics`; the interval is a second and the timeout five unless told. */
export function startPage(
  given: Record<string, unknown>,
  { redact = (text: string) => text, clock = systemClock as Clock, taken = isOurs } = {},
) {
  const { metrics } = settings.parse({ metrics: { interval: '1s', timeout: '5s', ...given } });
  if (metrics === undefined) throw new Error('no page');
  const values = new Map<string, number>();
  const lines: Line[] = [];
  const page = createServicePage(metrics, {
    clock,
    random: () => 0.5,
    redact,
    taken,
    log: {
      debug() {},
      info: (fields, message) => void lines.push(['info', message, fields]),
      warn: (fields, message) => void lines.push(['warn', message, fields]),
      error() {},
    },
    meter(family) {
      const keyOf = (labels: Readonly<Record<string, string>>): string =>
        [family.name.replace('sidewarden_app_', ''), ...Object.values(labels)].join(' ');
      return {
        set: (labels, value) => void values.set(keyOf(labels), value),
        add: (labels, value) => void values.set(keyOf(labels), (values.get(keyOf(labels)) ?? 0) + value),
        observe() {},
        remove() {},
      };
    },
  });
  const stop = new AbortController();
  return {
    page,
    lines,
    values,
    stop,
    /** One fetch. @returns what came of it: `up`, or class and message of what was logged first. */
    async fetch(): Promise<string> {
      await page.job.run(stop.signal);
      if (values.get('up') === 1) return 'up';
      const fields = lines.findLast(([, , one]) => one['error.type'] !== undefined)?.[2];
      return `${fields?.['error.type']}: ${fields?.['error.message']}`;
    },
    text: (now = clock.now()): string => Buffer.concat(page.parts(now)).toString(),
    /** Failures that were counted, by their class. */
    failures: () => counted(values, 'scrape_failures_total'),
    dropped: () => counted(values, 'scrape_dropped_total'),
  };
}

const counted = (values: ReadonlyMap<string, number>, family: string): Record<string, number> =>
  Object.fromEntries(
    [...values].flatMap(([key, count]) => {
      const [name = '', label = ''] = key.split(' ');
      return name === family && count > 0 ? [[label, count]] : [];
    }),
  );
