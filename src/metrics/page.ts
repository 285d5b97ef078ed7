// The pages that Prometheus scrapes: what the registry says, the snapshots of the statistics, and both.
import type { Clock } from '../core/clock.ts';
import type { Registry } from './registry.ts';

/** In parts that are the same bytes until what they say changes. */
type Parts = readonly Uint8Array[];

export interface Page {
  readonly contentType: string;
  /** All that there is. */
  render(): Promise<Parts>;
  /** What this replica says of its checks and of itself. */
  checks(): Promise<Parts>;
  /**
   * What the dependencies say, with the time on every sample: Prometheus then writes no staleness marker when the replica
   * that reads them goes, and the series goes on where the next replica takes over.
   * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
   */
  statistics(): Parts;
}

/** What was collected and holds; statistics/snapshots.ts is one. */
type Collected = { bytes(now: number): Uint8Array; stamped(now: number, stamp: number): Uint8Array };

export function createPage(
  registry: Pick<Registry, 'contentType' | 'bytes'>,
  collected: Collected,
  clock: Clock,
): Page {
  return {
    contentType: registry.contentType,
    render: async () => [...(await registry.bytes()), collected.bytes(clock.now())],
    checks: registry.bytes,
    statistics: () => [collected.stamped(clock.now(), clock.wall().getTime())],
  };
}
