import { describe, expect, test } from 'vitest';
import { same } from '../../src/core/same.ts';
import { Secret } from '../../src/core/secret.ts';

describe('the same', () => {
  test.each([
    ['scalars', 5, 5],
    ['keys in another order', { a: 1, b: [2, { c: 3 }] }, { b: [2, { c: 3 }], a: 1 }],
    ['an absent key', { a: 1 }, { a: 1, b: undefined }],
    ['values of secrets', { url: Secret.of('redis://:hunter2@one') }, { url: Secret.of('redis://:hunter2@one') }],
    ['files of secrets', [Secret.fromFile('/run/a')], [Secret.fromFile('/run/a')]],
  ])('%s', (_, one, other) => expect(same(one, other)).toBe(true));

  test('a file of a secret, whatever was read from it', () => {
    const [one, other] = [Secret.fromFile('/run/a'), Secret.fromFile('/run/a')];
    one.saw('hunter2');
    expect(same(one, other)).toBe(true);
  });
});

describe('not the same', () => {
  test.each([
    ['scalars', 5, '5'],
    ['a key more', { a: 1 }, { a: 1, b: null }],
    ['lists in another order', ['ready', 'admit'], ['admit', 'ready']],
    ['a list and a map', ['a'], { 0: 'a' }],
    ['a shorter list', [1, 2], [1]],
    ['values of secrets', Secret.of('hunter2'), Secret.of('hunter3')],
    ['a value and a file', Secret.of('/run/a'), Secret.fromFile('/run/a')],
    ['files of secrets', { deep: [Secret.fromFile('/run/a')] }, { deep: [Secret.fromFile('/run/b')] }],
    ['what is no plain data', new Date(0), new Date(0)],
    ['nothing and something', undefined, { a: 1 }],
  ])('%s', (_, one, other) => {
    expect(same(one, other)).toBe(false);
    expect(same(other, one)).toBe(false);
  });
});
