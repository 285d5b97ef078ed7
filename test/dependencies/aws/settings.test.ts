// `auth: aws-iam` in the settings: what must be there, what must not, and that no token is sent in clear.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createRedactor, secretsOf } from '../../../src/core/redact.ts';
import { Secret } from '../../../src/core/secret.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import { parseUrl } from '../../../src/dependencies/postgres/libpq/index.ts';
import { passwordNow as databasePassword } from '../../../src/dependencies/postgres/password.ts';
import { redis } from '../../../src/dependencies/redis/index.ts';
import { passwordNow } from '../../../src/dependencies/redis/password.ts';
import { parseRedisUrl } from '../../../src/dependencies/redis/url.ts';
import { noAwsSettings, setEnvironment } from '../../contract/rigs/kms.ts';
import { startTcpServer } from '../../servers/tcp.ts';
import { createTrial } from '../postgres/trial.ts';
import { parse, run } from '../redis/run.ts';

const rds = 'postgres://app@shop.c0ffee.us-east-1.rds.amazonaws.com/shop';
const elastiCache = 'rediss://app@shop-cache.serverless.use1.cache.amazonaws.com';
const auth = 'aws-iam';
const named = { auth, cache_name: 'shop-cache' };

const types = { postgres, redis } as const;
function problemsOf(type: keyof typeof types, given: Record<string, unknown>): readonly string[] {
  const definition = types[type] as { settings: z.ZodRawShape; problems?(settings: unknown): readonly unknown[] };
  const settings = z.strictObject(definition.settings).parse(given);
  const found = definition.problems?.(settings) as { path: string[]; message: string }[];
  return found.map(({ path, message }) => `${path.join('.')} ${message}`);
}

test.each([
  ['postgres', { url: `${rds}?sslmode=verify-full`, auth }],
  ['postgres', { url: `${rds}?sslmode=require`, auth, region: 'us-east-1' }],
  ['postgres', { url: rds, auth, tls: { ca_file: '/etc/rds.pem' } }],
  ['redis', { url: elastiCache, ...named }],
  ['redis', { url: elastiCache.replace('app@', ''), username: 'app', region: 'us-east-1', serverless: true, ...named }],
  ['redis', { cluster: { addresses: ['clustercfg.shop-cache:6379'] }, username: 'app', tls: {}, ...named }],
] as const)('%s takes %o', (type, given) => {
  expect(problemsOf(type, given)).toEqual([]);
});

test.each([
  ['postgres', { url: rds, auth }, /^auth needs TLS/],
  ['postgres', { url: `${rds}?sslmode=prefer`, auth }, /^auth needs TLS/],
  ['postgres', { url: `${rds}?sslmode=disable`, auth }, /^auth needs TLS/],
  ['postgres', { url: 'postgres:///shop?host=/run/postgresql&user=app&sslmode=require', auth }, /^auth needs TLS/],
  ['postgres', { url: `${rds}?sslmode=require`, auth, password: 'x' }, /^password does not go with/],
  ['postgres', { url: `${rds}?sslmode=require`, auth, password_file: '/x' }, /^password_file does not go with/],
  ['postgres', { url: `${rds.replace('app@', 'app:x@')}?sslmode=require`, auth }, /^url holds a password/],
  ['postgres', { url: rds, region: 'us-east-1' }, /^region is for `auth: aws-iam` only/],
  ['redis', { url: elastiCache.replace('rediss', 'redis'), ...named }, /^auth needs TLS/],
  ['redis', { url: elastiCache, auth }, /^auth needs cache_name/],
  ['redis', { url: elastiCache.replace('app@', ''), ...named }, /^auth needs a user/],
  ['redis', { url: elastiCache, ...named, password: 'x' }, /^password does not go with/],
  ['redis', { url: elastiCache.replace('app@', 'app:x@'), ...named }, /^url holds a password/],
  ['redis', { url: elastiCache, cache_name: 'shop-cache' }, /^cache_name is for `auth: aws-iam` only/],
  [
    'redis',
    { sentinel: { addresses: ['s:1'], name: 'shop' }, username: 'app', tls: {}, ...named },
    /^auth does not go with sentinel/,
  ],
] as const)('%s refuses %o', (type, given, problem) => {
  expect(problemsOf(type, given)).toEqual([expect.stringMatching(problem)]);
});

