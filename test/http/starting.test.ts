// Until the checks of the configuration are in force nothing is known, so nothing is healthy.
import { expect, test } from 'vitest';
import { makeEntry } from '../core/entries.ts';
import { serve } from './serve.ts';

test('health and readiness are 503 `starting` until the checks are in force, then what they are', async () => {
  let starting = true;
  const { ask, drain, board } = serve([], { starting: () => starting, token: () => 'secret' });
  const said = async (path: string): Promise<unknown> => {
    const { statusCode, json } = await ask(path, { authorization: 'Bearer secret' });
    return [statusCode, json().status, json().reason, json().failing];
  };
  for (const path of ['/health', '/health/ready', '/health/startup', '/health/detailed'])
    expect(await said(path), path).toEqual([503, 'degraded', 'starting', []]);
  expect(await said('/health/live')).toEqual([200, 'healthy', undefined, undefined]);
  expect(await said('/health/live/app')).toEqual([200, 'healthy', undefined, undefined]); // restarts nothing
  drain.start();
  expect(await said('/health/ready')).toEqual([503, 'degraded', 'draining', []]);
  drain.undo();
  starting = false;
  expect(board.entries()).toEqual([]);
  for (const path of ['/health', '/health/ready', '/health/startup', '/health/detailed'])
    expect(await said(path), path).toEqual([200, 'healthy', undefined, undefined]);
});

test('a check that is known already changes nothing of it', async () => {
  const { ask } = serve([makeEntry('a')], { starting: () => true });
  const { statusCode, json } = await ask('/health');
  expect([statusCode, json().reason]).toEqual([503, 'starting']);
});
