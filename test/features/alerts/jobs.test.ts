// What a server says is in the job of statistics; what each replica counts of its own, in that of checks.
import { expect, test } from 'vitest';
import { elasticsearch } from '../../../src/features/alerts/catalogue/elasticsearch.ts';
import { kms } from '../../../src/features/alerts/catalogue/kms.ts';
import { redis } from '../../../src/features/alerts/catalogue/redis.ts';
import { alertOf, recordingsOf, rulesOf } from './bench.ts';

/** Each selector of a family with the job that it asks. */
const jobsOf = (name: string): readonly string[] =>
  rulesOf(alertOf(name)).flatMap(({ expr }) =>
    [...expr.matchAll(/\b([a-z_0-9]+)\{job="([^"]+)"/g)].map(([, family, job]) => `${family} ${job}`),
  );
const alerts = [redis, elasticsearch, kms].flatMap((pack) => pack.alerts.map(({ name }) => name));
const own = 'sidewarden_kms_requests_total';

test('requests to KMS are counted by each replica, all else is said by a server', () => {
  const asked = alerts.flatMap(jobsOf);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((one) => one.startsWith(own))).toContain(`${own} shop-sidewarden`);
  expect(asked.filter((one) => one.endsWith(' shop-statistics') === one.startsWith(own))).toEqual([]);
});

test('recorded series have the service and no job', () => {
  const recorded = alerts.flatMap((name) => recordingsOf(alertOf(name).expr));
  expect(recorded.length).toBeGreaterThan(4);
  const exprs = alerts.flatMap((name) => rulesOf(alertOf(name)).map(({ expr }) => expr));
  expect(exprs.flatMap((expr) => [...expr.matchAll(/\w+:\w+:\w+\{([^}]*)\}/g)].map(([, labels]) => labels))).toSatisfy(
    (labels: readonly string[]) => labels.length > 4 && labels.every((one) => one === 'service="shop"'),
  );
});
