// How the collectors ask Redis: the interface alone; reader.ts is what stands behind it.
import type { Source } from '../../statistics.ts';

/** What is known of the server since the connection was opened. */
export type Facts = {
  /** Its release, such as 7 of 7.0.15; absent where HELLO is not answered. */
  readonly major?: number;
  /** Whether it is a node of a cluster. */
  readonly cluster: boolean;
  /** The ACL user that we are. */
  readonly user: string;
};

/** @throws RedisReply for an error reply; UnreadableAnswer when the answer is larger than the cap (1 MiB). */
export type Ask = (command: string, ...args: string[]) => Promise<unknown>;

export interface RedisSource extends Source {
  readonly facts: Facts;
  /** The connection is given up after an answer that is too large. */
  readonly ask: Ask;
  /** This is not the server that is meant any more: the next round looks for it again. */
  leave(): void;
  /** The same of the first sentinel that answers, on a connection for this alone; absent where there are none. */
  readonly askSentinel?: <T>(remainingMs: number, question: (ask: Ask) => Promise<T>) => Promise<T>;
}
