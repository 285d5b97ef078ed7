// Orders to an Elasticsearch or OpenSearch node, of whichever process it is the child: by HTTP, and by its files of users.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { Certificates } from './certificates.ts';
import type { Distribution } from './elasticsearch-distribution.ts';
import { type User, type Users, writeUsers } from './elasticsearch-folder.ts';

/** What there is to know of a node; it can be told to another process as JSON. */
export type ElasticsearchFacts = {
  readonly distribution: Distribution;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Without a user. */
  readonly url: string;
  /** With TLS: what signed its certificate, and what did not. */
  readonly certificates?: Certificates | undefined;
  /** Who they are with `security`. */
  readonly users: Users;
  /** `node`: it asks for a user and keeps them in its folder; `front`: what stands before it asks. */
  readonly security?: 'node' | 'front' | undefined;
};

export type Answer = { readonly status: number; readonly body: unknown };
type Request = (method: string, path: string, body?: unknown) => Promise<Answer>;

export type ElasticsearchClient = {
  /** As the user who may do all. */
  readonly request: Request;
  /** The node's URL with this user in it. */
  urlAs(user: User): string;
  /** It answers and has a master, and has read what it knew before a restart. */
  isReady(): Promise<boolean>;
  /** Elasticsearch with `security`: from now on there is this user, who may do what the probe may, with this password. */
  putUser(user: User): Promise<void>;
  makeGreen(): Promise<void>;
  makeYellow(): Promise<void>;
  makeRed(): Promise<void>;
};

export function clientOf(facts: ElasticsearchFacts): ElasticsearchClient {
  const { url, users, certificates, security, folder } = facts;
  const caller = { user: security === undefined ? undefined : users.admin, ca: certificates?.ca };
  const request: Request = (method, path, body) => ask(new URL(path, url), method, body, caller);
  const more = new Map<string, User>();
  return {
    request,
    urlAs: ({ username, password }) =>
      url.replace('//', `//${encodeURIComponent(username)}:${encodeURIComponent(password)}@`),
    async isReady() {
      const { status, body } = await request('GET', '/_cluster/health?master_timeout=1s');
      const health = body as { readonly status?: string; readonly unassigned_shards?: number };
      return status === 200 && (health.status !== 'red' || health.unassigned_shards !== 0);
    },
    async putUser(user) {
      if (security !== 'node') throw new Error('it keeps no users of its own');
      more.set(user.username, user);
      writeUsers(folder, users, [...more.values()]);
      const isKnown = async () =>
        (await ask(new URL('/_security/_authenticate', url), 'GET', undefined, { ...caller, user })).status === 200;
      for (let tries = 0; !(await isKnown()); tries++) {
        if (tries > 1000) throw new Error(`the node does not let ${user.username} in`);
        await wait(50);
      }
    },
    ...colours(request),
  };
}

/** Real faults of allocation, made with two indices. */
function colours(request: Request): Pick<ElasticsearchClient, 'makeGreen' | 'makeYellow' | 'makeRed'> {
  const until = async (wanted: string): Promise<void> => {
    for (let tries = 0; tries < 600; tries++) {
      const { body } = await request('GET', '/_cluster/health?filter_path=status');
      if ((body as { status?: unknown }).status === wanted) return;
      await wait(50); // the server can wait for a better status only, not for a worse one
    }
    throw new Error(`the cluster did not become ${wanted}`);
  };
  const create = async (index: string, settings: object, status: string): Promise<void> => {
    await request('PUT', `/${index}?wait_for_active_shards=0`, { settings: { number_of_shards: 1, ...settings } });
    await until(status);
  };
  return {
    async makeGreen() {
      for (const index of ['made-yellow', 'made-red']) await request('DELETE', `/${index}`);
      await until('green');
    },
    // There is no second node for its replica.
    makeYellow: () => create('made-yellow', { number_of_replicas: 1 }, 'yellow'),
    // There is no node that its primary may be on.
    makeRed: () =>
      create('made-red', { number_of_replicas: 0, 'index.routing.allocation.require._name': 'nowhere' }, 'red'),
  };
}

function ask(
  url: URL,
  method: string,
  body: unknown,
  caller: { user: User | undefined; ca: string | undefined },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false,
      timeout: 30_000,
      headers: { 'content-type': 'application/json' },
      ...(caller.user ? { auth: `${caller.user.username}:${caller.user.password}` } : {}),
      ...(caller.ca ? { ca: readFileSync(caller.ca) } : {}),
    };
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text }),
      );
      answer.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url.pathname}: no answer within 30 s`)));
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
