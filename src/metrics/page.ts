// The pages that Prometheus scrapes: what the registry says, the snapshots of the statistics, and both.
import type { Clock, Instant } from '../core/clock.ts';
import type { Registry } from './registry.ts';

/** In parts that are the same bytes until what they say changes. */
type Parts = readonly Uint8Array[];

export interface Page {
  readonly contentType: string;
  /** All that there is: `checks`, `statistics` without its timestamps, and `app`: of two that collide ours is the first. */
  render(): Promise<Parts>;
  /** What this replica says of its checks and of itself, and what its features say. */
  checks(): Promise<Parts>;
  /**
   * What the dependencies say, with the time on every sample: Prometheus then writes no staleness marker when the replica
   * that reads them goes, and the series goes on where the next replica takes over.
   * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
   */
  statistics(): Parts;
  /** What the service says of itself, by its features; nothing where none is configured. */
  app(): Parts;
}

/** What was collected and holds; statistics/snapshots.ts is one. */
type Collected = { bytes(now: number): Uint8Array; stamped(now: number, stamp: number): Uint8Array };

/**
 * @param shown what features put beside ours
 * @param app what features have of the service's own metrics
 */
export function createPage(
  registry: Pick<Registry, 'contentType' | 'bytes'>,
  collected: Collected,
  clock: Clock,
  shown?: Pick<Collected, 'bytes'>,
  app: (now: Instant) => Parts = () => [],
): Page {
  const ofReplica = async (): Promise<Parts> => [
    ...(await registry.bytes()),
    ...(shown === undefined ? [] : [shown.bytes(clock.now())]),
  ];
  return {
    contentType: registry.contentType,
    render: async () => [...(await ofReplica()), collected.bytes(clock.now()), ...app(clock.now())],
    checks: ofReplica,
    app: () => app(clock.now()),
    statistics: () => [collected.stamped(clock.now(), clock.wall().getTime())],
  };
}
