// probe: what one run of real servers finds, in words and as JSON, and which code it ends with.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fileOf } from '../config/load.ts';
import { blocks } from '../docs/pages.ts';
import { runCommand } from '../integration/command.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import type { Listening } from '../servers/listening.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { runHere } from './run-here.ts';

let redis: RedisServer;
let app: HttpServer;
let silent: Listening;
let file: string;
const wrongPassword = 'a-wrong-password-that-is-secret';
beforeAll(async () => {
  redis = await startRedis();
  app = await startHttpServer((_, response) => response.writeHead(503).end());
  silent = await startTcpServer();
  const checks = {
    sessions: { type: 'redis', url: redis.url },
    app: { type: 'http', url: `http://127.0.0.1:${app.port}/healthz` },
    locked: { type: 'redis', url: `redis://:${wrongPassword}@127.0.0.1:${redis.port}` },
    hung: { type: 'redis', url: `redis://127.0.0.1:${silent.port}`, timeout: '2s' },
  };
  file = fileOf(stringify({ checks }));
});
afterAll(async () => {
  await Promise.all([redis?.remove(), app?.stop(), silent?.stop()]);
});

const probe = (...args: string[]) => runCommand(['probe', '--config', file, ...args]);

test('one that passes: every phase with its time, and 0', async () => {
  const { code, stdout, stderr } = await probe('sessions');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^sessions  redis  127\\.0\\.0\\.1:${redis.port}  passed in [\\d.]+ ms\\n`));
  for (const phase of ['connect', 'auth', 'ping', 'role'])
    expect(stdout).toMatch(new RegExp(`^  ${phase} +[\\d.]+ ms$`, 'm'));
  expect(stdout).toMatch(/\n1 of 1 check passed\n$/);
});

test('all of them: the class, the phase and the words of each that failed, and 1', async () => {
  const { code, stdout } = await probe();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^app .* failed in .* ms in phase response: server$/m);
  expect(stdout).toMatch(/^locked .* failed in .* ms in phase auth: auth$/m);
  const [, hungMs] = /^hung .* failed in ([\d.]+) ms in phase ping: timeout$/m.exec(stdout) ?? [];
  expect(Number(hungMs)).toBeLessThan(4000);
  expect(Number(/^hung .*\n(?: {2}.*\n)*? {2}ping +([\d.]+) ms$/m.exec(stdout)?.[1])).toBeGreaterThan(1000);
  expect(stdout).toContain('  message: no answer within 2000 ms');
  expect(stdout).toMatch(/\n1 of 4 checks passed\n$/);
  expect(stdout).not.toContain(wrongPassword);
  expect(stdout).not.toContain('\u001b');
});

test('--json shows each check as /health/detailed does', async () => {
  const ajv = new Ajv2020({ strictSchema: true, allowUnionTypes: true, strictTypes: false });
  for (const { text } of blocks('json', ['docs/endpoints.md'])) {
    if (text.includes('"$schema"')) ajv.addSchema(JSON.parse(text));
  }
  const { code, stdout } = await probe('--json');
  expect(code).toBe(1);
  const body = JSON.parse(stdout);
  for (const check of Object.values(body.checks))
    expect(ajv.validate('detailed#/$defs/check', check) ? [] : ajv.errors, JSON.stringify(check)).toEqual([]);
  expect(ajv.validate('detailed#/$defs/check', { ...body.checks.app, last_run: undefined })).toBe(false);
  expect(body.status).toBe('degraded');
  expect(body.checks.sessions).toMatchObject({ status: 'healthy', last_run: { result: 'passed' } });
  expect(body.checks.locked).toMatchObject({ status: 'unhealthy', error: 'auth', phase: 'auth' });
  expect(body.checks.app.schedule).toMatchObject({ failure_threshold: 3, interval_ms: 5000 });
  expect(stdout).not.toContain(wrongPassword);
  const good = await probe('--json', 'sessions');
  expect({ code: good.code, status: JSON.parse(good.stdout).status }).toEqual({ code: 0, status: 'healthy' });
});

test('nothing stays connected', async () => {
  await probe('sessions');
  const mine = async () =>
    String(await redis.command('CLIENT', 'LIST'))
      .trim()
      .split('\n').length;
  await expect.poll(mine).toBe(1);
});

describe('which checks', () => {
  test('a name that is none ends with 2, and the one that was meant', async () => {
    const here = (...names: string[]) => runHere(['probe', '--config', file, ...names]);
    const { code, stdout, stderr } = await here('session');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('did you mean sessions?');
    expect((await here('sessions', 'x')).stderr).toContain('the checks are: sessions, app, locked, hung');
  });
  test('none at all proves nothing: 1', async () => {
    const { code, stderr } = await runCommand(['probe']);
    expect(code).toBe(1);
    expect(stderr).toContain('no check is configured');
  });
  test('a wrong configuration ends with 78', async () => {
    expect((await runHere(['probe', '--config', fileOf('checks: 5\n')])).code).toBe(78);
  });
});

test('check-config --online says the same, and 1; without --online nothing is asked', async () => {
  const online = await runCommand(['check-config', '--config', file, '--online']);
  expect(online.code).toBe(1);
  expect(online.stdout).toMatch(/^locked .* failed in .* ms in phase auth: auth$/m);
  expect((await runHere(['check-config', '--config', file])).code).toBe(0);
  const json = await runCommand(['check-config', '--config', file, '--online', '--json']);
  expect(json.code).toBe(1);
  const { ok, checks } = JSON.parse(json.stdout);
  expect(ok).toBe(false);
  expect(checks.sessions).toMatchObject({ type: 'redis', expiry_ms: 22_500, probe: { status: 'healthy' } });
  const alone = await runCommand(['check-config', '--online'], { environment: { REDIS_URL: redis.url } });
  expect(alone.code).toBe(0);
});
