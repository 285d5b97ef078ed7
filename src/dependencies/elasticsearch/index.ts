// The dependency type `elasticsearch`: a cluster's health as one of its nodes sees it, on Elasticsearch and OpenSearch.
import type { Secret } from '../../core/secret.ts';
import { defineDependency, type SettingsProblem } from '../define.ts';
import { hostsOf, parseUrls } from './nodes.ts';
import { type ElasticsearchSettings, phases, settings } from './settings.ts';

export const elasticsearch = defineDependency({
  type: 'elasticsearch',
  summary:
    'A node answers, accepts the credentials, and calls its cluster (or one index) no worse than the minimum status.',
  settings,
  phases,
  classes: ['dns', 'refused', 'timeout', 'tls', 'auth', 'permission', 'throttled', 'misconfig', 'server'],
  warnings: ['yellow', 'skipped'],
  keeps: 'connection',
  defaults: { interval: '15s', timeout: '5s' },
  environment: { variable: 'ELASTICSEARCH_URL', check: 'elasticsearch', settings: (url: string | Secret) => ({ url }) },
  target: ({ url }) => hostsOf(url),
  problems: findProblems,
  cost: ({ url }) => ({
    logIns: 0,
    calls: [{ name: '_cluster/health', count: 1, most: hostsOf(url).split(',').length, per: 'run' }],
  }),
  load: async () => (await import('./driver.ts')).driver,
  statistics: async () => (await import('./statistics/index.ts')).statistics,
});

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
  const parsed = 'value' in given.url.source ? parseUrls(given.url.source.value) : undefined;
  if (parsed === undefined || 'problem' in parsed) return problems;
  const { nodes } = parsed;
  const named = nodes.some(({ username }) => username !== '');
  if (given[key] !== undefined && named) {
    problems.push({ path: [key], message: 'cannot stand beside a user in the url: keep one of them' });
  }
  const password = given.password === undefined ? 'password_file' : 'password';
  if (given[password] !== undefined && given.username === undefined && !named) {
    problems.push({ path: [password], message: 'needs a username, here or in the url' });
  }
  if (given.tls !== undefined && nodes.some(({ url }) => url.protocol === 'http:')) {
    problems.push({ path: ['tls'], message: 'has no effect on an http url: write https' });
  }
  return problems;
}
