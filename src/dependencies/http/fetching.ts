// One page fetched over HTTP for a feature: by a connection of its own, which is closed whatever happens.
import type { IncomingHttpHeaders } from 'node:http';
import type { Failure } from '../../core/failure.ts';
import { Secret } from '../../core/secret.ts';
import type { Knowing } from '../fault.ts';
import type { Limits } from '../statistics.ts';
import { unpacked } from './body.ts';
import { driver } from './driver.ts';
import { failureOfStatus as failureOf } from './judge.ts';
import { type Below, type Headers, sendRequest } from './request.ts';
import { classes, isLocal, type RequestSettings } from './settings.ts';

/** How to ask for a page, in the settings of an `http` check. */
export type FetchSettings = Omit<RequestSettings, 'method' | 'body'>;

/** What is asked, beside what the settings say. */
export type Asked = {
  /** Those of the settings go before. */
  readonly headers: Headers;
  readonly below?: Below;
  /** It is sent by POST then, as a form is. */
  readonly form?: string;
};

/** An answer with the status 200. */
export type Fetched = {
  readonly headers: IncomingHttpHeaders;
  /** Without its codings, as it comes; to be read once. */
  readonly body: AsyncIterable<Buffer>;
};

/** For `classify`: what the errors of a fetch mean. */
export const fetchKnowing = { definition: { classes }, driver } satisfies Knowing;

/** An answer with any status. */
export type Answer = Fetched & { readonly status: number };

/** What another status than 200 means. */
export const failureOfStatus = (status: number): Failure | undefined => failureOf(status, [[200, 200]]);

/**
 * Asks by GET, and follows no redirect.
 * @param headers of the request; those of the settings go before.
 * @param read takes the answer; the connection is cut once it has ended.
 * @throws Failure for another status than 200; else what the request or `read` throws. After an abort it is any error.
 */
export const fetchPage = <T>(
  settings: FetchSettings,
  limits: Pick<Limits, 'signal' | 'remainingMs'>,
  headers: Headers,
  read: (answer: Fetched) => Promise<T>,
): Promise<T> =>
  fetchAnswer(settings, limits, { headers }, ({ status, ...answer }) => {
    const failure = failureOfStatus(status);
    if (failure !== undefined) throw failure;
    return read(answer);
  });

/**
 * Asks, and follows no redirect. Gzip is asked for unless the answer stays in the pod, where packing would cost both sides
 * more than it saves.
 * @param read takes the answer, whatever its status; the connection is cut once it has ended.
 * @throws what the request or `read` throws. After an abort it is any error.
 */
export async function fetchAnswer<T>(
  settings: FetchSettings,
  { signal, remainingMs }: Pick<Limits, 'signal' | 'remainingMs'>,
  { headers, below, form }: Asked,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const usual: Headers = {
    ...(!isLocal(settings) && { 'accept-encoding': 'gzip' }),
    ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
  };
  const asked = form === undefined ? ({ method: 'GET' } as const) : byForm(form);
  const { request, response, broken } = sendRequest({ ...settings, ...asked }, remainingMs(), usual, below);
  const cut = (): void => {
    request.destroy();
  };
  signal.addEventListener('abort', cut);
  try {
    const answer = await Promise.race([broken, response]);
    const body = untilBroken(unpacked(answer), broken);
    return await read({ status: answer.statusCode ?? 0, headers: answer.headers, body });
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}

const byForm = (form: string) => ({ method: 'POST', body: Secret.of(form) }) as const;

/** @throws the request's failure where it has one, which says more than that the body ended. */
async function* untilBroken(body: AsyncGenerator<Buffer>, broken: Promise<never>): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const { done, value } = await Promise.race([broken, body.next()]);
      if (done === true) return;
      yield value;
    }
  } finally {
    body.return(undefined).catch(() => {}); // it may wait for bytes until the request is destroyed
  }
}
