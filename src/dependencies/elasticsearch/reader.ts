// The connection of the statistics: to the first node that answers, apart from the probe's.
import { Failure } from '../../core/failure.ts';
import { type Limits, type Reader, UnreadableAnswer } from '../statistics.ts';
import { readNodes } from './access.ts';
import type { CreateConnection } from './connection.ts';
import { type HttpResponse, wordsOf } from './errors.ts';
import { nameOf } from './nodes.ts';
import { createSession, type ElasticsearchSession, type Question } from './session.ts';
import type { ElasticsearchSettings } from './settings.ts';
import { readAnswer } from './statistics/answer.ts';
import {
  type Question as CollectorQuestion,
  type ElasticsearchSource,
  type Info,
  readInfo,
} from './statistics/source.ts';

/** Each round asks a node who it is: what answers that is up, and of several nodes the one to ask for the rest. */
const greeting: Question<Info | undefined> = {
  send: (connection) => connection.get('/', { filter_path: 'cluster_name,cluster_uuid,version' }),
  read: (answer) => {
    refuseSilence(answer);
    return answer.statusCode === 200 ? readInfo(answer.body) : undefined; // a user may be forbidden to ask even this
  },
};

/** @throws Failure for an answer after which there is nothing to ask. */
function refuseSilence(answer: HttpResponse): void {
  const { statusCode } = answer;
  const words = wordsOf(answer);
  if (statusCode === 401) throw new Failure('auth', `the server does not accept the credentials${words}`);
  if (statusCode === 429) throw new Failure('throttled', `the server has no room for the request${words}`);
  if (statusCode >= 500) throw new Failure('server', `unexpected answer, HTTP ${statusCode}${words}`);
}

/**
 * Statistics are the cluster's, whichever node tells them: their `instance` is the first node of the settings, so that
 * a series stays the same one when another node is asked.
 */
export function createReader(
  settings: ElasticsearchSettings,
  createConnection: CreateConnection,
): Reader<ElasticsearchSource> {
  let session: ElasticsearchSession | undefined;
  let destroyed = false;
  let lost = false;

  const connect = async (limits: Limits): Promise<ElasticsearchSession> => {
    if (destroyed) throw new Failure('refused', 'the reader was destroyed');
    if (session === undefined || session.closed) session = createSession(settings, createConnection);
    await session.connect(limits.remainingMs());
    session.authenticate();
    return session;
  };
  const end = (): void => {
    session?.destroy();
    session = undefined;
  };
  const greet = async (limits: Limits): Promise<Info | undefined> =>
    (await connect(limits)).ask(greeting, limits.remainingMs());

  const ask = async ({ path, query, waits }: CollectorQuestion, limits: Limits): Promise<HttpResponse> => {
    let asked: ElasticsearchSession | undefined;
    try {
      asked = await connect(limits); // a proxy may close the connection after each answer
      const waitMs = Math.ceil(limits.remainingMs() * 0.8);
      return await asked.connection.get(path, waits === undefined ? query : { ...query, [waits]: `${waitMs}ms` });
    } catch (error) {
      // The next question has another connection.
      if (error instanceof UnreadableAnswer) end();
      else if (asked === undefined || asked.closed) lost = true;
      throw error;
    }
  };

  return {
    get closed() {
      return destroyed || lost;
    },
    destroy() {
      destroyed = true;
      end();
    },
    async open(limits) {
      const kept = session;
      try {
        // The server may end a connection that is idle just when it is asked; then, and only then, it is asked again.
        const info = await greet(limits).catch((error: unknown) => {
          if (kept?.closed !== true || kept !== session) throw error;
          return greet(limits);
        });
        const asker = {
          apiKey: (settings.api_key ?? settings.api_key_file) !== undefined,
          openSearch: info?.openSearch,
        };
        return {
          instance: nameOf(readNodes(settings)[0].url),
          info,
          get: async (question, within) => readAnswer(await ask(question, within), question, asker),
        };
      } catch (error) {
        end(); // what the files of credentials and certificates hold is read anew
        throw error;
      }
    },
  };
}
