// Requests to dependencies, counted where they are made: families of a type, from its first check on.
import { Counter, Histogram, type Registry as PromRegistry } from 'prom-client';
import type { ErrorClass } from '../core/failure.ts';
import { families, requestBuckets } from '../core/names.ts';
import type { Request } from '../core/request.ts';
import { settings } from './family-settings.ts';

/** A check whose requests are counted, if its type names their operations. */
export type RequestingCheck = {
  readonly name: string;
  readonly type: string;
  readonly classes: readonly ErrorClass[];
  readonly requests?: { readonly operations: readonly string[] } | undefined;
};

export interface RequestMetrics {
  /** Its counters exist from now on, at 0. */
  add(check: RequestingCheck): void;
  /** None of its series is left. */
  remove(check: RequestingCheck): void;
  /** Does nothing for a check that was not added, or was removed. */
  count(check: string, type: string, request: Request): void;
}

const familiesOf: Readonly<Record<string, Named>> = {
  kms: {
    duration: families.kmsRequestDuration,
    requests: families.kmsRequests,
    throttles: families.kmsThrottles,
    attempts: families.kmsRequestAttempts,
  },
};

export function createRequestMetrics(prom: PromRegistry): RequestMetrics {
  const byType = new Map<string, ReturnType<typeof createMetrics>>();
  const counted = new Set<string>();
  return {
    add({ name: check, type, classes, requests }) {
      const named = familiesOf[type];
      if (requests === undefined || named === undefined) return;
      const metrics = byType.get(type) ?? createMetrics(prom, named);
      byType.set(type, metrics);
      counted.add(`${type} ${check}`);
      for (const operation of requests.operations) {
        metrics.duration.zero({ check, operation });
        metrics.throttles.inc({ check, operation }, 0);
        metrics.attempts.inc({ check, operation }, 0);
        for (const result of ['ok', ...classes]) metrics.requests.inc({ check, operation, result }, 0);
      }
    },
    remove({ name: check, type, classes, requests }) {
      const metrics = byType.get(type);
      counted.delete(`${type} ${check}`);
      if (requests === undefined || metrics === undefined) return;
      for (const operation of requests.operations) {
        for (const metric of [metrics.duration, metrics.throttles, metrics.attempts])
          metric.remove({ check, operation });
        for (const result of ['ok', ...classes]) metrics.requests.remove({ check, operation, result });
      }
    },
    count(check, type, { operation, durationMs, result, attempts }) {
      const metrics = byType.get(type);
      if (metrics === undefined || !counted.has(`${type} ${check}`)) return; // its last requests end after it
      metrics.duration.observe({ check, operation }, durationMs / 1000);
      metrics.requests.inc({ check, operation, result });
      metrics.attempts.inc({ check, operation }, attempts);
      if (result === 'throttled') metrics.throttles.inc({ check, operation });
    },
  };
}

type Named = {
  readonly duration: typeof families.kmsRequestDuration;
  readonly requests: typeof families.kmsRequests;
  readonly throttles: typeof families.kmsThrottles;
  readonly attempts: typeof families.kmsRequestAttempts;
};

const createMetrics = (prom: PromRegistry, named: Named) => ({
  duration: new Histogram({ ...settings(prom, named.duration), buckets: requestBuckets }),
  requests: new Counter(settings(prom, named.requests)),
  throttles: new Counter(settings(prom, named.throttles)),
  attempts: new Counter(settings(prom, named.attempts)),
});
