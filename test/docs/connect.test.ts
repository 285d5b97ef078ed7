// The pages "Connect to …" that need no server: each has what it must have, and grants no more than the tests' own users have.
import { describe, expect, test } from 'vitest';
import { blocks, pages, read } from './pages.ts';

const connecting = pages.filter((page) => page.startsWith('docs/connect-'));
const json = (page: string) => blocks('json', [page]).map(({ text }) => JSON.parse(text) as Record<string, unknown>);

test('docs/connect.md lists every page, and each page is of one service', () => {
  expect(connecting.length).toBeGreaterThan(8);
  for (const page of connecting) expect(read('docs/connect.md')).toContain(`](${page.slice('docs/'.length)})`);
});

describe.each(connecting)('%s', (page) => {
  test('has a configuration, the least privilege, and its sources', () => {
    expect(blocks('yaml', [page]).length).toBeGreaterThan(0);
    expect(read(page)).toContain('\n## Least privilege\n');
    expect([...read(page).matchAll(/\]\(https:\/\//g)].length).toBeGreaterThan(1);
  });
  test('does without a password in the configuration, and does not turn verification off', () => {
    for (const { text } of blocks('yaml', [page])) {
      expect(text).not.toMatch(/^ *password:|insecure_skip_verify|sslmode=(require|prefer|allow)\b/m);
      expect(text).not.toMatch(/:\/\/[^\s/:@]+:[^\s/@]+@/);
    }
  });
});

/** What the health needs, and what the statistics need: each the only privilege of a user whom the tests ask a real server as. */
const [health, statistics] = ['cluster:monitor/health', 'monitor'];

test('the roles of the Elasticsearch pages have the privilege of the tests’ own users, and no other', () => {
  for (const privilege of [health, statistics]) {
    expect(read('test/servers/elasticsearch-folder.ts')).toContain(`cluster: ["${privilege}"]`);
  }
  const [key, role] = json('docs/connect-elastic-cloud.md');
  expect(key).toEqual({ name: 'sidewarden', role_descriptors: { sidewarden: { cluster: [statistics] } } });
  expect(role).toEqual({ cluster: [statistics] });
  expect(json('docs/connect-opensearch-service.md')[0]).toEqual({ cluster_permissions: ['cluster:monitor/*'] });
  for (const page of ['docs/connect-elastic-cloud.md', 'docs/connect-opensearch-service.md']) {
    expect(read(page)).toContain(`for the health alone \`${health}\``);
  }
  expect(read('docs/elasticsearch.md')).toContain(`{ "cluster": ["${health}"] }`);
});

const poolers = [...connecting, 'docs/connect.md'].filter((page) => /pooler|PgBouncer|RDS Proxy/i.test(read(page)));

test.each(poolers)('%s names the way past the pooler for the statistics', (page) => {
  expect(read(page)).toContain('statistics_url');
});
