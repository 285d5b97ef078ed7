// Tries several nodes within the time of one run, so that one that is silent does not use up the time of all.
import { classifyTransport, Failure } from '../../core/failure.ts';
import { countdown } from '../endpoints/deadline.ts';
import { inTurn } from '../endpoints/in-turn.ts';
import { plainly } from '../tls-words.ts';
import { isAboutNode } from './errors.ts';
import { nameOf } from './nodes.ts';

export type Try<T> = { readonly node: URL; run(): Promise<T> };

/**
 * Begins with the first; with the next one as soon as the last begun fails, or has used up its equal share of the time.
 * What was begun goes on, so that a slow cluster is not cut off for having several nodes.
 * @param missed is told why each node that was tried before has not answered; two of them may have one name.
 * @returns the first success; what is then still under way is the caller's to end.
 * @throws the error of the only one; a Failure with the words of each when all of several failed.
 */
export async function firstNode<T>(
  tries: readonly Try<T>[],
  remainingMs: number,
  missed: Map<URL, string>,
): Promise<T> {
  const left = countdown(remainingMs);
  const errors: unknown[] = [];
  const ways = tries.entries();
  const { node, value } = await inTurn({
    next: () => ways.next().value,
    run: async ([, { node, run }]) => ({ node, value: await run() }),
    shareMs: ([place]) => (place === tries.length - 1 ? undefined : left() / (tries.length - place)),
    late([, { node }]) {
      missed.set(node, 'silent');
      return undefined;
    },
    failed([place, { node }], error) {
      errors[place] = error;
      missed.set(node, messageOf(error));
    },
    summary: () => summary(tries, errors),
  });
  missed.delete(node);
  return value;
}

/** What a node answered, be it a certificate, says more than why another could not be reached. */
function summary(tries: readonly Try<unknown>[], errors: readonly unknown[]): unknown {
  const main = errors.find(isAnswer) ?? errors.find(isCertificate) ?? errors[0];
  if (tries.length === 1) return main;
  const text = tries.map(({ node }, place) => `${nameOf(node)}: ${messageOf(errors[place])}`).join('; ');
  return new Failure(classifyTransport(main) ?? 'server', text, { cause: (main as Error).cause ?? main });
}

const isAnswer = (error: unknown): boolean => error instanceof Failure && isAboutNode(error);

const isCertificate = (error: unknown): boolean => classifyTransport(error) === 'tls';

/** Several addresses that were tried have a message each: https://nodejs.org/api/errors.html#class-aggregateerror */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return plainly(error);
}
