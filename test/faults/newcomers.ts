// What somebody who comes anew sees of a daemon: /health on a connection of its own, again and again.
import { setTimeout as wait } from 'node:timers/promises';
import type { Sidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { ask } from './ask.ts';

export type Seen = {
  /** Of each newcomer: the status code, or the code of the error. */
  readonly answers: readonly (number | string)[];
  /** Of an answer, in milliseconds, without what the kernel let the daemon and this process wait for a core. */
  readonly medianMs: number;
};

async function one(daemon: Sidewarden): Promise<{ answer: number | string; ms: number }> {
  const waited = waitedSince(daemon);
  const begin = performance.now();
  const answer = await ask(`${daemon.url}/health`).then(
    ({ code }) => code,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  return { answer, ms: Math.max(0, performance.now() - begin - waited()) };
}

/** Newcomers one after the other, with a pause between if told: so many, or until something has ended. */
export async function newcomers(daemon: Sidewarden, until: number | Promise<unknown>, pauseMs = 0): Promise<Seen> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  if (typeof until !== 'number') until.then(end, end);
  const seen: { answer: number | string; ms: number }[] = [];
  while (typeof until === 'number' ? seen.length < until : !ended) {
    seen.push(await one(daemon));
    if (pauseMs > 0) await wait(pauseMs);
  }
  const sorted = seen.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return { answers: seen.map(({ answer }) => answer), medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN };
}
