// Packets that take long do not keep the loop from others, and none is lost or overtakes another.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createTurns, takeInTurns } from '../../../../src/features/app/statsd/turns.ts';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Each character is a line. @param each milliseconds that a line takes, of a time of the test's own */
function make(each: number) {
  let now = 0;
  const taken: string[] = [];
  const take = (text: string, from: number, most: number): number => {
    const end = Math.min(text.length, from + most);
    now += (end - from) * each;
    taken.push(text.slice(from, end));
    return end;
  };
  return { take, turns: createTurns(take, () => now), taken: () => taken.join(''), now: () => now };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('packets', () => {
  test('that take long are worked off in turns, in their order', async () => {
    const { turns, taken, now } = make(0.01);
    const packets = Array.from({ length: 60 }, (_, at) =>
      String.fromCharCode(48 + at).repeat(at % 3 === 0 ? 2000 : 10),
    );
    for (const packet of packets) turns.push(packet);
    expect(now()).toBeLessThanOrEqual(2.1); // a turn is 2 ms, and a step 0.04 ms
    let before = now();
    let rounds = 0;
    for (; turns.waiting() > 0; rounds += 1) {
      await turn();
      expect(now() - before).toBeLessThanOrEqual(2.1);
      before = now();
    }
    expect(rounds).toBeGreaterThan(100);
    expect(taken()).toBe(packets.join(''));
    turns.push('again');
    expect(taken().endsWith('again')).toBe(true);
  });
  test('do not overtake those that wait, though a turn has time left', async () => {
    let now = 0;
    const taken: string[] = [];
    const turns = createTurns(
      (text, from, most) => {
        taken.push(text.slice(from, from + most));
        now += text.startsWith('slow') ? 5 : 0;
        return Math.min(text.length, from + most);
      },
      () => now,
    );
    turns.push('slow'.padEnd(6, '.'));
    now -= 5; // as if the turn had begun later
    turns.push('fast');
    while (turns.waiting() > 0) await turn();
    expect(taken.at(-1)).toBe('fast');
    expect(taken).toHaveLength(3);
  });
  test('that are quick are taken at once, also when many turns have passed', async () => {
    const { turns, taken } = make(0.5);
    for (let at = 0; at < 10; at += 1) {
      turns.push('one');
      turns.push('two');
      await turn();
      await turn();
    }
    expect(taken()).toBe('onetwo'.repeat(10));
    expect(turns.waiting()).toBe(0);
  });
  test.each([100_000, 0])('of %d bytes that are too many are dropped, and no work is done for them', async (bytes) => {
    const { turns, taken, now } = make(0.01);
    turns.push('x'.repeat(1000));
    const begun = now();
    let kept = 0;
    for (let at = 0; at < 100_000; at += 1) kept += turns.push('x'.repeat(bytes)) ? 1 : 0;
    expect(now()).toBe(begun);
    expect(turns.waiting()).toBeLessThanOrEqual(4_194_304);
    expect(kept).toBe(Math.floor((4_194_304 - 1100) / (bytes + 100)));
    while (turns.waiting() > 0) await turn();
    expect(taken()).toHaveLength(1000 + kept * bytes);
    expect(turns.push('again')).toBe(true);
  });
  test.each([100, 20_000])('of %d bytes are let go of, also while there are always some that wait', async (bytes) => {
    let now = 0;
    const take = (text: string): number => {
      now += 0.0201; // 100 in a turn
      return text.length;
    };
    const turns = createTurns(take, () => now);
    const push = (count: number): void => {
      for (let at = 0; at < count; at += 1) turns.push(Buffer.alloc(bytes, at).toString('latin1'));
    };
    const heap = (): number => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    push(60);
    now += 10;
    push(170);
    const rounds = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at += 1) {
        await turn();
        push(100);
        expect(turns.waiting()).toBeGreaterThan(0);
      }
    };
    await rounds(3); // what the tests before have left is let go of
    const before = heap();
    await rounds(bytes > 1000 ? 28 : 3000);
    expect(heap() - before).toBeLessThan(3_000_000);
  });
  test('that wait at the end are worked off; what takes too long is dropped and counted', async () => {
    const quick = make(0.01);
    for (let at = 0; at < 100; at += 1) quick.turns.push('x'.repeat(100));
    expect(await quick.turns.finish()).toBe(0);
    expect(quick.taken()).toHaveLength(10_000);
    const slow = make(1);
    for (let at = 0; at < 100; at += 1) slow.turns.push('x'.repeat(100));
    expect(await slow.turns.finish()).toBeGreaterThan(70);
    const taken = slow.taken().length;
    expect(slow.turns.waiting()).toBe(0);
    await turn();
    expect(slow.taken()).toHaveLength(taken);
  });
});

test.each([0.001, 0.1, 0.5])('a body is taken in turns, also of lines that take %d ms', async (each) => {
  const { take, taken, now } = make(each);
  let longest = 0;
  let before = now();
  const look = (): void => {
    longest = Math.max(longest, now() - before);
    before = now();
  };
  const body = 'x'.repeat(10_000);
  const whole = takeInTurns(take, body, now);
  look();
  let done = false;
  const ended = whole.then(() => {
    done = true;
  });
  while (!done) {
    await turn();
    look();
  }
  await ended;
  expect(taken()).toBe(body);
  expect(longest).toBeLessThanOrEqual(2 + 4 * each);
});
