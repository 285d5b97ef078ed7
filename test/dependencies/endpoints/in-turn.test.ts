// Ways to a server in turn: one that is silent has its share of the time, and what was begun may go on.
import { expect, test } from 'vitest';
import { inTurn, type Turns } from '../../../src/dependencies/endpoints/in-turn.ts';

const never = new Promise<never>(() => {});

/** What is tried, and what becomes of it, in order. */
function trial(of: Readonly<Record<string, () => Promise<string>>>, rules: Partial<Turns<string, string>> = {}) {
  const story: string[] = [];
  const names = Object.keys(of).values();
  const outcome = inTurn<string, string>({
    next: () => names.next().value,
    run(name) {
      story.push(name);
      return of[name]?.() ?? never;
    },
    shareMs: () => 5,
    late: () => new Error('silent'),
    failed: (name, error) => void story.push(`${name}: ${(error as Error).message}`),
    summary: () => new Error('none'),
    ...rules,
  });
  return { story, outcome };
}
const refuses = () => Promise.reject(new Error('refused'));

test('the next begins once one fails or its share is over, and none after a success', async () => {
  const { story, outcome } = trial({ a: refuses, b: () => never, c: async () => 'yes', d: async () => 'no' });
  await expect(outcome).resolves.toBe('yes');
  expect(story).toEqual(['a', 'a: refused', 'b', 'b: silent', 'c']);
});

test('one that is not given up goes on beside the next, and may still be the first to answer', async () => {
  const a = Promise.withResolvers<string>();
  const b = async () => {
    a.resolve('late');
    return never;
  };
  const { story, outcome } = trial({ a: () => a.promise, b }, { late: () => undefined });
  await expect(outcome).resolves.toBe('late');
  expect(story).toEqual(['a', 'b']);
});

test('the failure of one that went on does not end the turn of the next', async () => {
  const a = Promise.withResolvers<string>();
  const b = Promise.withResolvers<string>();
  const late = () => undefined;
  const failed = (): void => void setImmediate(() => b.resolve('yes'));
  const begin = () => {
    a.reject(new Error('refused'));
    return b.promise;
  };
  const shareMs = (name: string) => (name === 'a' ? 5 : undefined);
  const { story, outcome } = trial({ a: () => a.promise, b: begin, c: async () => 'no' }, { late, failed, shareMs });
  await expect(outcome).resolves.toBe('yes');
  expect(story).toEqual(['a', 'b']);
});

test('all failed: the summary is thrown once the last has ended', async () => {
  const a = Promise.withResolvers<string>();
  const b = async () => {
    setImmediate(() => a.reject(new Error('at last')));
    throw new Error('refused');
  };
  const { story, outcome } = trial({ a: () => a.promise, b }, { late: () => undefined });
  await expect(outcome).rejects.toThrow('none');
  expect(story).toEqual(['a', 'b', 'b: refused', 'a: at last']);
});

test('what is thrown at a failure ends the search', async () => {
  const failed = () => {
    throw new Error('the end');
  };
  const { story, outcome } = trial({ a: refuses, b: async () => 'no' }, { failed });
  await expect(outcome).rejects.toThrow('the end');
  expect(story).toEqual(['a']);
});
