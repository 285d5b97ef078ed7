// What a session needs of the client library, and nothing else of it.

/** One connection, as the client library makes it. */
export interface Connection {
  readonly closed: boolean;
  /** When the certificate ends that the server showed; undefined without TLS. */
  readonly certificateEnds: Date | undefined;
  /**
   * Resolves when the socket, and TLS, stand; sends nothing.
   * @param withinMs bounds the DNS lookup alone, so that a silent name server is reported as such.
   */
  connect(withinMs: number): Promise<void>;
  /** @throws RedisReply for an error reply, what ended the connection otherwise. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Closes without a word; pending calls reject. */
  destroy(): void;
}
