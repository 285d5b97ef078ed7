// Sockets: how one is begun, and how its events are awaited.
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { readTls } from '../credentials.ts';
import type { Attempt } from '../define.ts';
import { lookupWithin } from '../lookup.ts';
import type { RunSession } from '../run-session.ts';

/** How to connect. */
export type Way = {
  /** Bounds the DNS lookup, in milliseconds. */
  readonly withinMs: number;
  /** Present: TLS, with certificate files as they are now. */
  readonly secure?: { readonly tls: TlsSettings | undefined } | undefined;
  readonly noDelay?: true;
};

/**
 * Begins to connect: the socket’s `readyEvent` says that it stands.
 * @throws Failure `tls` for a file that cannot be read or used; everything else comes as the socket's `error`.
 */
export function beginSocket(endpoint: Endpoint, { withinMs, secure, ...options }: Way): Socket {
  const target = 'path' in endpoint ? endpoint : { ...endpoint, ...options, lookup: lookupWithin(withinMs) };
  if (secure === undefined) return connect(target);
  const name = 'host' in endpoint ? serverName(endpoint.host) : {};
  return connectTls({ ...target, ...name, ...readTls(secure.tls) });
}

/** An address is verified too, but is no name to ask for: https://datatracker.ietf.org/doc/html/rfc6066#section-3 */
export const serverName = (host: string): { readonly servername?: string } =>
  isIP(host) === 0 ? { servername: host } : {};

/** The event after which bytes can be sent: over TLS, where the socket has it. */
export const readyEvent = (socket: Socket): string => ('encrypted' in socket ? 'secureConnect' : 'connect');

/**
 * Resolves with the event's value; rejects when the socket fails, or closes first, with the words given. Leaves no
 * listener.
 */
export function socketEvent<T = void>(socket: Socket, event: string, closed = 'the connection was closed'): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose);
      act();
    };
    const onEvent = (value: T): void => finish(() => resolve(value));
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (): void => finish(() => reject(new Failure('refused', closed)));
    if (socket.destroyed) onClose();
    else socket.on(event, onEvent).on('error', onError).on('close', onClose);
  });
}

/** A socket, and the promise of its failure: race every wait against `broken`. */
export type Opened = { readonly socket: Socket; readonly broken: Promise<never> };

/** For one run of a probe. Resolves when connected. @throws what node:net says, or a Failure `dns`. */
export async function openSocket(session: RunSession, endpoint: Endpoint, attempt: Attempt): Promise<Opened> {
  const socket = beginSocket(endpoint, { withinMs: attempt.remainingMs() });
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
