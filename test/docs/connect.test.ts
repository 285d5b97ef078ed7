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

/** The only privilege of the user with whom the tests ask a real, guarded Elasticsearch. */
const privilege = ['cluster:monitor/health'];

test('the roles of the Elasticsearch pages have the privilege of the tests’ own user, and no other', () => {
  expect(read('test/servers/elasticsearch-folder.ts')).toContain(`cluster: ["${privilege.join()}"]`);
  const [key, role] = json('docs/connect-elastic-cloud.md');
  expect(key).toEqual({ name: 'sidewarden', role_descriptors: { sidewarden: { cluster: privilege } } });
  expect(role).toEqual({ cluster: privilege });
  expect(json('docs/connect-opensearch-service.md')[0]).toEqual({ cluster_permissions: privilege });
  expect(read('docs/elasticsearch.md')).toContain(`{ "cluster": ["${privilege.join()}"] }`);
});
