// The demo: an outage of each server shows before it is over, and what ends it ends it once, and at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Ended, unlessEnded } from '../../scripts/demo-end.ts';
import { demoApp, demoChecks, downForMs } from '../../scripts/demo-servers.ts';
import { planOf } from '../../src/checks/plan-of.ts';
import { detectionBoundMs } from '../../src/core/bounds.ts';
import { loadText, right } from '../config/load.ts';

test('each check sees a killed server before it is started again', () => {
  const environment = {
    DATABASE_URL: 'postgres://app@h/app',
    REDIS_URL: 'redis://h',
    ELASTICSEARCH_URL: 'http://h',
    KMS_KEY_ID: 'alias/a',
    SHOP_URL: 'http://h',
    SHOP_STATSD: 'udp://127.0.0.1:8125',
  };
  const { checks } = right(loadText(JSON.stringify({ checks: demoChecks, app: demoApp }), environment));
  const bounds = checks.map((check) => [check.name, detectionBoundMs(planOf(check).policy) < downForMs]);
  expect(bounds).toEqual(Object.keys(demoChecks).map((name) => [name, true]));
});

test('what is waited for when it ends is waited for no more', async () => {
  const ending = new AbortController();
  const waiting = unlessEnded(new Promise(() => {}), ending.signal);
  expect(await unlessEnded(Promise.resolve(1), ending.signal)).toBe(1);
  await expect(unlessEnded(Promise.reject(new Error('its own')), ending.signal)).rejects.toThrow('its own');
  ending.abort();
  await expect(waiting).rejects.toBeInstanceOf(Ended);
  await expect(unlessEnded(new Promise(() => {}), ending.signal)).rejects.toBeInstanceOf(Ended);
});

test('a signal that comes twice is one, a second Ctrl-C is not, and a closed terminal is no error', async () => {
  const module = JSON.stringify(new URL('../../scripts/demo-end.ts', import.meta.url).href);
  const program = `const { endAtSignals } = await import(${module});
    const say = (line) => process.stdout.write(line + '\\n');
    endAtSignals(say); say('up'); setInterval(() => say('goes on'), 20);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const begin = () => expect.poll(() => shown).toMatch(/goes on\n/);
  await begin();
  child.kill('SIGHUP');
  await expect.poll(() => shown).toMatch(/stopping/);
  child.kill('SIGHUP');
  child.kill('SIGTERM');
  shown = '';
  await begin();
  expect(shown).not.toContain('stopping');
  child.stdout.destroy();
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
});
