// init: what it writes passes check-config, whether a person answers or the environment; and what it never does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayBeSecret } from '../../src/cli/may-be-secret.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { runCommand } from '../integration/command.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { atTerminal } from './at-terminal.ts';

let folder: string;
let redis: RedisServer;
beforeAll(async () => {
  folder = await runFolder('init');
  redis = await startRedis();
});
afterAll(async () => {
  await redis?.remove();
  if (folder !== undefined) removeFolder(folder);
});

/** Everything that a variable can turn on. */
const all = (): Record<string, string> => ({
  DATABASE_URL: 'postgres://shop:the-password@127.0.0.1:1/shop',
  ELASTICSEARCH_URL: 'http://127.0.0.1:1',
  REDIS_URL: redis.url,
  KMS_KEY_ID: 'alias/shop',
  AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:1',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'an-access-key-id',
  AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
  APP_URL: 'http://127.0.0.1:1/healthz',
});

const shorthands = definitions.flatMap((definition) =>
  'environment' in definition ? (definition.environment ?? []) : [],
);

describe('--yes', () => {
  test('writes what the environment has, tries it, and the result passes check-config', async () => {
    const file = join(folder, 'all.yaml');
    const environment = all();
    const { code, stdout, stderr } = await runCommand(['init', '--yes', file], { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^redis .* passed in/m);
    expect(stdout).toMatch(/^database .* failed in .* ms in phase connect: refused$/m);
    expect(stdout).toContain(`wrote ${file}, 5 checks`);
    const text = readFileSync(file, 'utf8');
    for (const { variable } of shorthands) expect(text).toContain(`\${${variable}}`);
    for (const secret of ['the-password', redis.password, 'a-secret-access-key'])
      expect(text + stdout).not.toContain(secret);
    const checked = await runCommand(['check-config', '--config', file], { environment });
    expect(checked.code, checked.stderr).toBe(0);
    expect(checked.stdout).toMatch(/^app +http .* ready live$/m);
  });

  test('nothing in the environment: a file to fill in, which passes too', async () => {
    const file = join(folder, 'none.yaml');
    expect((await runCommand(['init', '--yes', file])).code).toBe(0);
    expect((await runCommand(['check-config', '--config', file])).code).toBe(0);
    for (const { check } of shorthands) expect(readFileSync(file, 'utf8')).toContain(`#   ${check}: {`);
  });

  test('a wrong value ends with 78, and nothing is written', async () => {
    const file = join(folder, 'wrong.yaml');
    const { code, stderr } = await runCommand(['init', '--yes', file], { environment: { REDIS_URL: 'localhost' } });
    expect(code).toBe(78);
    expect(stderr).toContain('nothing was written');
    expect(existsSync(file)).toBe(false);
  });

  test('another variable of ours that is wrong, too', async () => {
    const environment = { SIDEWARDEN_DRAIN_DELAY: 'soon' };
    const { code, stderr } = await runCommand(['init', '--yes', join(folder, 'soon.yaml')], { environment });
    expect(code).toBe(78);
    expect(stderr).toContain('SIDEWARDEN_DRAIN_DELAY');
  });

  test('a file that is there stays, unless --force', async () => {
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, 'mine');
    const { code, stderr } = await runCommand(['init', '--yes', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await runCommand(['init', '--yes', '--force', file])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('checks:');
  });
});

describe('of what is typed, the file holds what plainly holds no secret', () => {
  test.each([
    'http://127.0.0.1:8080/healthz',
    'https://search.example.com',
    'redis://cache:6379/0',
    'rediss://[::1]:6379',
    'postgres://db/shop',
    'unix:///run/redis.sock',
    'alias/shop',
    'arn:aws:kms:eu-central-1:123456789012:key/a-b',
  ])('%s: written', (typed) => expect(mayBeSecret(typed)).toBe(false));
  test.each([
    'host=127.0.0.1 port=1 user=u password=hunter2',
    "host=h password = 'hunter 2'",
    'host=h sslpassword=hunter2',
    'host=h user=u',
    'postgres://u:hunter2@h/shop',
    'postgres://h/shop?password=hunter2',
    'redis://:hunter2@h',
    'redis://h#hunter2',
    'http://h/hook;key=hunter2',
    'http://h/?hunter2',
    'https://a,https://u:hunter2@b',
    'u:hunter2@h',
  ])('%s: stays in the environment', (typed) => expect(mayBeSecret(typed)).toBe(true));
});

describe('at a terminal', () => {
  test('asks, tries, asks again, and writes no password', async () => {
    const { code, shown } = await atTerminal(['init'], {
      cwd: folder,
      environment: { APP_URL: 'http://127.0.0.1:1/healthz' },
      dialogue: [
        [/Name of the service/, `${'x'.repeat(101)}\n`],
        [/Name of the service/, 'web shop\n'],
        [/DATABASE_URL \(Enter: none\)/, 'host=127.0.0.1 port=1 user=u password=hunter2\n'],
        [/Keep it all the same/, 'y\n'],
        [/ELASTICSEARCH_URL/, 'ftp://search\n'],
        [/ELASTICSEARCH_URL/, 'http://127.0.0.1:1\n'],
        [/Keep it all the same/, 'y\n'],
        [/REDIS_URL/, `redis://:wrong@127.0.0.1:${redis.port}\n`],
        [/Keep it all the same/, '\n'],
        [/REDIS_URL/, `${redis.url}\n`],
        [/KMS_KEY_ID/, '-\n'],
        [/APP_URL \(Enter: as in the environment/, '\n'],
        [/Keep it all the same/, 'y\n'],
      ],
    });
    expect(code, shown).toBe(0);
    expect(shown).toMatch(/must be .*http/);
    expect(shown).toContain('set DATABASE_URL where it runs');
    expect(shown).toContain('set REDIS_URL where it runs');
    const file = join(folder, 'sidewarden.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('service: "web shop"');
    expect(text).toContain('url: "http://127.0.0.1:1"');
    expect(text).toMatch(/^ {4}url: \$\{DATABASE_URL\} /m);
    for (const secret of [redis.password, 'hunter2']) expect(text).not.toContain(secret);
    const environment = {
      DATABASE_URL: 'postgres://u@127.0.0.1:1',
      REDIS_URL: redis.url,
      APP_URL: 'http://127.0.0.1:1/healthz',
    };
    const { stdout } = await runCommand(['check-config', '--config', file], { environment });
    expect([...stdout.matchAll(/^(\w+) +(elasticsearch|redis|http) /gm)].map(([, name]) => name)).toEqual([
      'elasticsearch',
      'redis',
      'app',
    ]);
  });

  test('Ctrl-D leaves nothing behind', async () => {
    const file = join(folder, 'left.yaml');
    const { code, shown } = await atTerminal(['init', file], { dialogue: [[/Name of the service/, '\u0004']] });
    expect(code).toBe(1);
    expect(shown).toContain('nothing was written');
    expect(existsSync(file)).toBe(false);
  });

  test('elsewhere it asks nothing: 2', async () => {
    const { code, stderr } = await runCommand(['init', join(folder, 'pipe.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
  });
});

describe('colours and rules', () => {
  const environment = { REDIS_URL: 'redis://127.0.0.1:1' };
  test('are for terminals that want them', async () => {
    const { shown } = await atTerminal(['check-config', '--online'], { environment });
    expect(shown).toContain('\u001b[31mfailed\u001b[39m');
    expect(shown).toContain('──────');
  });
  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('%j: no colours', async (asked) => {
    const { shown } = await atTerminal(['check-config', '--online'], { environment: { ...environment, ...asked } });
    expect(shown).toContain('failed in');
    expect(shown).not.toContain('\u001b[');
  });
});
