// A loop that is so late that the deadline has passed before an address is tried: Node warns of a negative timeout on the
// standard error, which is not ours to write to.
import { expect, test, vi } from 'vitest';
import { firstNode } from '../../src/dependencies/elasticsearch/in-turn.ts';
import { firstThatAnswers } from '../../src/dependencies/redis/addresses.ts';
import type { Connection } from '../../src/dependencies/redis/connection.ts';

test('no address is given less than no time', async () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const url = new URL('http://a');
  const tries = [url, new URL('http://b')].map((node) => ({ node, run: async () => 1 }));
  await firstNode(tries, -40, new Map());
  const connection = {
    connect: async () => {},
    call: async () => 'PONG',
    closed: false,
    certificateEnds: undefined,
    destroy: () => {},
  };
  const node = { open: () => connection as Connection, drop: () => {} };
  await firstThatAnswers(['a:1', 'b:1'], -40, node, async () => 1);
  const delays = set.mock.calls.map(([, ms = 0]) => ms);
  set.mockRestore();
  expect(delays).toEqual([0, 0]);
});
