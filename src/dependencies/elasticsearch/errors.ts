// What an answer to GET _cluster/health says, and what the client's own errors mean.
import { classifyTransport, Failure } from '../../core/failure.ts';
import type { Classified } from '../define.ts';
import { UnreadableHttp } from '../lenient-http/head.ts';

/** Whatever its status. `body` is parsed JSON, or the text when it is none. */
export type HttpResponse = { readonly statusCode: number; readonly body: unknown };

export type Health = {
  readonly status: 'green' | 'yellow' | 'red';
  /** For people: what is known of the cluster beside its status. */
  readonly details: string;
};

type Body = {
  readonly status?: unknown;
  readonly timed_out?: unknown;
  readonly active_primary_shards?: unknown;
  readonly unassigned_shards?: unknown;
  readonly number_of_nodes?: unknown;
  readonly error?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
};

const statuses = ['green', 'yellow', 'red'] as const;

/**
 * Reads one answer.
 * @returns undefined when the service does not offer cluster health at all.
 * @throws Failure for every other answer that is not a cluster's health.
 */
export function readHealth({ statusCode, body }: HttpResponse, index: string | undefined): Health | undefined {
  const json: Body = typeof body === 'object' && body !== null ? body : {};
  const error = errorOf(json);
  if (isNotOffered({ statusCode, body }, '/_cluster/health')) return undefined;
  const refusal = refusals[statusCode];
  if (refusal !== undefined) throw new Failure(refusal.errorClass, `${refusal.message}${error.text}`);
  if (error.type === 'index_not_found_exception') throw missingIndex(index);
  const status = statuses.find((known) => known === json.status);
  // 408: the wait was in vain, yet the body is the cluster's health.
  // https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-cluster-health
  if (status === undefined || (statusCode !== 200 && statusCode !== 408)) {
    throw new Failure('server', `unexpected answer, HTTP ${statusCode}${error.text || describe(body)}`);
  }
  // The request waits for nothing but the existence of the index it names. A pattern without a match is green.
  const missing =
    (status === 'red' && json.timed_out === true) || (status === 'green' && json.active_primary_shards === 0);
  if (index !== undefined && missing) throw missingIndex(index);
  return { status, details: `${json.number_of_nodes} nodes, ${json.unassigned_shards} unassigned shards` };
}

/** A gateway or a retired address answers 410 too, which proves nothing: only Elastic's own words count. */
const serverlessWords = /api_not_available_exception|not available when running in serverless mode/;

/**
 * Elastic's serverless projects answer 410, and 404 in the past; Amazon's OpenSearch Service says that a request is not
 * allowed, with the status of a wrong password. The path is part of that text, since a url with a path that does not
 * exist there is told the same. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-operations.html
 */
export function isNotOffered(answer: HttpResponse, path: string): boolean {
  const { statusCode, body } = answer;
  if ((statusCode === 410 || statusCode === 404) && serverlessWords.test(wordsOf(answer))) return true;
  const { Message }: Body = typeof body === 'object' && body !== null ? body : {};
  const [asked] = typeof Message === 'string' ? (Message.split("'", 3)[1]?.split('?') ?? []) : [];
  return (
    (asked === path || asked?.startsWith(`${path}/`) === true) &&
    /^Your request: '.*' is not allowed/.test(String(Message))
  );
}

/** The server's own words in an answer that is an error; begins with a colon or is empty. */
export const wordsOf = ({ body }: HttpResponse): string =>
  typeof body === 'object' && body !== null ? errorOf(body as Body).text : '';

/** Whether another node of the cluster may well say something else: no room, no master, no answer that fits. */
export const isAboutNode = ({ errorClass }: Failure): boolean => errorClass === 'throttled' || errorClass === 'server';

const refusals: Readonly<Record<number, { errorClass: 'auth' | 'permission' | 'throttled'; message: string }>> = {
  401: { errorClass: 'auth', message: 'the server does not accept the credentials' },
  403: { errorClass: 'permission', message: 'the user may not read the cluster health (privilege monitor)' },
  429: { errorClass: 'throttled', message: 'the server has no room for the request' },
};

const missingIndex = (index: string | undefined): Failure =>
  new Failure('misconfig', `index ${index} does not exist, or the cluster has not recovered its state yet`);

/**
 * `{"error":{"type","reason"}}`, or `{"error":"text"}`; of the proxies of managed services `{"message":"text"}`.
 * @returns a string for a message, which begins with a colon or is empty.
 */
function errorOf({ error: given, message, Message }: Body): { type?: string; text: string } {
  const error = given ?? message ?? Message;
  if (typeof error === 'string') return { text: `: ${onOneLine(error)}` };
  if (typeof error !== 'object' || error === null) return { text: '' };
  const { type, reason } = error as { type?: unknown; reason?: unknown };
  if (typeof type !== 'string') return { text: '' };
  return { type, text: typeof reason === 'string' ? `: ${onOneLine(`${type}: ${reason}`)}` : `: ${onOneLine(type)}` };
}

function describe(body: unknown): string {
  if (typeof body !== 'string') return ' without a cluster status';
  return body.trimStart().startsWith('<')
    ? ': a page of HTML, from something before the cluster?'
    : ' that is not JSON';
}

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** No signal is given to the client: it aborts a request for the size of its answer alone. */
export const isTooLong = (error: unknown, cut: Error | undefined): boolean =>
  [(error as Error).name, cut?.name].includes('RequestAbortedError');

/**
 * What the client's error means. It drops the code of a socket's error, hence `cut`, the error that ended the socket.
 * @param coded the Content-Encoding of the answer, or the charset.
 * @returns the error to throw.
 */
export function explain(error: unknown, cut: Error | undefined, coded?: string): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (isTooLong(error, cut)) {
    return new Failure('server', 'the answer is too big to be a cluster health', { cause: error });
  }
  if (cut instanceof UnreadableHttp) return new Failure('server', cut.message, { cause: cut });
  if (cut !== undefined) return cut;
  if (code === 'ERR_INVALID_CHAR') {
    return new Failure('auth', 'the API key holds a character that no HTTP header may hold', { cause: error });
  }
  if (name === 'DeserializationError' || code?.startsWith('Z_') || message?.startsWith('Parse Error')) {
    const how =
      coded === undefined || !/^[\w, -]{1,40}$/.test(coded) ? '' : `, or in a coding that is not known here: ${coded}`;
    return new Failure('server', `the answer is no HTTP or no JSON${how}`, { cause: error });
  }
  if (name === 'ConnectionError') {
    return new Failure('refused', 'the connection was closed before the answer was complete', { cause: error });
  }
  return error;
}

/**
 * Where an error belongs that the one request of a run brings to light: credentials are judged by its answer, and a
 * server that wants a client certificate says so only after the handshake (TLS 1.3).
 */
export function classify(error: unknown): Classified | undefined {
  const errorClass = classifyTransport(error);
  if (errorClass === 'auth') return { errorClass, phase: 'auth' };
  return errorClass === 'tls' ? { errorClass, phase: 'connect' } : undefined;
}
