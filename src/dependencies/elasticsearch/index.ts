// The dependency type `elasticsearch`: one node's view of its cluster's health, on Elasticsearch and OpenSearch.
import type { Secret } from '../../core/secret.ts';
import { defineDependency, type SettingsProblem } from '../define.ts';
import { type ElasticsearchSettings, rungs, settings } from './settings.ts';

export const elasticsearch = defineDependency({
  type: 'elasticsearch',
  summary:
    'A node answers, accepts the credentials, and calls its cluster (or one index) no worse than the minimum status.',
  settings,
  rungs,
  classes: ['dns', 'refused', 'timeout', 'tls', 'auth', 'permission', 'throttled', 'misconfig', 'server'],
  keeps: 'connection',
  defaults: { interval: '15s', timeout: '5s' },
  environment: { variable: 'ELASTICSEARCH_URL', check: 'elasticsearch', settings: (url: string | Secret) => ({ url }) },
  target: ({ url }) => hostOf(url),
  problems: findProblems,
  load: async () => (await import('./driver.ts')).driver,
});

/** `host:port`; the file's path while the URL is in a file. */
function hostOf({ source }: Secret): string {
  if ('file' in source) return source.file;
  const { protocol, hostname, port } = new URL(source.value);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

function findProblems(given: ElasticsearchSettings): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const exclude = (one: keyof ElasticsearchSettings, other: keyof ElasticsearchSettings) => {
    if (given[one] !== undefined && given[other] !== undefined) {
      problems.push({ path: [other], message: `cannot stand beside ${one}: keep one of them` });
    }
  };
  exclude('api_key', 'api_key_file');
  exclude('password', 'password_file');
  const key = given.api_key === undefined ? 'api_key_file' : 'api_key';
  for (const one of ['username', 'password', 'password_file'] as const) exclude(key, one);
  const url = 'value' in given.url.source ? new URL(given.url.source.value) : undefined;
  if (url === undefined) return problems;
  if (given[key] !== undefined && url.username !== '') {
    problems.push({ path: [key], message: 'cannot stand beside a user in the url: keep one of them' });
  }
  const password = given.password === undefined ? 'password_file' : 'password';
  if (given[password] !== undefined && given.username === undefined && url.username === '') {
    problems.push({ path: [password], message: 'needs a username, here or in the url' });
  }
  if (given.tls !== undefined && url.protocol === 'http:') {
    problems.push({ path: ['tls'], message: 'has no effect on an http url: write https' });
  }
  return problems;
}
