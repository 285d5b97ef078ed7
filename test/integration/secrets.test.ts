// No secret of the configuration comes out anywhere: every error is provoked, and all that the program says is searched.
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runCommand } from './command.ts';
import { createPlanted } from './planted.ts';
import { common, placesOf, secretChecks, startTroubles, type Troubles, wrongConfiguration } from './secret-checks.ts';

const planted = createPlanted();
const token = planted.plant('token of the daemon', '-._~!');
/** Where the file has them from: by name, by file, and the SDK's own. */
const environment = {
  LOG_LEVEL: 'trace',
  SIDEWARDEN_TOKEN: token,
  SHOP_REDIS: `redis://:${encodeURIComponent(planted.plant('password in a variable'))}@127.0.0.1:1`,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: planted.plant('access key id', 'AKIA'),
  AWS_SECRET_ACCESS_KEY: planted.plant('secret access key', '/+'),
  AWS_SESSION_TOKEN: planted.plant('session token', '/+=='),
};
/** Of these the program sends nothing, or nothing that could be said back. */
const kept = ['token of the daemon', 'password in a variable', 'secret access key', 'private key'];

let folder: string;
let troubles: Troubles;
let postgres: PostgresServer;
let redis: RedisServer;
let checks: Record<string, Record<string, unknown>>;
let file: string;
/** A process that is late itself blames nobody for silence, so those towards silent servers have one of their own. */
let daemons: Record<'loud' | 'silent', Sidewarden>;
const heardAll: string[] = [];

beforeAll(async () => {
  folder = await runFolder('secrets');
  [troubles, postgres, redis] = await Promise.all([startTroubles(), startPostgres(), startRedis()]);
  const places = placesOf(planted, folder);
  const wrong = encodeURIComponent(planted.plant('wrong password'));
  checks = {
    ...secretChecks(places, troubles),
    'postgres-wrong': { type: 'postgres', url: `postgres://app:${wrong}@127.0.0.1:${postgres.port}/shop`, ...common },
    'redis-wrong': { type: 'redis', url: `redis://:${wrong}@127.0.0.1:${redis.port}`, ...common },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own substitution
    'redis-variable': { type: 'redis', url: '${SHOP_REDIS}', ...common },
  };
  file = join(folder, 'sidewarden.yaml');
  await writeFile(file, stringify({ checks }));
  const start = (those: (name: string) => boolean): Promise<Sidewarden> =>
    startSidewarden({
      configuration: { checks: Object.fromEntries(Object.entries(checks).filter(([name]) => those(name))) },
      environment,
      hear: (text) => heardAll.push(text),
    });
  const [loud, silent] = await Promise.all([start((name) => !isSilent(name)), start(isSilent)]);
  daemons = { loud, silent };
  await Promise.all([loud, silent].map((one) => untilAllRan(one, 2)));
});
afterAll(async () => {
  await Promise.all(Object.values(daemons ?? {}).map((daemon) => daemon.stop()));
  await Promise.all([troubles?.stop(), postgres?.remove(), redis?.remove()]);
  if (folder !== undefined) removeFolder(folder);
});

const isSilent = (name: string): boolean => name.endsWith('-silent');
const daemonOf = (check: string): Sidewarden => daemons[isSilent(check) ? 'silent' : 'loud'];

/** Every check of the daemon has ended so many runs. */
async function untilAllRan(of: Sidewarden, runs: number): Promise<void> {
  const slowest = async (): Promise<number> => {
    const counts = new Map<string, number>();
    for (const line of (await of.get<string>('/metrics')).text.split('\n')) {
      const [, check = '', count] = /^sidewarden_check_runs_total\{check="([^"]*)".*\} (\d+)$/.exec(line) ?? [];
      if (count !== undefined) counts.set(check, (counts.get(check) ?? 0) + Number(count));
    }
    return Math.min(...counts.values());
  };
  // Not often: a page of so many checks takes the daemon longer than a run may be late.
  const ran = async () => expect(await slowest()).toBeGreaterThanOrEqual(runs);
  await vi.waitFor(ran, { timeout: 180_000, interval: 1000 });
}

const bearer = { authorization: `Bearer ${token}` };

