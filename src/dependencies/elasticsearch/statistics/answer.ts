// What an answer to a collector's question means, and which grant is missing when it is a refusal.
import { Failure } from '../../../core/failure.ts';
import { MissingPrivilege, UnreadableAnswer } from '../../statistics.ts';
import { type HttpResponse, isNotOffered, wordsOf } from '../errors.ts';
import { type Json, jsonOf } from './json.ts';
import type { Privilege, Question } from './source.ts';

export type Asker = {
  readonly apiKey: boolean;
  /** undefined: not known. */
  readonly openSearch: boolean | undefined;
};

/** @returns undefined when the request is not offered. */
export function readAnswer(answer: HttpResponse, question: Question, asker: Asker): Json | undefined {
  const { statusCode, body } = answer;
  const { path, privilege, unknown = [] } = question;
  if (isNotOffered(answer, path) || unknown.includes(statusCode)) return undefined;
  const words = wordsOf(answer);
  if (statusCode === 403) {
    const cause = new Failure('permission', `GET ${path} is refused${words}`);
    throw new MissingPrivilege(privilege, statementOf(privilege, words, asker), { cause });
  }
  if (statusCode === 401) throw new Failure('auth', `the server does not accept the credentials${words}`);
  if (statusCode === 429) throw new Failure('throttled', `the server has no room for the request${words}`);
  // 408: a wait was in vain, yet the body is what was asked for.
  if (statusCode !== 200 && statusCode !== 408) {
    throw new Failure('server', `unexpected answer to GET ${path}, HTTP ${statusCode}${words}`);
  }
  if (typeof body !== 'object' || body === null) throw new UnreadableAnswer(`the answer to GET ${path} is no JSON`);
  return jsonOf(body);
}

/** Of the role that docs/elasticsearch.md makes. A request that sets a role replaces it: the smaller grant is in it. */
const grants: Readonly<Record<Privilege, { elasticsearch: readonly string[]; openSearch: readonly string[] }>> = {
  monitor: { elasticsearch: ['monitor'], openSearch: ['cluster:monitor/*'] },
  monitor_snapshot: {
    elasticsearch: ['monitor', 'monitor_snapshot'],
    openSearch: ['cluster:monitor/*', 'cluster:admin/repository/get', 'cluster:admin/snapshot/get'],
  },
};

/**
 * The requests to make, a line each. The refusal itself names the user and, on Elasticsearch, the user's roles:
 * `is unauthorized for user [x] with effective roles [a,b]`, before 8.0 `with roles`; `no permissions for [..] and User
 * [name=x, ..]` on OpenSearch.
 */
export function statementOf(privilege: Privilege, words: string, { apiKey, openSearch }: Asker): string {
  const { elasticsearch, openSearch: permissions } = grants[privilege];
  const user = /\bno permissions for \[.*\bUser \[name=([^,\]]+)/.exec(words)?.[1];
  if (openSearch ?? user !== undefined) {
    const role = `PUT /_plugins/_security/api/roles/sidewarden ${json({ cluster_permissions: permissions })}`;
    // A PUT would take the role away from whoever else has it.
    const added = [{ op: 'add', path: '/users/-', value: user }];
    const mapping = `PATCH /_plugins/_security/api/rolesmapping/sidewarden ${json(added)}`;
    return user === undefined ? role : `${role}\n${mapping}`;
  }
  if (apiKey) {
    const role_descriptors = { sidewarden: { cluster: elasticsearch } };
    return `POST /_security/api_key ${json({ name: 'sidewarden', role_descriptors })}`;
  }
  const role = `PUT /_security/role/sidewarden ${json({ cluster: elasticsearch })}`;
  const [, name, list] = /unauthorized for user \[([^\]]+)\] with (?:effective )?roles \[([^\]]*)\]/.exec(words) ?? [];
  const roles = list?.split(',').filter((one) => one !== '') ?? [];
  if (name === undefined || roles.includes('sidewarden')) return role;
  return `${role}\nPUT /_security/user/${encodeURIComponent(name)} ${json({ roles: [...roles, 'sidewarden'] })}`;
}

const json = (value: object): string => JSON.stringify(value);
