// One page fetched over HTTP for a feature: by a connection of its own, which is closed whatever happens.
import type { IncomingHttpHeaders } from 'node:http';
import type { Knowing } from '../fault.ts';
import type { Limits } from '../statistics.ts';
import { unpacked } from './body.ts';
import { driver } from './driver.ts';
import { judgeStatus } from './judge.ts';
import { type Headers, sendRequest } from './request.ts';
import { classes, isLocal, type RequestSettings } from './settings.ts';

/** How to ask for a page, in the settings of an `http` check. */
export type FetchSettings = Omit<RequestSettings, 'method' | 'body'>;

/** An answer with the status 200. */
export type Fetched = {
  readonly headers: IncomingHttpHeaders;
  /** Without its codings, as it comes; to be read once. */
  readonly body: AsyncIterable<Buffer>;
};

/** For `classify`: what the errors of a fetch mean. */
export const fetchKnowing = { definition: { classes }, driver } satisfies Knowing;

/**
 * Asks by GET, and follows no redirect. Gzip is asked for unless the answer stays in the pod, where packing would cost both
 * sides more than it saves.
 * @param headers of the request; those of the settings go before.
 * @param read takes the answer; the connection is cut once it has ended.
 * @throws Failure for another status than 200; else what the request or `read` throws. After an abort it is any error.
 */
export async function fetchPage<T>(
  settings: FetchSettings,
  { signal, remainingMs }: Pick<Limits, 'signal' | 'remainingMs'>,
  headers: Headers,
  read: (answer: Fetched) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const usual: Headers = isLocal(settings) ? headers : { 'accept-encoding': 'gzip', ...headers };
  const { request, response, broken } = sendRequest({ ...settings, method: 'GET' }, remainingMs(), usual);
  const cut = (): void => {
    request.destroy();
  };
  signal.addEventListener('abort', cut);
  try {
    const answer = await Promise.race([broken, response]);
    judgeStatus(answer.statusCode ?? 0, [[200, 200]]);
    return await read({ headers: answer.headers, body: untilBroken(unpacked(answer), broken) });
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}

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
