// One replica that asks a server of the test for the lead, with clocks that a test moves apart.
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { leaseTimes } from '../../src/core/lease-times.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { createLeadership } from '../../src/leadership/index.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { fakeDefinition } from '../checks/fake.ts';
import { makeLog } from '../http/serve.ts';

/** Who holds the lead, and how the server behaves. */
export class Place {
  holder: object | undefined;
  frozen = false;
  refuses = false;
  pooled = false;
  /** Ends the connection in the same moment in which it gives the lead. */
  endsWhenAsked = false;
  opened = 0;
  /** How long a question for the lead travels, and its answer. */
  travelMs = 0;
  /** What ends each connection, and its lead. */
  readonly connections = new Map<object, () => void>();
  /** It ends them all, and with them the lead: a replica that is cut off is not told. */
  cut(): void {
    for (const end of [...this.connections.values()]) end();
  }
}

type Network = { cut: boolean };

const never = new Promise<never>(() => {});

function definitionAt(place: () => Place, silences: number[], network: Network): Definition {
  return {
    ...fakeDefinition,
    elects: () => 'primary',
    load: async () => ({
      session: () => ({ closed: false, destroy() {} }),
      probe: async () => {},
      classify: () => undefined,
      reader(_, lead) {
        const at = place();
        let closed = false;
        let tell = (): void => {};
        if (lead !== undefined) silences.push(lead.silenceMs);
        const forget = (): void => {
          at.connections.delete(reader);
          if (at.holder === reader) at.holder = undefined;
        };
        /** One way: to the server, or back. */
        const travel = async (): Promise<void> => {
          if (at.travelMs > 0) await new Promise((resolve) => setTimeout(resolve, at.travelMs));
          if (at.frozen || network.cut) await never;
          if (closed || !at.connections.has(reader)) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        };
        let opened = false;
        const reader = {
          get closed() {
            return closed;
          },
          destroy() {
            closed = true;
            if (!network.cut && !at.frozen) forget(); // else the server does not hear of it
          },
          onEnd(listener: () => void) {
            tell = listener;
          },
          async open() {
            if (at.frozen || network.cut) await never;
            if (at.refuses) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
            if (opened) return { instance: 'server:1' };
            opened = true;
            at.opened += 1;
            at.connections.set(reader, () => {
              forget();
              if (network.cut) return;
              closed = true;
              tell();
            });
            return { instance: 'server:1' };
          },
          async elect() {
            await travel();
            if (at.pooled) return { kind: 'cannot', why: 'a pooler stands between' } as const;
            at.holder ??= reader;
            const kind = at.holder === reader ? 'leads' : 'follows';
            if (at.endsWhenAsked) at.cut();
            else await travel();
            return { kind } as const;
          },
        };
        return reader;
      },
    }),
  };
}

/** Begins at once; its probe looks when the test says so. */
export async function startReplica(place = new Place(), random = () => 0) {
  let moved = 0;
  const clock: Clock = { ...systemClock, wall: () => new Date(Date.now() + moved) };
  const log = makeLog();
  const scheduler = createScheduler(clock);
  const silences: number[] = [];
  const events: string[] = [];
  const leadership = createLeadership({
    ...{ namespace: 'shop', service: 'api', clock, log, scheduler, random },
    emit: (event) => void (event.kind === 'leadership' && events.push(`${event.place} ${event.standing}`)),
    times: leaseTimes,
  });
  let at = place;
  const network: Network = { cut: false };
  const definition = definitionAt(() => at, silences, network);
  const placeAs = (settings: Record<string, unknown>) => [{ name: 'database', definition, settings }];
  await leadership.load(placeAs({}));
  leadership.replace(placeAs({}), 'database');
  const seen = (held: boolean): void => leadership.election('database')?.tell(held);
  const { lease } = leadership;
  const changes: string[] = [];
  lease.onChange(
    () => void changes.push(`${lease.standing}${lease.held ? ' held' : ''}`),
    new AbortController().signal,
  );
  return {
    ...{ leadership, lease, log, place, seen, changes, silences, events },
    /** What the probe of this replica sees at its server; nothing while it is cut off. */
    probe: () => void (network.cut || seen(at.holder !== undefined)),
    /** No word goes to the server or comes from it. */
    cutOff(is: boolean) {
      network.cut = is;
    },
    /** From the next connection on, the name leads to another server. */
    moveName(other: Place) {
      at = other;
    },
    reload: (settings: Record<string, unknown>) => leadership.replace(placeAs(settings), 'database'),
    without: () => leadership.replace([]),
    /** As of a machine that was paused: its monotonic clock stood still, the wall clock did not. */
    moveWall(ms: number) {
      moved += ms;
    },
    async stop() {
      await scheduler.stop();
      leadership.close();
    },
  };
}
