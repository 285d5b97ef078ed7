// Tries several addresses in turn, so that one that is silent does not use up the time of all.

import { type Endpoint, parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { Connection } from './connection.ts';
import { RedisReply } from './errors.ts';

/** How a connection to an address is opened and given up. */
export type Node = { open(endpoint: Endpoint): Connection; drop(connection: Connection, cause?: Error): void };

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
  const deadline = performance.now() + remainingMs;
  const errors: unknown[] = [];
  for (const [index, address] of addresses.entries()) {
    const endpoint = parseAddress(address);
    if (endpoint === undefined) throw new Failure('misconfig', `${address} is not host:port`);
    const share = Math.max(0, deadline - performance.now()) / (addresses.length - index + 1);
    const connection = node.open(endpoint);
    const silent = new Failure('timeout', `${address} did not answer within ${Math.round(share)} ms`);
    const timer = setTimeout(() => node.drop(connection, silent), share);
    try {
      await connection.connect(share);
      return await ask(connection, address);
    } catch (error) {
      node.drop(connection);
      errors.push(error);
    } finally {
      clearTimeout(timer);
    }
  }
  throw errors.find(isAnswer) ?? errors[0];
}

const isAnswer = (error: unknown): boolean =>
  error instanceof RedisReply ||
  (error instanceof Failure && (error.errorClass === 'misconfig' || error.cause instanceof RedisReply));
