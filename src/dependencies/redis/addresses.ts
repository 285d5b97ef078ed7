// Tries several addresses in turn, so that one that is silent does not use up the time of all.
import { type Endpoint, parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import { countdown } from '../endpoints/deadline.ts';
import { inTurn } from '../endpoints/in-turn.ts';
import type { Connection } from './connection.ts';
import { RedisReply } from './errors.ts';

/** How a connection to an address is opened and given up. */
export type Node = { open(endpoint: Endpoint): Connection; drop(connection: Connection): void };

/**
 * @param remainingMs of which each address gets an equal share, and what comes after them one more.
 * @returns what `ask` gives for the first address where it does not throw; that connection is left open.
 * @throws what an address that answered said, else why the first could not be reached.
 */
export async function firstThatAnswers<T>(
  addresses: readonly string[],
  remainingMs: number,
  node: Node,
  ask: (connection: Connection, address: string) => Promise<T>,
): Promise<T> {
  const left = countdown(remainingMs);
  const errors: unknown[] = [];
  const places = addresses.entries();
  return await inTurn({
    next() {
      const { value } = places.next();
      if (value === undefined) return undefined;
      const [index, address] = value;
      const endpoint = parseAddress(address);
      if (endpoint === undefined) throw new Failure('misconfig', `${address} is not host:port`);
      const share = left() / (addresses.length - index + 1);
      return { address, share, connection: node.open(endpoint) };
    },
    async run({ address, share, connection }) {
      await connection.connect(share);
      return await ask(connection, address);
    },
    shareMs: ({ share }) => share,
    late: ({ address }, ms) => new Failure('timeout', `${address} did not answer within ${Math.round(ms)} ms`),
    failed({ connection }, error) {
      node.drop(connection);
      errors.push(error);
    },
    summary: () => errors.find(isAnswer) ?? errors[0],
  });
}

const isAnswer = (error: unknown): boolean =>
  error instanceof RedisReply ||
  (error instanceof Failure && (error.errorClass === 'misconfig' || error.cause instanceof RedisReply));
