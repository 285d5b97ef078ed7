// One HTTP request on a connection of its own: what is sent, and the moments that the probe waits for.
import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestPlain,
  validateHeaderValue,
} from 'node:http';
import { Agent as HttpsAgent, request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import { plainUrl, type ReadUrl, readUrl } from '../../core/url.ts';
import { readTls, reveal, revealPassword, whose } from '../credentials.ts';
import { failureOf, happens } from '../endpoints/socket.ts';
import { lenient } from '../lenient-http/socket.ts';
import { lookupWithin } from '../lookup.ts';
import { type RequestSettings, urlForm } from './settings.ts';

export type Exchange = {
  readonly request: ClientRequest;
  readonly socket: Socket;
  /** Resolves when the connection stands, TLS included. */
  readonly connected: Promise<unknown>;
  /** Resolves when the head of the answer has arrived; its body is not read yet. */
  readonly response: Promise<IncomingMessage>;
  /** The request's failure: race every wait against it. */
  readonly broken: Promise<never>;
};

/** Headers of a request whose settings say nothing of them. */
export type Headers = Readonly<Record<string, string>>;

/** What is asked below the URL of the settings: the path goes on there, and what its query says stays. */
export type Below = {
  /** From the slash on. */
  readonly path: string;
  /** Percent-encoded, without a question mark. */
  readonly query?: string;
};

/** @throws Failure when a file of the settings cannot be read or holds what no header may. */
export function sendRequest(
  settings: RequestSettings,
  remainingMs: number,
  usual: Headers = {},
  below?: Below,
): Exchange {
  const url = urlOf(settings);
  const secure = url.scheme === 'https';
  const begun: Socket[] = [];
  const options = {
    method: settings.method,
    headers: headersOf(settings, url, usual),
    agent: agentFor(secure, (socket) => begun.push(socket)),
    lookup: lookupWithin(remainingMs),
    ...(settings.socket === undefined ? {} : { socketPath: settings.socket }),
  } as const;
  const target = plainUrl(below === undefined ? url : reach(url, below));
  const request = secure
    ? requestSecure(target, { ...options, ...readTls(settings.tls) })
    : requestPlain(target, options);
  const broken = failureOf(request);
  // 101 comes as another event, and without a listener as a broken connection; its socket is no longer the request's
  request.once('upgrade', (_answer, socket) => socket.destroy());
  const response = Promise.race([
    happens<IncomingMessage>(request, 'response'),
    happens<IncomingMessage>(request, 'upgrade'),
  ]);
  const [socket] = begun;
  if (socket === undefined) throw new Error('no connection was begun');
  const connected = happens(socket, secure ? 'secureConnect' : 'connect');
  request.end(bodyOf(settings));
  return { request, socket, connected, response, broken };
}

/** A connection of its own, closed after the answer, which is read as curl would. */
function agentFor(secure: boolean, made: (socket: Socket) => void): HttpAgent | HttpsAgent {
  const agent = secure ? new HttpsAgent() : new HttpAgent();
  const create = agent.createConnection.bind(agent) as (options: object) => Socket;
  agent.createConnection = (options: object) => {
    const socket = create(options);
    made(socket);
    return lenient(socket);
  };
  return agent;
}

function urlOf({ url }: RequestSettings): ReadUrl {
  const read = readUrl(reveal(url), urlForm);
  if ('url' in read) return read.url;
  throw new Failure('auth', `the URL${whose(url)} ${read.problem}`);
}

function reach({ path, query = '', ...url }: ReadUrl, below: Below): ReadUrl {
  const both = [query, below.query ?? ''].filter((part) => part !== '').join('&');
  return { ...url, path: `${path.replace(/\/+$/, '')}${below.path}`, query: both === '' ? undefined : both };
}

const bodyOf = ({ body }: RequestSettings): string | undefined => (body === undefined ? undefined : reveal(body));

function headersOf(settings: RequestSettings, url: ReadUrl, usual: Headers): Headers {
  const headers: Record<string, string> = { 'user-agent': 'sidewarden', accept: '*/*', ...usual };
  const authorization = authorizationOf(settings, url);
  if (authorization !== undefined) headers.authorization = authorization;
  for (const [name, value] of Object.entries(settings.headers)) headers[name.toLowerCase()] = reveal(value);
  const body = bodyOf(settings);
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  for (const [name, value] of Object.entries(headers)) refuseControlCharacters(name, value);
  return headers;
}

function authorizationOf(settings: RequestSettings, url: ReadUrl): string | undefined {
  const token = settings.token_file ?? settings.token;
  if (token !== undefined) return `Bearer ${reveal(token)}`;
  const username = settings.username ?? url.username;
  const password = revealPassword(settings) ?? url.password;
  return username === '' && password === ''
    ? undefined
    : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function refuseControlCharacters(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    // Node's own words could quote the value
    throw new Failure('auth', `the value for the header ${name} holds a character that no header may have`);
  }
}