const restore: (() => void)[] = [];
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-iam-'));
  restore.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'url'), 'postgres://app@127.0.0.1:1/shop');
  writeFileSync(join(folder, 'redis'), 'redis://app@127.0.0.1:1');
  files = { postgres: Secret.fromFile(join(folder, 'url')), redis: Secret.fromFile(join(folder, 'redis')) };
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40), AWS_REGION: 'us-east-1' };
  restore.push(setEnvironment({ ...noAwsSettings, ...keys }));
});
afterAll(() => {
  for (const step of restore.reverse()) step();
});
let files: Record<keyof typeof types, Secret>;

test('a URL in a file that would send the token in clear is misconfig', async () => {
  const trial = createTrial({ url: files.postgres, auth });
  expect(await trial.run()).toMatchObject({ outcome: 'misconfig', message: expect.stringMatching(/needs TLS/) });
  trial.end();
  const outcome = await run({ url: files.redis, ...named });
  expect(outcome).toMatchObject({ errorClass: 'misconfig', message: expect.stringMatching(/needs TLS/) });
});

test.each([
  ['url', { url: elastiCache }],
  ['cluster', { cluster: { addresses: ['clustercfg.shop-cache:6379'] }, username: 'app', tls: {} }],
])('the redactor knows a token that was signed for a %s', async (_way, given) => {
  const settings = parse({ ...given, ...named });
  const redact = createRedactor(() => secretsOf(settings));
  const attempt = { signal: AbortSignal.timeout(2000), remainingMs: () => 2000 };
  const parsed = 'url' in given ? parseRedisUrl(given.url) : undefined;
  const url = parsed !== undefined && 'url' in parsed ? parsed.url : undefined;
  const token = await passwordNow(settings, url, attempt);
  expect(token).toMatch(/^shop-cache\/\?Action=connect&/);
  expect(redact(`WRONGPASS ${token} is not it`)).toBe('WRONGPASS *** is not it');
});

test('and one that was signed for a database', async () => {
  const given = { url: `${rds}?sslmode=verify-full`, auth };
  const settings = z.strictObject(postgres.settings).parse(given);
  const parsed = parseUrl(given.url);
  const place = 'target' in parsed ? parsed.target.servers[0] : undefined;
  if (!('target' in parsed) || place === undefined) throw new Error('no place');
  const attempt = { signal: AbortSignal.timeout(2000), remainingMs: () => 2000 };
  const token = await databasePassword(settings, parsed.target, place, attempt);
  expect(token).toMatch(/\?Action=connect&DBUser=app&/);
  expect(createRedactor(() => secretsOf(settings))(`FATAL: ${token}`)).toBe('FATAL: ***');
});

test('a server that offers no TLS gets no token', async () => {
  let heard = '';
  const server = await startTcpServer((socket) => {
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      socket.write('N');
    });
  });
  const trial = createTrial({ url: `postgres://app@${server.host}:${server.port}/shop?sslmode=require`, auth });
  expect(await trial.run()).toMatchObject({ outcome: 'tls', phases: 'connect' });
  trial.end();
  expect(heard).toHaveLength(8); // SSLRequest, and not a byte more
  const url = `rediss://app@${server.host}:${server.port}`;
  expect(await run({ url, ...named }, undefined, 500)).toMatchObject({ passed: false, phase: 'connect' });
  expect(heard).not.toContain('$4\r\nAUTH'); // four letters alone can be anything in a handshake
  await server.stop();
});

test('no region anywhere is misconfig and says how to set one', async () => {
  const undo = setEnvironment({ AWS_REGION: undefined });
  const { tokenNow } = await import('../../../src/dependencies/aws/token.ts');
  const request = { service: 'elasticache', host: 'shop-cache', query: { User: 'app' } } as const;
  const attempt = { signal: AbortSignal.timeout(2000), remainingMs: () => 2000 };
  try {
    await expect(tokenNow(request, undefined, attempt)).rejects.toMatchObject({
      errorClass: 'misconfig',
      message: expect.stringMatching(/set AWS_REGION/),
    });
  } finally {
    undo();
  }
});
