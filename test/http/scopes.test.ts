// Tokens with scopes: what each may do, and what is said of a token that may not.
import { describe, expect, test } from 'vitest';
import type { Bearer } from '../../src/http/guard.ts';
import { loadText, right, wrong } from '../config/load.ts';
import { makeEntry } from '../core/entries.ts';
import { serve } from './serve.ts';

const asking = (token: string) => ({ authorization: `Bearer ${token}` });
const bearer = (text: string, scopes: Bearer['scopes']): Bearer => ({ name: text, scopes, value: () => text });

describe('a route', () => {
  let unreadable = false;
  const torn: Bearer = {
    name: 'torn',
    scopes: ['read'],
    value() {
      if (unreadable) throw new Error('ENOENT: /run/secrets/grafana');
      return 'torn';
    },
  };
  const bearers = [bearer('boss', 'all'), bearer('reader', ['read']), bearer('writer', ['write', 'audit']), torn];
  const { ask, drain, log } = serve([makeEntry('a')], { bearers: () => bearers });
  const codes = async (token: string) => {
    const detailed = await ask('/health/detailed', asking(token));
    const drained = await ask('/drain', asking(token), 'POST');
    return [detailed, drained].map(({ statusCode, json }) => `${statusCode} ${json().error ?? ''}`.trim());
  };

  test.each([
    ['boss', '200', '200'],
    ['reader', '200', '403 beyond_scope'],
    ['writer', '403 beyond_scope', '200'],
    ['nobody', '401 unauthorized', '401 unauthorized'],
  ])('of %s: detailed %s, drain %s', async (token, detailed, drained) => {
    expect(await codes(token)).toEqual([detailed, drained]);
  });

  test('that is refused changes nothing, and the answer names the scope', async () => {
    drain.undo();
    const { json } = await ask('/drain', asking('reader'), 'POST');
    expect(json().message).toContain('the scope write');
    expect(drain.draining).toBe(false);
  });

  test('of a token whose file is gone: the others still work, and who knows none hears that one cannot be read', async () => {
    unreadable = true;
    expect(await codes('reader')).toEqual(['200', '403 beyond_scope']);
    expect(await codes('torn')).toEqual(['503 token_unreadable', '503 token_unreadable']);
    expect(log.lines.some(({ message }) => message === 'the token cannot be read')).toBe(true);
    unreadable = false;
  });
});

describe('the configuration', () => {
  const written = (token: string): string => `tokens:\n  - ${token}\n`;

  test('gives each token its name and scopes; the redactor knows them', () => {
    const { tokens, secrets } = right(
      loadText(written('{ name: grafana, token: "grafana-0123456789", scopes: [read] }'), {}),
    );
    expect(tokens.map(({ name, scopes }) => ({ name, scopes }))).toEqual([{ name: 'grafana', scopes: ['read'] }]);
    expect(secrets.flatMap(({ seen }) => [...seen])).toContain('grafana-0123456789');
  });

  test.each([
    ['{ name: grafana, scopes: [read] }', 'tokens[0]', 'has no token'],
    ['{ name: a, token_file: /t, token: "0123456789abcdef", scopes: [read] }', 'tokens[0]', 'has both token and'],
    ['{ name: grafana, token: short, scopes: [read] }', 'tokens[0].token', 'at least 16 characters'],
    ['{ name: Grafana, token_file: /t, scopes: [read] }', 'tokens[0].name', 'must be a name such as grafana'],
    ['{ name: grafana, token_file: /t, scopes: [raed] }', 'tokens[0].scopes[0]', 'read'],
    ['{ name: grafana, token_file: /t, scopes: [] }', 'tokens[0].scopes', 'must'],
    [
      '{ name: a, token_file: /t, scopes: [read] }\n  - { name: b, token_file: /t, scopes: [write] }',
      'tokens[1]',
      'is the same token as that of a',
    ],
    [
      '{ name: a, token_file: /t, scopes: [read] }\n  - { name: a, token_file: /u, scopes: [read] }',
      'tokens[1].name',
      'is the name of another token',
    ],
  ])('refuses %s', (token, path, message) => {
    const problems = wrong(loadText(written(token), {}));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(message);
  });
});
