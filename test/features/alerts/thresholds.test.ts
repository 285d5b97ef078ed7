// No threshold is accepted with which an alert can never fire.
import { describe, expect, test } from 'vitest';
import { appMetrics } from '../../../src/core/app-catalogue.ts';
import { durationBuckets } from '../../../src/core/detail.ts';
import type { Alert, Threshold } from '../../../src/features/alerts/pack.ts';
import { alerts, recordingsOf } from './bench.ts';

type Asking = Alert & { readonly threshold: Threshold };
const asking = alerts.filter((alert): alert is Asking => alert.threshold !== undefined);
const above = asking.filter(({ expr }) => />\s*\$threshold/.test(expr));
const below = asking.filter(({ expr }) => /<\s*\$threshold/.test(expr));

/** The largest finite bucket of the histogram whose quantile the expression compares: no quantile is above it. */
function largestOf({ expr }: Alert): number | undefined {
  const [compared = ''] = expr.split(/>\s*\$threshold/);
  const texts = [compared, ...recordingsOf(compared).map((recording) => recording.expr)];
  const [name] = texts.flatMap((text) =>
    [...text.matchAll(/histogram_quantile\(.*?([$\w]+)_bucket\{/gs)].map(([, of]) => of),
  );
  if (name === undefined) return undefined;
  if (name === 'sidewarden_check_duration_seconds') return Math.max(...durationBuckets.default);
  const found = appMetrics.find((metric) => `$app_${metric.name}` === name);
  if (found?.buckets === undefined) throw new Error(`${name} is no histogram of the catalogue`);
  return Math.max(...found.buckets);
}
const quantiles = above.flatMap((alert) => {
  const largest = largestOf(alert);
  return largest === undefined ? [] : [{ name: alert.name, most: alert.threshold.most, largest }];
});

describe('what the threshold compares can be beyond it', () => {
  test('each alert with a threshold compares with it', () => {
    expect(asking.filter((alert) => !above.includes(alert) && !below.includes(alert)).map(({ name }) => name)).toEqual(
      [],
    );
  });
  test('a share above it: it is less than all', () => {
    const wrong = above.filter(({ threshold }) => threshold.unit === 'ratio' && threshold.most >= 1);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
  test('a value below it: it is more than nothing', () => {
    expect(below.filter(({ threshold }) => threshold.least <= 0).map(({ name }) => name)).toEqual([]);
  });
  test('a quantile above it: it is less than the largest bucket', () => {
    expect(quantiles.length).toBeGreaterThan(4);
    expect(quantiles.filter(({ most, largest }) => most >= largest)).toEqual([]);
  });
});
