// The times of a lease, and of the server that gives it. They hold together; test/leadership/times.test.ts keeps them so.

export type LeaseTimes = {
  /** Between two proofs that the connection still holds the lead. */
  readonly beatMs: number;
  /** The longest that one proof takes. */
  readonly proofMs: number;
  /**
   * The server ends a connection that leads after so much silence, and gives the lead to another. It must be longer than a
   * beat and a proof together: then a live leader is never cut, and a frozen one holds nothing when another leads.
   */
  readonly silenceMs: number;
};

export const leaseTimes: LeaseTimes = { beatMs: 5000, proofMs: 5000, silenceMs: 30_000 };

/**
 * How long one proof counts. Whoever wins the lead waits as long before it holds the lease, also where it led before: another
 * that led in between may believe in its own last proof until then, whatever took the lead from it.
 */
export const provenMs = ({ beatMs, proofMs }: LeaseTimes): number => beatMs + proofMs;
