// Two kinds of time, never mixed: instants decide, wall time only labels.

/** Monotonic milliseconds; only differences mean anything. A moved wall clock does not move it. */
export type Instant = number;

/** Where time is read. Injected, so that tests own it. */
export interface Clock {
  /** The monotonic instant. */
  now(): Instant;
  /** Wall time, for labels and cron expressions only. */
  wall(): Date;
}

/**
 * When time is up. Node's timers fire before sockets are read: after a loop that was late, an answer that is already here
 * gets one turn to be seen.
 */
export const setDeadline = (onOverdue: () => void, ms: number): NodeJS.Timeout =>
  setTimeout(() => setImmediate(() => setImmediate(onOverdue)), ms);

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
};
