import { expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/core/secret.ts';
import { http } from '../../../src/dependencies/http/index.ts';
import { parseJsonPath, valueAt } from '../../../src/dependencies/http/json-path.ts';

const shape = z.strictObject(http.settings);
const parse = (settings: Record<string, unknown>) => shape.parse({ url: 'http://app.test/', ...settings });
const problemOf = (settings: Record<string, unknown>) =>
  shape.safeParse({ url: 'http://app.test/', ...settings }).error?.issues[0]?.message;
const problems = (settings: Record<string, unknown>) =>
  http.problems?.(parse(settings)).map(({ path }) => path.join('.'));

test('expected_status: one, a range, a list; 200-299 unless given', () => {
  expect(parse({}).expected_status).toEqual([[200, 299]]);
  expect(parse({ expected_status: 204 }).expected_status).toEqual([[204, 204]]);
  expect(parse({ expected_status: '200-399' }).expected_status).toEqual([[200, 399]]);
  expect(parse({ expected_status: [200, '301-302'] }).expected_status).toEqual([
    [200, 200],
    [301, 302],
  ]);
});

test.each([[99], [600], ['299-200'], ['2xx'], [[]]])('expected_status %j is refused', (expected_status) => {
  expect(problemOf({ expected_status })).toBeDefined();
});

test('problems are told plainly', () => {
  expect(problemOf({ body_matches: '(' })).toContain('must be a regular expression');
  expect(problemOf({ json: { path: 'a..b' } })).toContain('must be a path');
  expect(problemOf({ headers: { 'no header': 'x' } })).toBeDefined();
  expect(problemOf({ url: 'ftp://app.test' })).toContain('http://');
  expect(problemOf({ socket: 'app.sock' })).toContain('absolute');
});

test('settings that exclude each other', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ token: 't', username: 'u' })).toEqual(['username']);
  expect(problems({ token: 't', token_file: '/t' })).toEqual(['token_file']);
  expect(problems({ username: 'u', password: 'p', password_file: '/p' })).toEqual(['password_file']);
  expect(problems({ password: 'p' })).toEqual(['password']);
  expect(problems({ url: 'http://u@app.test', password_file: '/p' })).toEqual([]);
  expect(problems({ method: 'HEAD', body_matches: 'ok' })).toEqual(['method']);
  expect(problems({ tls: {} })).toEqual(['tls']);
  expect(problems({ url: 'https://app.test', tls: {} })).toEqual([]);
});

test('the target shows no secret', () => {
  expect(http.target(parse({ url: 'http://u:p@app.test:8080/x?token=y' }))).toBe('app.test:8080');
  expect(http.target(parse({ url: 'https://[::1]/' }))).toBe('[::1]:443');
  expect(http.target(parse({ socket: '/run/app.sock' }))).toBe('unix:/run/app.sock');
  expect(http.target(parse({ url: Secret.fromFile('/run/url') }))).toBe('URL from a file');
});

test.each([
  [{ url: 'http://localhost:8080/' }, true],
  [{ url: 'http://127.0.0.1/' }, true],
  [{ url: 'http://[::1]/' }, true],
  [{ url: 'http://app.localhost/' }, true],
  [{ socket: '/run/app.sock' }, true],
  [{ url: 'http://app.test/' }, false],
  [{ url: 'http://127.0.0.1.example.com/' }, false],
  [{ url: 'http://localhost@app.test/' }, false],
  [{ url: Secret.fromFile('/run/url') }, false],
])('%j asks only this pod: %s', (settings, local) => {
  expect(http.local?.(parse(settings))).toBe(local);
});

test('APP_URL turns a check on', () => {
  expect(http.environment?.variable).toBe('APP_URL');
  expect(shape.parse(http.environment?.settings('http://localhost:8080'))).toMatchObject({ method: 'GET' });
});

test('the JSON path: the part of the standard that is offered, and nothing else', () => {
  expect(parseJsonPath('$')).toEqual([]);
  expect(parseJsonPath('$.status')).toEqual(['status']);
  expect(parseJsonPath('a.b[0].c')).toEqual(['a', 'b', 0, 'c']);
  expect(parseJsonPath(`$["x y"]['z']`)).toEqual(['x y', 'z']);
  expect(parseJsonPath('[2]')).toEqual([2]);
  for (const text of ['', '.', '$.', 'a.', 'a..b', 'a[', 'a[-1]', '$.*', 'a[0]b', '$x y', 'a b', '[?(@)]']) {
    expect(parseJsonPath(text), text).toBeUndefined();
  }
});

test('a path finds own values only', () => {
  const value = { a: { b: [{ c: 0 }] }, none: null };
  expect(valueAt(value, ['a', 'b', 0, 'c'])).toBe(0);
  expect(valueAt(value, ['none'])).toBeNull();
  for (const steps of [['x'], ['none', 'x'], ['a', 'b', 1], ['a', 'b', 'map'], ['constructor'], ['__proto__']]) {
    expect(valueAt(value, steps)).toBeUndefined();
  }
});
