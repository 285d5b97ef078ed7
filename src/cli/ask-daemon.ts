// One request to the daemon on this machine. Light: a preStop hook and an exec probe start it every time.
import { type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import { setDeadline } from '../core/clock.ts';
import { hostPort } from '../core/endpoint.ts';

export type Where = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** The status code and the body, of which what is longer than can be read is cut. */
export type DaemonResponse = { readonly code: number; readonly text: string; readonly isWhole: boolean };

/** Characters of an answer that are read. */
const mostRead = 1024 * 1024;

/** Nobody answered there: another address may know better. */
export class NobodyAnswers extends Error {
  readonly code: string | undefined;
  constructor(where: Where, cause: NodeJS.ErrnoException) {
    super(`${placeOf(where)}: ${cause.code ?? cause.message}`, { cause });
    this.code = cause.code;
  }
}

const placeOf = (where: Where): string => ('socketPath' in where ? where.socketPath : hostPort(where));

/** Why nobody answers by a control socket. @param fix what to do where no daemon listens there */
export function explainNobody(path: string, { code, message }: NobodyAnswers, fix: string): string {
  if (code === 'EACCES') return `${path} belongs to another user: run this as the user of the daemon`;
  return code === 'ENOENT' || code === 'ECONNREFUSED' ? `no daemon listens on ${path}. ${fix}` : message;
}

/** Aborts after that time. Where our own loop was late then, what has arrived meanwhile is read first. */
export function within(ms: number): AbortSignal {
  const ending = new AbortController();
  setDeadline(() => ending.abort(), ms).unref();
  return ending.signal;
}

/**
 * @param body sent as JSON
 * @param accept the type of the answer that is wanted
 * @throws NobodyAnswers, or Error when there was no whole answer before the signal aborted.
 */
export function ask(
  where: Where,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  signal: AbortSignal,
  body?: unknown,
  accept = 'text/plain',
): Promise<DaemonResponse> {
  const options: ClientRequestArgs = {
    ...where,
    method,
    path,
    agent: false,
    signal,
    headers: { accept, ...(body !== undefined && { 'content-type': 'application/json' }) },
  };
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) reject(new Error(`${placeOf(where)}: no answer in time`, { cause: error }));
      else reject(new NobodyAnswers(where, error));
    };
    request(options, (response) => read(response).then(resolve, fail))
      .once('error', fail)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function read(response: IncomingMessage): Promise<DaemonResponse> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part;
    if (text.length > mostRead) return { code: response.statusCode ?? 0, text, isWhole: false };
  }
  return { code: response.statusCode ?? 0, text, isWhole: true };
}
