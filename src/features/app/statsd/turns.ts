// The loop is also that of the probes: lines that take long are worked off in turns, in their order.
import { othersTurn, turnMs } from '../../pause.ts';

/** After so many the clock is looked at: one that is long and new takes up to half a millisecond. */
const linesAtOnce = 4;
/** Bytes that may wait, with what is kept for each packet. A packet beyond them is dropped. */
const mostWaiting = 4_194_304;
const bytesEach = 100;
/** How long the end may take. */
const lastMs = 2000;
/** Packets that are done leave the queue when there are so many, and more than wait. */
const manyDone = 1024;

/** Takes lines from `from` on, at most so many. @returns where the next one begins */
type Take = (text: string, from: number, most: number) => number;
/** In milliseconds. */
type Now = () => number;
export const loopNow: Now = () => performance.now();

/** Without its text once it is done. */
type Packet = { text: string; at: number };
const bytesOf = ({ text }: Packet): number => text.length + bytesEach;

/** Packets that arrive, and wait where they take too long. */
export interface Turns {
  /** @returns whether it is taken, now or later; false: too many wait, so it is dropped. */
  push(text: string): boolean;
  /** Bytes. */
  waiting(): number;
  /** How many packets wait. */
  packets(): number;
  /** Works off what waits; nothing may be pushed any more. @returns how many packets are dropped since it takes too long. */
  finish(): Promise<number>;
}

/** @returns what works off packets in turns. */
export function createTurns(take: Take, now: Now = loopNow): Turns {
  let queue: Packet[] = [];
  /** The oldest that waits. */
  let first = 0;
  let bytes = 0;
  /** When this turn is over; undefined where nothing was done yet. */
  let until: number | undefined;

  const workOff = (end: number): void => {
    for (let packet = queue[first]; packet !== undefined; packet = queue[first]) {
      packet.at = takeUntil(take, packet, end, now);
      if (packet.at < packet.text.length) break;
      bytes -= bytesOf(packet);
      packet.text = '';
      first += 1;
    }
    if (first === queue.length || (first >= manyDone && first > queue.length / 2)) {
      queue = queue.slice(first);
      first = 0;
    }
  };
  const turn = (): void => {
    until = now() + turnMs;
    workOff(until);
    if (queue.length > 0) setImmediate(turn);
    else until = undefined;
  };
  return {
    push(text) {
      if (until === undefined) {
        until = now() + turnMs;
        setImmediate(turn);
      }
      const packet = { text, at: 0 };
      if (queue.length === 0) {
        packet.at = takeUntil(take, packet, until, now);
        if (packet.at >= text.length) return true;
      } else if (bytes + bytesOf(packet) > mostWaiting) return false;
      queue.push(packet);
      bytes += bytesOf(packet);
      return true;
    },
    waiting: () => bytes,
    packets: () => queue.length - first,
    async finish() {
      const end = now() + lastMs;
      while (queue.length > 0 && now() < end) await othersTurn();
      const begun = queue[first];
      if (begun !== undefined && begun.at > 0) {
        take(begun.text, begun.at, Number.POSITIVE_INFINITY); // a packet counts as a whole or not at all
        first += 1;
      }
      const left = queue.length - first;
      queue = [];
      first = 0;
      bytes = 0;
      return left;
    },
  };
}

/** Takes all lines of a body, and leaves the loop to others in between. */
export async function takeInTurns(take: Take, text: string, now: Now = loopNow): Promise<void> {
  for (let at = 0; at < text.length; ) {
    at = takeUntil(take, { text, at }, now() + turnMs, now);
    if (at < text.length) await othersTurn();
  }
}

function takeUntil(take: Take, { text, at }: Packet, end: number, now: Now): number {
  let next = at;
  while (next < text.length && now() < end) next = take(text, next, linesAtOnce);
  return next;
}