describe('the search can find', () => {
  test('every secret in the configuration itself, in any form', async () => {
    const everything = JSON.stringify([checks, environment]);
    const found = planted.tracesIn(everything).map((trace) => trace.replace(/ \(.*/, ''));
    const inFiles = [...planted.secrets.keys()].filter((name) => /file|private key|inside/.test(name));
    expect(new Set([...found, ...inFiles])).toEqual(new Set(planted.secrets.keys()));
    for (const [name, secret] of planted.secrets) {
      for (const prefix of ['', ':', 'shop:', 'Basic shop: ']) {
        expect(planted.tracesIn(`x ${btoa(unescape(encodeURIComponent(prefix + secret)))} y`)).not.toEqual([]);
      }
      expect(planted.tracesIn(secret.slice(0, 10)).join(), name).toContain(name);
      expect(planted.tracesIn(JSON.stringify({ secret })).join()).toContain(name);
    }
    expect(planted.tracesIn(heardAll.join('').replace(/./g, 'x'))).toEqual([]);
  });

  test('every secret in what the servers received, so that they could say it', () => {
    const received = Object.values(troubles.echoes)
      .map((echo) => echo.received())
      .join('\n');
    const heard = planted.tracesIn(received).join();
    for (const name of planted.secrets.keys()) {
      if (!kept.includes(name) && name !== 'wrong password') expect(heard, name).toContain(name);
    }
  });
});

test('every class that can be provoked cheaply is', async () => {
  const types = ['postgres', 'redis', 'elasticsearch', 'http', 'kms'];
  const wanted = types.flatMap((type) => ['dns', 'refused', 'timeout', 'tls', 'server'].map((one) => `${type} ${one}`));
  wanted.push('postgres auth', 'redis auth', 'kms misconfig', 'tcp server', 'tcp timeout', 'tls tls');
  const missing = async (): Promise<string[]> => {
    const pages = await Promise.all(Object.values(daemons).map((daemon) => daemon.get<string>('/metrics')));
    const text = pages.map((page) => page.text).join('');
    const failures = text.matchAll(/failures_total\{.*type="(\w+)",class="(\w+)"\} [1-9]/g);
    const seen = new Set([...failures].map(([, type, errorClass]) => `${type} ${errorClass}`));
    return wanted.filter((one) => !seen.has(one));
  };
  await expect.poll(missing, { timeout: 150_000, interval: 2000 }).toEqual([]);
}, 180_000);

describe('nothing is found in', () => {
  test.each([
    ['/health', {}],
    ['/health', { accept: 'application/health+json' }],
    ['/health', { accept: 'text/plain' }],
    ['/health?verbose', {}],
    ['/health/ready', {}],
    ['/health/live', {}],
    ['/health/live/app', {}],
    ['/health/startup', {}],
    ['/health/detailed', bearer],
    ['/metrics', {}],
    ['/metrics/checks', {}],
  ])('%s %j', async (path, headers) => {
    for (const daemon of Object.values(daemons)) {
      const { code, text, headers: answered } = await daemon.get(path, headers);
      expect([200, 503]).toContain(code);
      expect(planted.tracesIn(text)).toEqual([]);
      expect(planted.tracesIn(JSON.stringify([...answered]))).toEqual([]);
    }
  });

  test('/health/detailed, which shows messages', async () => {
    const { text, body } = await daemons.loud.get('/health/detailed', bearer);
    expect(text).toContain('***');
    const messages = Object.values(body.checks).filter((check) => JSON.stringify(check).includes('"message":'));
    expect(messages.length).toBeGreaterThan(100);
  });

  test('/health/checks/* of every check', async () => {
    for (const name of Object.keys(checks)) {
      const { code, text } = await daemonOf(name).get(`/health/checks/${name}`);
      expect(code, name).toBe(503);
      expect(planted.tracesIn(text)).toEqual([]);
    }
  });

  test('errors, also of requests that hold the token', async () => {
    const daemon = daemons.loud;
    const open = await startSidewarden();
    try {
      const requests: [number, string, RequestInit][] = [
        [404, `${daemon.url}/nowhere/${token}?token=${token}`, {}],
        [404, `${daemon.url}/health/checks/${token}`, {}],
        [405, `${daemon.url}/health?token=${token}`, { method: 'POST', headers: bearer, body: token }],
        [401, `${daemon.url}/health/detailed?token=${token}`, {}],
        [401, `${daemon.url}/drain`, { method: 'POST', headers: { authorization: `Basic ${token}` }, body: token }],
        [403, `${open.url}/health/detailed?token=${token}`, { headers: bearer }],
        [503, `${daemon.url}/health?exclude=${token}`, {}],
        [400, `${daemon.url}/health/%E0%A4%A/${token}`, {}],
      ];
      for (const [code, url, init] of requests) {
        const response = await fetch(url, init);
        expect(response.status, url).toBe(code);
        const text = await response.text();
        expect(planted.tracesIn(text + JSON.stringify([...response.headers]))).toEqual([]);
      }
      expect(planted.tracesIn(open.output())).toEqual([]);
    } finally {
      await open.stop();
    }
  });

  test('all that was logged meanwhile, at every level', async () => {
    await Promise.all(Object.values(daemons).map((daemon) => daemon.stop()));
    const said = heardAll.join('');
    for (const level of ['debug', 'info', 'warn']) expect(said).toContain(`"log.level":"${level}"`);
    expect(said.split('\n').length).toBeGreaterThan(1000);
    expect(said).toContain('***');
    const isGuilty = (text: string): boolean => planted.tracesIn(text).length > 0;
    expect(isGuilty(said) ? said.split('\n').filter(isGuilty).slice(0, 5) : []).toEqual([]);
  });
});

// Each is a process of its own, and most of them wait for servers that are silent. The daemons have gone.
describe.concurrent('nothing is found in what is said by', () => {
  test.each([
    ['print-config', 0],
    ['print-config --json', 0],
    ['check-config', 0],
    ['check-config --json', 0],
    ['run --help', 0],
    ['--help', 0],
    ['--version', 0],
    ['probe', 1],
    ['probe --json', 1],
    ['check-config --online --json', 1],
  ])('%s', async (command, expected) => {
    const { code, stdout, stderr } = await runCommand([...command.split(' '), `--config=${file}`], { environment });
    expect(code, stderr).toBe(expected);
    expect(stdout).not.toBe('');
    expect(planted.tracesIn(stdout + stderr)).toEqual([]);
    const shown = command.endsWith('--json') ? Object.keys(JSON.parse(stdout).checks) : undefined;
    if (shown !== undefined) expect(shown.sort()).toEqual(Object.keys(checks).sort());
  });

  test('the mistakes of a configuration, at a secret and beside it', async () => {
    const secret = () => planted.plant(`secret ${planted.secrets.size} of a wrong configuration`, '-x-');
    const wrong = join(folder, 'wrong.yaml');
    const number = () => planted.add(`wrong number ${planted.secrets.size}`, String(randomInt(2 ** 40, 2 ** 47)));
    const good = wrongConfiguration(secret, number).join('\n');
    const glued = `${good}\n  redis:\n    type: redis\n    password:${secret()}\n    interval: 5s`;
    for (const text of [good, glued, `${good}\n  broken: {"${secret()}`]) {
      await writeFile(wrong, text);
      expect(planted.tracesIn(text).length).toBeGreaterThan(30);
      const environmentToo = { DATABASE_URL: `postgre://shop:${secret()}@db`, SIDEWARDEN_TOKEN: 'short é' };
      const options = { environment: environmentToo };
      const commands = ['run', 'check-config', 'print-config'];
      const all = await Promise.all(commands.map((command) => runCommand([command, `--config=${wrong}`], options)));
      for (const ended of all) {
        expect(ended.code).toBe(78);
        expect(ended.stderr.split('wrong.yaml:').length).toBeGreaterThan(text === good ? 20 : 1);
        expect(planted.tracesIn(ended.stdout + ended.stderr)).toEqual([]);
      }
      const { code, stderr } = await runCommand(['run'], options);
      expect(code).toBe(78);
      expect(planted.tracesIn(stderr)).toEqual([]);
    }
  });

  test.each(['throw', 'reject'])('a crash whose message holds every secret (%s)', async (how) => {
    const ofOwn = Object.entries(checks).filter(([name]) => name.endsWith('-own') || name === 'redis-variable');
    const crashing = join(folder, `${how}.mjs`);
    const secrets = [...planted.secrets].filter(([name]) => !/private key|wrong|inside|beginning/.test(name));
    const message = JSON.stringify(`it broke: ${secrets.map(([, secret]) => secret).join(' | ')}`);
    const act = how === 'throw' ? `throw new Error(${message})` : `Promise.reject(new Error(${message}))`;
    await writeFile(crashing, `process.on('SIGWINCH', () => { ${act} });`);
    let heard = '';
    const doomed = await startSidewarden({
      configuration: { checks: Object.fromEntries(ofOwn) },
      environment,
      node: [`--import=${crashing}`],
      hear: (text) => {
        heard += text;
      },
    });
    try {
      await untilAllRan(doomed, 1);
      process.kill(doomed.pid, 'SIGWINCH');
      expect(await doomed.exited).toBe(1);
    } finally {
      await doomed.stop();
    }
    expect(heard).toContain('it broke: ***');
    expect(planted.tracesIn(heard)).toEqual([]);
  });
});
