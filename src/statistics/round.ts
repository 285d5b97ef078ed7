// One round: the collectors that are due, one after the other, on a connection that is open.
import type { Clock } from '../core/clock.ts';
import type { Source } from '../dependencies/statistics.ts';
import { type Collected, type Collectors, collect, type Fault } from './collect.ts';
import type { Link } from './link.ts';
import type { Shown } from './shown.ts';
import type { Slots } from './slots.ts';
import type { Snapshots } from './snapshots.ts';
import type { Teller } from './tell.ts';

/** What a collector gave is shown for so many of its intervals. */
const heldIntervals = 3;
/** No collector begins later than this many timeouts after its round: the next round goes on. */
const roundTimeouts = 2;

export type RoundOptions = {
  readonly collectors: Collectors;
  readonly clock: Clock;
  readonly slots: Slots;
  readonly link: Pick<Link, 'open'>;
  readonly shown: Pick<Shown, 'ran'>;
  readonly snapshots: Pick<Snapshots, 'put'>;
  readonly teller: Pick<Teller, 'collected' | 'failed'>;
};

/** @returns the fault after which the connection is of no more use. */
export async function runDue(options: RoundOptions, source: Source, signal: AbortSignal): Promise<Fault | undefined> {
  const { clock, slots, collectors } = options;
  const end = clock.now() + roundTimeouts * collectors.timeoutMs;
  for (;;) {
    const [collector] = slots.due(clock.now());
    if (collector === undefined || clock.now() > end) return undefined;
    const begin = clock.now();
    const found = await collect(collectors, collector, source, signal);
    if (signal.aborted) return undefined;
    const fault = take(options, collector, found, { begin, end: clock.now() });
    if (fault !== undefined) return fault;
  }
}

/** @returns the fault after which the connection is of no more use. */
function take(
  { slots, link, shown, snapshots, teller, collectors }: RoundOptions,
  collector: Parameters<Slots['ran']>[0],
  found: Collected,
  { begin, end }: { readonly begin: number; readonly end: number },
): Fault | undefined {
  slots.ran(collector, end, outcomeOf(found));
  if (found.texts !== undefined) {
    snapshots.put(collectors.check, collector.name, found.texts, begin + heldIntervals * collector.intervalMs);
  }
  shown.ran(collector.name, found.kind === 'failed');
  if (found.kind === 'failed') {
    teller.failed(collector.name, begin, end, found.fault);
    return found.fault.hangs || !link.open ? found.fault : undefined;
  }
  slots.hurry(teller.collected(collector, begin, end, found), end);
  return undefined;
}

function outcomeOf(found: Collected): 'read' | 'failed' | 'refused' {
  // Where some of it is wrong again and again, the rest must come as often as it is due.
  if (found.kind === 'failed') return found.texts === undefined ? 'failed' : 'read';
  return found.lacks !== undefined && found.texts.length === 0 ? 'refused' : 'read';
}
