// Requests to dependencies, counted where they are made: families of a type, from its first check on.
import { Counter, Histogram } from 'prom-client';
import { requestBuckets } from '../core/detail.ts';
import type { ErrorClass } from '../core/failure.ts';
import { families } from '../core/names.ts';
import type { Request } from '../core/request.ts';
import { type Registration, settings } from './family-settings.ts';
import { requestResults } from './labels.ts';

/** A check whose requests are counted, if its type names their operations. */
export type RequestingCheck = {
  readonly name: string;
  readonly type: string;
  readonly classes: readonly ErrorClass[];
  readonly requests?: Operations | undefined;
};

/** What a check asks: with its runs, and with its statistics where they are read. */
export type Operations = {
  readonly runs: readonly string[];
  readonly statistics: readonly string[];
  /** Those that are asked on a connection that has just answered. */
  readonly follows?: readonly string[];
};

export interface RequestMetrics {
  /** Its counters exist from now on, at 0; those of its statistics once these are read. May be repeated with more. */
  add(check: RequestingCheck): void;
  /** Whether this replica may read the statistics of the check. */
  reads(check: string, reads: boolean): void;
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

export function createRequestMetrics(place: Registration): RequestMetrics {
  const byType = new Map<string, ReturnType<typeof createMetrics>>();
  /** What has series, by type and check: the check as it was added last, and the operations. */
  const counted = new Map<string, { check: RequestingCheck; readonly operations: Set<string> }>();
  const reading = new Set<string>();

  const zero = ({ check, operations }: { check: RequestingCheck; operations: Set<string> }): void => {
    const { name, type, requests } = check;
    const metrics = byType.get(type);
    const wanted = [...(requests?.runs ?? []), ...(reading.has(name) ? (requests?.statistics ?? []) : [])];
    for (const operation of wanted) {
      if (operations.has(operation)) continue;
      operations.add(operation);
      metrics?.duration.zero({ check: name, operation });
      metrics?.throttles.inc({ check: name, operation }, 0);
      metrics?.attempts.inc({ check: name, operation }, 0);
      for (const result of requestResults(check, operation))
        metrics?.requests.inc({ check: name, operation, result }, 0);
    }
  };
  return {
    add(check) {
      const { name, type, requests } = check;
      const named = familiesOf[type];
      if (requests === undefined || named === undefined) return;
      if (!byType.has(type)) byType.set(type, createMetrics(place, named));
      const known = counted.get(`${type} ${name}`) ?? { check, operations: new Set<string>() };
      known.check = check;
      counted.set(`${type} ${name}`, known);
      zero(known);
    },
    reads(name, reads) {
      if (reads) reading.add(name);
      else reading.delete(name);
      for (const known of counted.values()) if (known.check.name === name) zero(known);
    },
    remove({ name: check, type, classes }) {
      const metrics = byType.get(type);
      const operations = counted.get(`${type} ${check}`)?.operations ?? [];
      counted.delete(`${type} ${check}`);
      if (metrics === undefined) return;
      for (const operation of operations) {
        for (const metric of [metrics.duration, metrics.throttles, metrics.attempts])
          metric.remove({ check, operation });
        for (const result of requestResults({ classes }, operation))
          metrics.requests.remove({ check, operation, result });
      }
    },
    count(check, type, { operation, durationMs, result, attempts }) {
      const metrics = byType.get(type);
      const known = counted.get(`${type} ${check}`);
      if (metrics === undefined || known === undefined) return; // its last requests end after it
      known.operations.add(operation);
      metrics.duration.observe({ check, operation }, durationMs / 1000);
      metrics.requests.inc({ check, operation, result });
      metrics.attempts.inc({ check, operation }, attempts);
      metrics.throttles.inc({ check, operation }, result === 'throttled' ? 1 : 0);
    },
  };
}

type Named = {
  readonly duration: typeof families.kmsRequestDuration;
  readonly requests: typeof families.kmsRequests;
  readonly throttles: typeof families.kmsThrottles;
  readonly attempts: typeof families.kmsRequestAttempts;
};

const createMetrics = (place: Registration, named: Named) => ({
  duration: new Histogram({ ...settings(place, named.duration), buckets: requestBuckets }),
  requests: new Counter(settings(place, named.requests)),
  throttles: new Counter(settings(place, named.throttles)),
  attempts: new Counter(settings(place, named.attempts)),
});
