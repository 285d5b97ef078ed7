// What a probe or a reader holds between its runs.

/** One connection, or what stands for it. Made without I/O; the probe connects as its first phase. */
export interface Session {
  /** True once it cannot be used again (closed by the server, failed, destroyed): the next run opens another. */
  readonly closed: boolean;
  /** Cuts at once, also while connecting; never throws; pending calls reject or stay pending, nothing is left open. */
  destroy(): void;
}
