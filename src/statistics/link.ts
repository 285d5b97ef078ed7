// The connection that the statistics of one check are read by: made when it is wanted, and anew when it is old.
import type { Clock } from '../core/clock.ts';
import type { Reader, Source } from '../dependencies/statistics.ts';
import { createLane } from '../schedule/lane.ts';
import { type Timed, withLimits } from '../schedule/limits.ts';

export type LinkOptions = Timed & {
  /** A connection, made without I/O. */
  open(): Reader;
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly random: () => number;
};

export interface Link {
  /** @throws what the connection throws. */
  connect(signal: AbortSignal): Promise<Source>;
  /** Whether there is a connection that works, as far as it is known. */
  readonly open: boolean;
  /** Cuts whatever is open, at once. */
  cut(): void;
}

export function createLink(options: LinkOptions): Link {
  const lane = createLane(options.open, options);
  return {
    connect(signal) {
      if (lane.aged) lane.cut();
      const reader = lane.session();
      return withLimits(options, signal, (limits) => reader.open(limits));
    },
    get open() {
      return lane.openedAt !== undefined;
    },
    cut: lane.cut,
  };
}
