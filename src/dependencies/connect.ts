// Opens a TCP or Unix socket for one run of a probe.
import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../core/endpoint.ts';
import type { Attempt } from './define.ts';
import { lookupWithin } from './lookup.ts';
import type { RunSession } from './run-session.ts';

/** A socket, and the promise of its failure: race every wait against `broken`. */
export type Opened = { readonly socket: Socket; readonly broken: Promise<never> };

/** Resolves when connected. @throws what node:net says, or a Failure `dns`. */
export async function openSocket(session: RunSession, endpoint: Endpoint, attempt: Attempt): Promise<Opened> {
  const socket = connect('path' in endpoint ? endpoint : { ...endpoint, lookup: lookupWithin(attempt.remainingMs()) });
  session.hold(socket);
  const broken = failureOf(socket);
  await Promise.race([broken, happens(socket, 'connect')]);
  return { socket, broken };
}

/** Rejects with the emitter's first error, which nobody needs to await: an error between two waits is no crash. */
export function failureOf(emitter: NodeJS.EventEmitter): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    emitter.on('error', reject);
  });
  broken.catch(() => {}); // whoever waits hears of it
  return broken;
}

/** Resolves with the first argument of the next such event; errors are `failureOf`'s. */
export const happens = <T = unknown>(emitter: NodeJS.EventEmitter, event: string): Promise<T> =>
  new Promise((resolve) => {
    emitter.once(event, resolve);
  });
