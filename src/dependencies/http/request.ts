// One HTTP request on a connection of its own: what is sent, and the moments that the probe waits for.
import { type ClientRequest, type IncomingMessage, request as requestPlain, validateHeaderValue } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import { failureOf, happens } from '../connect.ts';
import { readTls, reveal, revealPassword } from '../credentials.ts';
import { lookupWithin } from '../lookup.ts';
import { protocolOf, strangerSays } from '../stranger.ts';
import type { HttpSettings } from './settings.ts';

export type Exchange = {
  readonly request: ClientRequest;
  /** Resolves when the connection stands, TLS included. */
  readonly connected: Promise<unknown>;
  /** Resolves when the head of the answer has arrived; its body is not read yet. */
  readonly response: Promise<IncomingMessage>;
  /** The request's failure: race every wait against it. */
  readonly broken: Promise<never>;
};

/** @throws Failure when a file of the settings cannot be read or holds what no header may. */
export function sendRequest(settings: HttpSettings, remainingMs: number): Exchange {
  const url = readUrl(settings);
  const secure = url.protocol === 'https:';
  const options = {
    method: settings.method,
    headers: headersOf(settings, url),
    agent: false, // a connection of its own, closed after the answer
    lookup: lookupWithin(remainingMs),
    ...(settings.socket === undefined ? {} : { socketPath: settings.socket }),
  } as const;
  const target = withoutUser(url);
  const request = secure
    ? requestSecure(target, { ...options, ...readTls(settings.tls) })
    : requestPlain(target, options);
  const broken: Promise<never> = failureOf(request).catch((error: unknown) => {
    throw nameStranger(error);
  });
  broken.catch(() => {}); // whoever waits hears of it
  // 101 comes as another event, and without a listener as a broken connection; its socket is no longer the request's
  request.once('upgrade', (_answer, socket) => socket.destroy());
  const response = Promise.race([
    happens<IncomingMessage>(request, 'response'),
    happens<IncomingMessage>(request, 'upgrade'),
  ]);
  const connected = happens<Socket>(request, 'socket').then((socket) =>
    happens(socket, secure ? 'secureConnect' : 'connect'),
  );
  request.end(bodyOf(settings));
  return { request, connected, response, broken };
}

/** Node's parser hands on what it could not read. The code stays, which says whose error it is. */
function nameStranger(error: unknown): unknown {
  const { code, rawPacket } = error as { code?: string; rawPacket?: Uint8Array };
  const spoken = rawPacket && protocolOf(rawPacket);
  if (spoken === undefined || spoken === 'HTTP') return error;
  return Object.assign(new Error(strangerSays(rawPacket, 'HTTP'), { cause: error }), { code });
}

function readUrl({ url }: HttpSettings): URL {
  const text = reveal(url);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new Failure('auth', 'the file of the url holds no http or https URL');
}

function withoutUser(url: URL): URL {
  const target = new URL(url);
  target.username = '';
  target.password = '';
  return target;
}

const bodyOf = ({ body }: HttpSettings): string | undefined => (body === undefined ? undefined : reveal(body));

function headersOf(settings: HttpSettings, url: URL): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'sidewarden', accept: '*/*' };
  const authorization = authorizationOf(settings, url);
  if (authorization !== undefined) headers.authorization = authorization;
  for (const [name, value] of Object.entries(settings.headers)) headers[name.toLowerCase()] = reveal(value);
  const body = bodyOf(settings);
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  for (const [name, value] of Object.entries(headers)) refuseControlCharacters(name, value);
  return headers;
}

function authorizationOf(settings: HttpSettings, url: URL): string | undefined {
  const token = settings.token_file ?? settings.token;
  if (token !== undefined) return `Bearer ${reveal(token)}`;
  const username = settings.username ?? decode(url.username);
  const password = revealPassword(settings) ?? decode(url.password);
  return username === '' && password === ''
    ? undefined
    : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself
  }
}

function refuseControlCharacters(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    // Node's own words could quote the value
    throw new Failure('auth', `the value for the header ${name} holds a character that no header may have`);
  }
}
