import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/core/secret.ts';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';

const schema = z.strictObject(elasticsearch.settings);
const problemsOf = (given: Record<string, unknown>) =>
  elasticsearch.problems?.(schema.parse(given)).map(({ path, message }) => `${path.join('.')} ${message}`);
const url = 'http://node:9200';

describe('settings', () => {
  it('need a url only', () => {
    expect(schema.parse({ url })).toMatchObject({ minimum_status: 'yellow' });
    expect(problemsOf({ url })).toEqual([]);
  });

  it.each([
    [{}],
    [{ url: 'node:9200' }],
    [{ url: 'tcp://node:9200' }],
    [{ url, minimum_status: 'red' }],
    [{ url, index: 'a b' }],
    [{ url, nodes: [] }],
    [{ url: 'http://node:9200,other:9200' }],
  ])('%j is refused', (given) => {
    expect(schema.safeParse(given).success).toBe(false);
  });

  it.each([
    ...['../x', '..', '.', 'logs,..', 'logs/x', 'logs-{now/d}', '<logs-{now/d}', 'logs-{now/d}>', '<logs>', '<{}>'],
    ...['<logs-{now/d} >', '<a{now/d}>,<b', 'a,', ',a', '', '%3Clogs-%7Bnow%2Fd%7D%3E', '%3clogs-{now/d}>', 'a\\b'],
  ])('the index %j is refused, and says what to write', (index) => {
    const { error } = schema.safeParse({ url, index });
    expect(error?.issues).toMatchObject([{ path: ['index'], message: expect.stringContaining('<logs-{now/d}>') }]);
  });

  it.each([
    ...['logs', 'logs-*', '.kibana', '...', '_all', 'a,b', '*,-logs', 'remote:logs', 'logs::failures', 'lögs', '50%'],
    ...['<logs-{now/d}>', '<logs-{now/M{yyyy.MM}}>', '<logs-{now/d{yyyy.MM.dd|+12:00}}>', '<logs-{now/d-1d}-x>'],
    ...[
      '<a-{now/d}>,<b-{now/M}>',
      'logs,<logs-{now/d}>',
      '*,-<logs-{now/d}>',
      '<elastic\\{ON\\}-{now/M}>'.replaceAll('\\', ''),
    ],
  ])('the index %s is taken', (index) => {
    expect(schema.safeParse({ url, index }).success).toBe(true);
  });

  it.each([
    [{ url, api_key: 'k', api_key_file: '/k' }, 'api_key_file cannot stand beside api_key'],
    [{ url, username: 'u', password: 'p', password_file: '/p' }, 'password_file cannot stand beside password'],
    [{ url, api_key: 'k', username: 'u' }, 'username cannot stand beside api_key'],
    [{ url: 'http://u:p@node:9200', api_key_file: '/k' }, 'api_key_file cannot stand beside a user in the url'],
    [{ url, password: 'p' }, 'password needs a username'],
    [{ url, tls: {} }, 'tls has no effect on an http url'],
    [{ url: 'https://node,http://other', tls: {} }, 'tls has no effect on an http url'],
    [{ url: `${url},http://u:p@other`, api_key: 'k' }, 'api_key cannot stand beside a user in the url'],
  ])('%j: %s', (given, problem) => {
    expect(problemsOf(given)).toHaveLength(1);
    expect(problemsOf(given)?.[0]).toContain(problem);
  });

  it('a user of the url may get the password from elsewhere', () => {
    expect(problemsOf({ url: 'https://u@node', password_file: '/p', tls: { ca_file: '/ca' } })).toEqual([]);
  });

  it('name the server without a secret', () => {
    const target = (given: unknown) => elasticsearch.target(schema.parse({ url: given }));
    expect(target('https://u:secret@search.example.com/es')).toBe('search.example.com:443');
    expect(target('http://u:secret@search.example.com')).toBe('search.example.com:80');
    expect(target('http://[::1]:9200')).toBe('[::1]:9200');
    expect(target('http://u:secret@one:9200, http://two:9200')).toBe('one:9200,two:9200');
    expect(target(Secret.fromFile('/run/secrets/es-url'))).toBe('/run/secrets/es-url');
  });

  it('come from ELASTICSEARCH_URL alone', () => {
    expect(elasticsearch.environment).toMatchObject({ variable: 'ELASTICSEARCH_URL', check: 'elasticsearch' });
    expect(schema.safeParse(elasticsearch.environment?.settings(url)).success).toBe(true);
  });
});

describe('docs/elasticsearch.md', () => {
  const page = readFileSync(new URL('../../../docs/elasticsearch.md', import.meta.url), 'utf8');

  it.each([...elasticsearch.phases, ...elasticsearch.classes])('has a row for %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  const inTls = Object.keys(elasticsearch.settings.tls.unwrap().shape).map((name) => `tls.${name}`);
  const { shape } = elasticsearch.settings.statistics.unwrap();
  const inStatistics = Object.keys(shape).map((name) => `statistics.${name}`);
  const options = Object.keys(elasticsearch.settings).filter((name) => name !== 'tls' && name !== 'statistics');
  it.each([...options, ...inTls, ...inStatistics])('has a row for the option %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\| \`${name.replace('.', '\\.')}\` \\|`, 'm'));
  });

  it('tells interval, timeout and variable as they are', () => {
    expect(page).toContain(`\`${elasticsearch.defaults?.interval}\``);
    expect(page).toContain(`\`${elasticsearch.defaults?.timeout}\``);
    expect(page).toContain(`\`${elasticsearch.environment?.variable}\``);
  });
});
