// The connection of the statistics: a session of its own, which looks for its server again when it is another one.
import { endpointText } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { Reader } from '../statistics.ts';
import { firstThatAnswers, type Node } from './addresses.ts';
import type { Connection } from './connection.ts';
import { isNotOffered, RedisReply } from './errors.ts';
import type { Limits } from './password.ts';
import { isAlone } from './role.ts';
import { logInAtSentinel } from './sentinel.ts';
import { createSession, type OpenConnection, type RedisSession } from './session.ts';
import type { RedisSettings, SentinelSettings } from './settings.ts';
import type { Ask, Facts, RedisSource } from './statistics/source.ts';

/** In CLIENT LIST: no spaces are allowed there. */
const clientName = 'sidewarden-statistics';

export function createReader(settings: RedisSettings, openConnection: OpenConnection): Reader<RedisSource> {
  const { sentinel } = settings;
  let session = createSession(settings, openConnection, clientName);
  let source: RedisSource | undefined;
  let left = false;
  let beside: Connection | undefined;
  let destroyed = false;

  const askSentinel = async <T>(
    asked: SentinelSettings,
    remainingMs: number,
    question: (ask: Ask) => Promise<T>,
  ): Promise<T> => {
    const node: Node = {
      open(endpoint) {
        if (destroyed) throw new Failure('refused', 'the connection was given up');
        beside = openConnection(endpoint, asked.tls);
        return beside;
      },
      drop: (connection) => connection.destroy(),
    };
    return await firstThatAnswers(asked.addresses, remainingMs, node, async (connection) => {
      await logInAtSentinel(connection, asked);
      const found = await question((command, ...args) => connection.call(command, ...args));
      connection.destroy();
      return found;
    });
  };

  const begin = async (limits: Limits): Promise<RedisSource> => {
    await session.connect(limits.remainingMs());
    await session.logIn(limits);
    if (settings.cluster !== undefined) await leaveAlone(session, limits);
    const { endpoint, user } = session;
    if (endpoint === undefined) throw new Failure('refused', 'not connected');
    const facts = { ...(await greet(session, settings.cluster !== undefined)), user };
    return {
      instance: endpointText(endpoint),
      facts,
      ask: (command, ...args) => session.call(command, ...args),
      leave: () => {
        left = true;
      },
      ...(sentinel === undefined
        ? {}
        : { askSentinel: (remainingMs, question) => askSentinel(sentinel, remainingMs, question) }),
    };
  };

  return {
    get closed() {
      return session.closed;
    },
    destroy() {
      destroyed = true;
      session.destroy();
      beside?.destroy();
    },
    async open(limits) {
      if (left && !destroyed) {
        session.destroy();
        session = createSession(settings, openConnection, clientName);
        source = undefined;
        left = false;
      }
      source ??= await begin(limits);
      return source;
    },
  };
}

/** A node that was taken out of the cluster still answers at its address. */
async function leaveAlone(session: RedisSession, limits: Limits): Promise<void> {
  try {
    while (isAlone(await session.call('CLUSTER', 'INFO')) && (await session.moveOn(limits)));
  } catch (error) {
    if (!isNotOffered(error)) throw error; // who may not ask stays where he is
  }
}

/** HELLO without a version changes nothing, and no user can be refused it: https://redis.io/docs/latest/commands/hello/ */
async function greet(session: RedisSession, cluster: boolean): Promise<Omit<Facts, 'user'>> {
  const answer = await session.call('HELLO').catch((error: unknown) => {
    if (!(error instanceof RedisReply)) throw error;
    return undefined; // a proxy, or a service that does not offer it: the version stays unknown
  });
  const said = Array.isArray(answer) ? answer : [];
  const of = (name: string): string => String(said[said.indexOf(name) + 1] ?? '');
  const major = said.includes('version') ? Number.parseInt(of('version'), 10) : Number.NaN;
  const known = Number.isNaN(major) ? {} : { major };
  return { ...known, cluster: cluster || (said.includes('mode') && of('mode') === 'cluster') };
}
