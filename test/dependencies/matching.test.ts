// How long a pattern may compute, and that only its own computing counts: not what the machine kept from us.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { Failure, isOwnExhaustion, Starved } from '../../src/core/failure.ts';
import { matches } from '../../src/dependencies/matching.ts';

const endless = '^(a+)+$';
const text = `${'a'.repeat(40)}!`;
afterEach(() => void vi.restoreAllMocks());

const computedMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

/** What it came to, and the processor time of that. A machine that lets us compute too little is asked once more. */
function verdictOn(pattern: string, tries = 20): { error: unknown; tookMs: number } {
  const begin = computedMs();
  const error = thrownBy(() => matches(pattern, text));
  const tookMs = computedMs() - begin;
  return error instanceof Starved && tries > 1 ? verdictOn(pattern, tries - 1) : { error, tookMs };
}

test('a pattern that backtracks for ever is named, and has not computed for long', () => {
  const { error, tookMs } = verdictOn(endless);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({
    errorClass: 'server',
    message: expect.stringContaining(`${endless} takes over 50 ms`),
  });
  expect(tookMs).toBeLessThan(600); // three interrupts that came too soon, and one that had 400 ms
  expect(matches('^b', 'bc')).toBe(true);
});

test('interrupted without having computed, again and again: it is our own want, and ends', () => {
  vi.spyOn(process, 'threadCpuUsage').mockReturnValue({ user: 0, system: 0 });
  const begin = computedMs();
  const error = thrownBy(() => matches(endless, text));
  expect(error).toBeInstanceOf(Starved);
  expect(isOwnExhaustion(error)).toBe(true);
  expect(computedMs() - begin).toBeLessThan(2000);
});

test('a process that is stopped again and again blames no pattern', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('matching-on.mjs', import.meta.url))]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await expect.poll(() => said).toContain('ready');
  for (let stop = 0; stop < 10; stop += 1) {
    child.kill('SIGSTOP');
    await wait(150);
    child.kill('SIGCONT');
    await wait(50);
  }
  child.stdin.end();
  await once(child.stdout, 'end');
  const found = JSON.parse(said.split('\n')[1] ?? '');
  expect(found).toMatchObject({ blamed: 0, verdicts: expect.any(Number) });
  expect(found.verdicts).toBeGreaterThan(0);
});
