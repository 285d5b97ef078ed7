// What asks the running daemon: how long it waits, and that an answer which is there counts, however late we read it.
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ask, within } from '../../src/cli/ask-daemon.ts';
import { commands } from '../../src/cli/commands.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import { standStill, startLateAnswer } from '../servers/late-answer.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { startTcpServer } from '../servers/tcp.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  ['drain', [], 20_000], // less than what a pod is given to end
  ['healthcheck', [], 5000],
  ['drain', ['--timeout', '300ms'], 300],
  ['healthcheck', ['--timeout', '300ms'], 300],
])('%s %j waits %i ms for an answer', async (name, args, waitMs) => {
  const folder = await runFolder('ask');
  const path = join(folder, 'silent.sock');
  const asked = Promise.withResolvers<void>();
  const silent = await startTcpServer((socket) => void socket.once('data', () => asked.resolve()), { path });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(async () => {
    vi.useRealTimers();
    await silent.stop();
    removeFolder(folder);
  });
  let outcome: unknown = 'it waits';
  const ended = dispatch([name, '--socket', path, ...args], commands).catch((error: Error) => {
    outcome = error.message;
  });
  await asked.promise;
  vi.advanceTimersByTime(waitMs - 1);
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect(outcome).toBe('it waits');
  vi.advanceTimersByTime(1);
  await ended;
  expect(outcome).toBe(`${path}: no answer in time`);
});

test('an answer that came while our own loop stood still is read after the time is over', async () => {
  const server = await startLateAnswer();
  onTestFinished(server.stop);
  const begin = performance.now();
  const answer = ask({ host: '127.0.0.1', port: server.port }, 'GET', '/', within(2000));
  await server.asked;
  standStill(begin + 2300 - performance.now());
  expect(await answer).toEqual({ code: 200, text: 'here it is', isWhole: true });
});
