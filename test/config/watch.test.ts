import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWatch } from '../../src/config/watch.ts';
import { createReload } from '../../src/reload.ts';
import { loadText, right } from './load.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function make() {
  const state = { content: 'one', reloads: [] as string[], slow: false, most: 0 };
  let underWay = 0;
  const watch = createWatch({ digest: async () => state.content }, 'one', async (asked) => {
    underWay += 1;
    state.most = Math.max(state.most, underWay);
    state.reloads.push(asked ? 'asked' : 'changed');
    if (state.slow) await new Promise((resolve) => setTimeout(resolve, 1000));
    underWay -= 1;
  });
  return { watch, state };
}

test('reloads when the content is another than at the beginning, and rests', async () => {
  const { watch, state } = make();
  watch.begin();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.reloads).toEqual([]);
  state.content = 'two';
  await vi.advanceTimersByTimeAsync(2300);
  expect(state.reloads).toEqual(['changed']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.reloads).toEqual(['changed']);
  await watch.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a file that is being written is waited for', async () => {
  const { watch, state } = make();
  watch.begin();
  await vi.advanceTimersByTimeAsync(1000);
  const writing = setInterval(() => {
    state.content += 'x';
  }, 100);
  await vi.advanceTimersByTimeAsync(5000);
  expect(state.reloads).toEqual([]);
  clearInterval(writing);
  await vi.advanceTimersByTimeAsync(500);
  expect(state.reloads).toEqual(['changed']);
  await watch.stop();
});

test('asked, it reloads at once whether anything changed or not; one at a time, and none is forgotten', async () => {
  const { watch, state } = make();
  watch.ask(); // a signal during the start
  watch.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect(state.reloads).toEqual(['asked']);
  state.slow = true;
  watch.ask();
  await vi.advanceTimersByTimeAsync(500);
  for (let signal = 0; signal < 5; signal += 1) watch.ask();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state.reloads).toEqual(['asked', 'asked', 'asked']);
  expect(state.most).toBe(1);
  await watch.stop();
  watch.ask();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state.reloads).toHaveLength(3);
});

test('a stop during a reload is the end', async () => {
  const { watch, state } = make();
  state.slow = true;
  watch.ask();
  watch.begin();
  await vi.advanceTimersByTimeAsync(100);
  let stopped = false;
  const stop = watch.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(1);
  expect(stopped).toBe(false); // the reload is waited for
  await vi.advanceTimersByTimeAsync(10_000);
  await stop;
  expect(state.reloads).toEqual(['asked']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a configuration that cannot even be judged is refused like any other', async () => {
  const told: unknown[] = [];
  const tell = (fields: object, message: string) => told.push([{ ...fields }, message]);
  const reload = createReload({
    started: right(loadText('checks: {}')),
    said: { warnings: [], notes: [] },
    log: { level: 'info', setLevel: () => {}, debug: tell, info: tell, warn: tell, error: tell } as never,
    load: () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
    apply: () => Promise.reject(new Error('nothing is to be applied')),
    accepted: async () => undefined,
    read: (successful) => told.push(successful),
  });
  await expect(reload(false)).resolves.toBeUndefined();
  expect(told).toEqual([
    [
      expect.objectContaining({ 'event.outcome': 'failure', 'error.type': 'RangeError' }),
      'the configuration could not be applied; the one in force stays',
    ],
    false,
  ]);
});
