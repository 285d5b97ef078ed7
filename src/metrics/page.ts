// The pages that Prometheus scrapes: the registry's text, the snapshots of the statistics, and both.
import type { Clock } from '../core/clock.ts';
import type { Registry } from './registry.ts';

export interface Page {
  readonly contentType: string;
  /** All that there is, in parts: the bytes of the statistics are the same until they change, and a hundred times longer. */
  render(): Promise<readonly (string | Uint8Array)[]>;
  /** What this replica says of its checks and of itself. Askers of one moment share one rendering. */
  checks(): Promise<string>;
  /**
   * What the dependencies say, with the time on every sample: Prometheus then writes no staleness marker when the replica
   * that reads them goes, and the series goes on where the next replica takes over.
   * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
   */
  statistics(): string;
}

/** What was collected and holds; statistics/snapshots.ts is one. */
type Collected = { bytes(now: number): Uint8Array; stamped(now: number, stamp: number): string };

export function createPage(registry: Pick<Registry, 'contentType' | 'text'>, collected: Collected, clock: Clock): Page {
  let underWay: Promise<string> | undefined;
  const checks = (): Promise<string> => {
    underWay ??= registry.text().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return {
    contentType: registry.contentType,
    async render() {
      return [await checks(), collected.bytes(clock.now())];
    },
    checks,
    statistics: () => collected.stamped(clock.now(), clock.wall().getTime()),
  };
}
