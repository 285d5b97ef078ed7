// check-config, print-config and schema: what they print, where each value comes from, and their codes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { paragraph } from '../../src/cli/terminal.ts';
import { fileOf } from '../config/load.ts';
import { blockWith, root } from '../docs/pages.ts';
import { runCommand } from '../integration/command.ts';
import { atTerminal } from './at-terminal.ts';
import { runHere } from './run-here.ts';

const file = fileOf(`service: shop
token: \${SIDEWARDEN_TOKEN}
defaults: { interval: 10s }
checks:
  database:
    type: postgres
    url: \${DATABASE_URL}
  search: { type: elasticsearch, url: 'https://search.example.com', timeout: 4s }
  app: { type: http, url: 'http://127.0.0.1:8080/', headers: { x-key: a-secret-header }, gates: [ready, live] }
`);
const environment = {
  SIDEWARDEN_TOKEN: '0123456789abcdef',
  DATABASE_URL: 'postgres://shop:a-secret-password@db.example.com/shop',
  LOG_LEVEL: 'debug',
};
const print = (...args: string[]) => runHere(['print-config', '--config', file, ...args], { environment });

describe('print-config', () => {
  test('says for each value who says so', async () => {
    const args = ['print-config', '--config', file, '--listen', ':0', '--json'];
    const { code, stdout } = await runCommand(args, { environment });
    expect(code).toBe(0);
    const { service, token, listen, log_level, drain_delay, defaults, checks } = JSON.parse(stdout);
    expect(service).toEqual({ value: 'shop', source: `${file}:1` });
    expect(token).toEqual({ value: '${SIDEWARDEN_TOKEN}', source: 'SIDEWARDEN_TOKEN' }); // a variable wins over the file
    expect(listen).toEqual({ value: ['[::]:0'], source: '--listen' });
    expect(log_level).toEqual({ value: 'debug', source: 'LOG_LEVEL' }); // the file says none
    expect(drain_delay.source).toBe('default');
    expect(defaults.interval).toEqual({ value: '10s', source: `${file}:3` });
    expect(defaults.timeout).toEqual({ value: '2s', source: 'default' });
    expect(checks.database).toMatchObject({
      type: { value: 'postgres', source: `${file}:6` },
      url: { value: '${DATABASE_URL}', source: `${file}:7 \${DATABASE_URL}` },
      interval: { value: '10s', source: `${file}:3 (defaults.interval)` },
      timeout: { value: '2s', source: 'default' },
      expect: { value: 'any', source: 'default' },
    });
    expect(checks.search).toMatchObject({
      interval: { value: '15s', source: 'default' },
      timeout: { value: '4s', source: `${file}:8` },
    });
    expect(checks.app.headers).toEqual({ value: { 'x-key': '[secret]' }, source: `${file}:9` });
  });

  test('of the environment alone, its variables', async () => {
    const { stdout } = await runHere(['print-config', '--json'], {
      environment: { ...environment, SIDEWARDEN_DEFAULTS_TIMEOUT: '1s', SIDEWARDEN_LISTEN: '127.0.0.1:7' },
    });
    const { listen, defaults, checks } = JSON.parse(stdout);
    expect(listen).toEqual({ value: ['127.0.0.1:7'], source: 'SIDEWARDEN_LISTEN' });
    expect(defaults.timeout).toEqual({ value: '1s', source: 'SIDEWARDEN_DEFAULTS_TIMEOUT' });
    expect(checks.database.url).toEqual({ value: '${DATABASE_URL}', source: 'DATABASE_URL' });
    expect(checks.database.timeout.source).toBe('SIDEWARDEN_DEFAULTS_TIMEOUT (defaults.timeout)');
  });

  test('the text is YAML with the same values, and holds no secret', async () => {
    const [{ stdout: text }, { stdout: json }] = [await print(), await print('--json')];
    const values = (tree: unknown): unknown => {
      if (tree === null || typeof tree !== 'object' || Array.isArray(tree)) return tree;
      if ('source' in tree && 'value' in tree) return tree.value;
      return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, values(value)]));
    };
    expect(parse(text)).toEqual(values(JSON.parse(json)));
    expect(text).toMatch(/^ {4}timeout: 4s +# .*:8$/m);
    for (const secret of ['a-secret-password', 'a-secret-header', '0123456789abcdef'])
      expect(text + json).not.toContain(secret);
  });

  test('what it prints is a configuration again, with the same values', async () => {
    const wide = fileOf(`service: "a $\${service} costs $$$5"
listen: [':0', ':\${PORT}', 'unix:/tmp/x.sock']
token: 0123456789abcdef
drain_delay: 5s
checks:
  postgres: { type: postgres, url: 'postgres://postgres:postgres@postgres/postgres', write: {}, gates: [ready, startup], wait_for: healthy }
  rds: { type: postgres, url: 'postgres://app@db.example.com/shop?sslmode=verify-full', auth: aws-iam, region: eu-central-1 }
  folders: { type: postgres, url: 'host=/run/a,h port=1,2 user=u', statistics_url: 'host=/run/pg port=5433 user=u' }
  pair: { type: postgres, url: 'host=a,b user=u password=postgres', expect: primary, cron: '*/10 * * * * *', timeout: 900ms }
  redis: { type: redis, url: 'redis://redis:redis@redis/1', username: redis, password: \${REDIS_PASSWORD} }
  numbered: { type: redis, url: 'redis://:\${REDIS_PASSWORD}@\${HOST}/\${DB}', database: \${DB}, tls: { server_name: \${HOST} } }
  behind: { type: redis, url: 'redis://h?db=5' }
  cluster: { type: redis, cluster: { addresses: ['a:1', '[::1]:2'] }, password_file: /run/secrets/redis }
  search: { type: elasticsearch, url: 'https://elastic:elastic@a/es,http://b', minimum_status: green, statistics: { mode: off } }
  app:
    type: http
    url: http://elastic:http@127.0.0.1:8080/hook/abc?token=http
    headers: { x-key: '\${X}', authorization: 'Bearer \${REDIS_PASSWORD}' }
    expected_status: [200, '301-302']
    body_matches: '^$\\{ok}$$'
    json: { path: '$.a["b c"]', equals: true }
    required: false
  asked: { type: http, url: 'http://localhost:\${PORT}?x=1' }
  key: { type: kms, key_id: alias/kms, region: eu-central-1, round_trip: { context: { a: "1" } }, timeout: 2s }
  names: { type: dns, name: db.example.com, record: MX, expect: ['10 mail.example.com'] }
  port: { type: tcp, address: 'tcp:1' }
  edge: { type: tls, address: '[::1]:443', tls: { server_name: tls }, warn_before: 1d12h }
`);
    const wideEnvironment = {
      REDIS_PASSWORD: 'postgres',
      X: 'redis',
      PORT: '8080',
      HOST: 'cache.example.com',
      DB: '5',
    };
    const printed = async (from: string) => {
      const { code, stdout, stderr } = await runHere(['print-config', '--config', from], {
        environment: wideEnvironment,
      });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return stdout;
    };
    const first = await printed(wide);
    const again = parse(await printed(fileOf(first)));
    const { checks, listen } = parse(first);
    expect([listen, checks.numbered.database, checks.numbered.tls.server_name]).toEqual([
      [':0', ':${PORT}', 'unix:/tmp/x.sock'],
      '${DB}',
      '${HOST}',
    ]);
    // What is masked mentions no variable any more: then these are no part of a secret.
    again.listen = listen;
    Object.assign(again.checks.numbered, { database: '${DB}', tls: checks.numbered.tls });
    expect(again).toEqual(parse(first));
    expect(checks.rds.url).toBe('postgres://***@db.example.com:5432/***?sslmode=verify-full');
    expect(checks.folders.url).toBe('postgres://***@%2Frun%2Fa:1,h:2');
    expect(checks.folders.statistics_url).toBe('postgres://***@%2Frun%2Fpg:5433');
    expect([checks.behind.url, checks.asked.url]).toEqual(['redis://h/5', 'http://localhost:8080/***']);
    expect(Object.values(checks as Record<string, { type: string }>).map(({ type }) => type)).toEqual([
      'postgres',
      'postgres',
      'postgres',
      'postgres',
      'redis',
      'redis',
      'redis',
      'redis',
      'elasticsearch',
      'http',
      'http',
      'kms',
      'dns',
      'tcp',
      'tls',
    ]);
    expect(checks.redis.password).toBe('${REDIS_PASSWORD}');
    expect(first).not.toMatch(/postgres:postgres|redis:redis|elastic:elastic|token=http|hook\/abc/);
  });
});

describe('check-config', () => {
  test('ten different mistakes are ten errors, each with its line and how to fix it', async () => {
    const wrong = fileOf(
      [
        'listne: ":9090"',
        'drain_delay: 5',
        'log_level: wran',
        'checks:',
        '  Database: { type: postgres, url: "postgres://shop@localhost/shop" }',
        '  orders: { type: postgres, url: "mysql://shop@localhost/shop" }',
        '  cache: { type: redsi, url: "redis://localhost" }',
        '  app: { type: http, url: "http://localhost:8080/", timeout: 10s }',
        '  search: { type: elasticsearch, url: "http://localhost:9200", gates: [live] }',
        '  keys: { type: kms }',
        '  port: { type: tcp, address: localhost }',
        '',
      ].join('\n'),
    );
    const text = await runCommand(['check-config', '--config', wrong]);
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 78, stdout: '' });
    const json = await runHere(['check-config', '--config', wrong, '--json']);
    expect(json.code).toBe(78);
    const { ok, problems } = JSON.parse(json.stdout) as {
      ok: boolean;
      problems: { file: string; line: number; path: string; message: string; fix: string }[];
    };
    expect(ok).toBe(false);
    const broken = await runHere(['check-config', fileOf('a: b: c'), '--json']);
    expect(JSON.parse(broken.stdout).problems).toMatchObject([{ line: 1, path: '' }]);
    expect(problems.map(({ line }) => line)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
    for (const { line, message, fix } of problems) {
      expect(fix, message).toEqual(expect.any(String));
      expect(text.stderr).toContain(`${wrong}:${line}:`);
      expect(text.stderr).toContain(`  fix: ${fix}\n`);
    }
  });

  test('notes are failures with --strict only', async () => {
    const args = ['check-config', '--config', file];
    const { code, stdout } = await runHere(args, { environment });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bound: longest time .*; expiry: how long a pass counts$/m);
    const mistyped = { SIDEWARDEN_SERVCE: 'shop' };
    const doubt = 'warning: SIDEWARDEN_SERVCE is not read; did you mean SIDEWARDEN_SERVICE?';
    expect((await runHere(args, { environment: { ...environment, ...mistyped } })).stdout).toContain(doubt);
    expect((await runHere(['check-config', fileOf('listn: 1')], { environment: mistyped })).stderr).toContain(doubt);
    const strict = await runHere([...args, '--strict'], { environment });
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/^failed: --strict, and there (is 1 note|are \d notes)$/m);
    const { ok, notes } = JSON.parse((await runHere([...args, '--strict', '--json'], { environment })).stdout);
    expect(ok).toBe(false);
    expect(notes.length).toBeGreaterThan(0);
    const quiet = fileOf(
      'token: ${SIDEWARDEN_TOKEN}\nchecks:\n  app: { type: http, url: "http://127.0.0.1:8080/", gates: [ready, live] }\n',
    );
    expect(
      await runHere(['check-config', quiet, '--strict'], {
        environment: { SIDEWARDEN_TOKEN: environment.SIDEWARDEN_TOKEN },
      }),
    ).toMatchObject({ code: 0, stderr: '' });
  });

  test('no check, and files that were not read, are told', async () => {
    const token = { SIDEWARDEN_TOKEN: environment.SIDEWARDEN_TOKEN };
    const named = { ...token, SIDEWARDEN_CONFIG: file };
    const nothing = fileOf('service: shop\ntoken: ${SIDEWARDEN_TOKEN}\n');
    const args = ['check-config', '--config', nothing];
    const { code, stdout } = await runHere(args, { environment: named });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^.*: good, 0 checks\nnot read: (.*)\nwarning: No check is configured/);
    expect(stdout).toContain(`not read: ${file}`);
    const strict = await runHere([...args, '--strict'], { environment: token });
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/^failed: --strict, and there is 1 warning$/m);
    const json = JSON.parse((await runHere([...args, '--json'], { environment: named })).stdout);
    expect(json).toMatchObject({ not_read: [file], warnings: [expect.stringContaining('No check')] });
  });
});

test('notes are broken between words at a terminal, and nowhere else', async () => {
  const text = 'one word after the other, and `a_long_one_that_does_not_fit_into_any_line_of_it` too';
  const plain = (label: string) => label;
  expect(paragraph('note:', text, {}, plain)).toBe(`note: ${text}\n`);
  expect(paragraph('note:', text, { isTTY: true, columns: 40 }, plain).split('\n')).toEqual([
    'note: one word after the other, and',
    '      `a_long_one_that_does_not_fit_into_any_line_of_it`',
    '      too',
    '',
  ]);
  const { shown } = await atTerminal(['check-config', '--config', file], { environment });
  const lines = shown.split('\r\n');
  expect(lines.filter((line) => line.startsWith('      ')).length).toBeGreaterThan(1);
  expect(Math.max(...lines.map((line) => stripVTControlCharacters(line).length))).toBeLessThanOrEqual(80);
});

describe('check-config --replicas', () => {
  const priced = fileOf(
    [
      'checks:',
      "  database: { type: postgres, url: 'postgres://shop@db/shop', expect: primary, write: {} }",
      '  keys: { type: kms, key_id: alias/shop, round_trip: {} }',
      "  search: { type: elasticsearch, url: 'https://search', cron: '*/30 * * * * *' }",
      "  app: { type: http, url: 'http://127.0.0.1:8080/' }",
      '',
    ].join('\n'),
  );
  const checkConfig = (...args: string[]) => runHere(['check-config', '--config', priced, ...args]);

  test('says what the pods cost, in words', async () => {
    const { code, stdout } = await checkConfig('--replicas', '50');
    expect(code).toBe(0);
    const [, table = ''] = stdout.split('\n50 pods, and up to 13 more during a rollout:\n');
    const rows = table.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, 5)).toEqual([
      ['check', 'connections', 'rotating', 'rollout', 'log-ins/s', 'requests/s', 'confirming', 'series'],
      ['database', '52', '102', '128', '50', '21.7', '222', '42'],
      ['keys', '51', '101', '127', '0', '1.18', '33.4', '72'],
      ['search', '51', '101', '127', '0', '1.67', '55.6', '42'],
      ['app', '0', '50', '63', '0', '10', '55.6', '37'],
    ]);
    expect(table).toContain('\nkeys: 2160000 DescribeKey in 30 days, USD 6.48 (');
    expect(table).toContain("0.0417 % of the account's quota of 2000 a second, 0.556 % while confirming\n");
    expect(table).toContain('\nkeys: 43200 DescribeKey of the statistics in 30 days, USD 0.13 (');
    const documented = blockWith('docs/cli.md', 'console', '--replicas 50').split('\n');
    expect(documented.filter((line) => /^(check|database|keys|app)\b/.test(line))).toEqual(
      table.split('\n').filter((line) => /^(check|database|keys|app)\b/.test(line)),
    );
  });

  test('a pod with a check of each database, of a cache and of a key has about 240 series', async () => {
    const four = {
      database: { type: 'postgres', url: 'postgres://shop@db/shop', expect: 'primary' },
      sessions: { type: 'redis', url: 'rediss://cache' },
      search: { type: 'elasticsearch', url: 'https://search' },
      keys: { type: 'kms', key_id: 'alias/shop', round_trip: {} },
    };
    const args = ['check-config', '--replicas', '1000', '--json', '--config', fileOf(JSON.stringify({ checks: four }))];
    const { series, checks } = JSON.parse((await runHere(args)).stdout);
    const each = Object.keys(four).map((name) => checks[name].cost.series.per_pod);
    expect([...each, series.process, series.per_pod]).toEqual([42, 42, 42, 72, 43, 241]);
  });

  test.each([
    ['off', undefined, 50],
    ['leader', 43_200, 51],
    ['all', 50 * 43_200, 100],
  ])('statistics of the mode %s: calls of whoever reads', async (mode, perMonth, kept) => {
    const { stdout } = await runHere(['check-config', '--config', priced, '--replicas', '50', '--json'], {
      environment: { SIDEWARDEN_STATISTICS_MODE: mode },
    });
    const { calls, connections } = JSON.parse(stdout).checks.keys.cost;
    const found = calls.find(({ name }: { name: string }) => name === 'DescribeKey of the statistics');
    expect(found?.per_month).toBe(perMonth);
    expect(connections.kept).toBe(kept);
  });

  test('and in JSON, as docs/cli.md describes it', async () => {
    const validate = new Ajv2020().compile(JSON.parse(blockWith('docs/cli.md', 'json', '"$schema"')));
    const body = JSON.parse((await checkConfig('--replicas', '50', '--json')).stdout);
    expect(body).toMatchObject({ ok: true, replicas: 50, surge: 13 });
    for (const { cost } of Object.values(body.checks) as { cost: object }[]) {
      expect(validate(cost) ? [] : validate.errors).toEqual([]);
      expect(validate({ ...cost, calls: [{}] })).toBe(false);
    }
    expect(body.checks.keys.cost.calls[0].price).toMatchObject({ usd_per_month: 6.48, usd_per_10000: 0.03 });
    expect(JSON.parse((await checkConfig('--json')).stdout).checks.keys).not.toHaveProperty('cost');
  });

  test.each(['0', '-1', 'many', '1.5', '100001'])('%s is no number of pods', async (replicas) => {
    expect(await checkConfig(`--replicas=${replicas}`)).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a long answer comes out whole, and a reader that has seen enough is no error', async () => {
  const many = Array.from(
    { length: 200 },
    (_, n) => `  app-${n}: { type: http, url: "http://127.0.0.1:${n + 1}/", gates: [] }`,
  );
  const long = fileOf(`checks:\n${many.join('\n')}\n`);
  const { stdout } = await runCommand(['print-config', '--json', '--config', long]);
  expect(stdout.length).toBeGreaterThan(200_000);
  expect(Object.keys(JSON.parse(stdout).checks)).toHaveLength(200);
  const piped = '"$0" dist/sidewarden.js print-config --json --config "$1" | head -n 1; echo "${PIPESTATUS[0]}"';
  const shell = spawnSync('bash', ['--norc', '-c', piped, process.execPath, long], { cwd: root, encoding: 'utf8' });
  expect(shell).toMatchObject({ stdout: '{\n0\n', stderr: '' });
});

test('check-config takes its file as the operand, and refuses two', async () => {
  const good = await runHere(['check-config', file], { environment });
  expect(good.code).toBe(0);
  expect(good.stdout).toBe((await runHere(['check-config', '--config', file], { environment })).stdout);
  const two = await runHere(['check-config', 'a.yaml', '--config', 'b.yaml']);
  expect(two).toMatchObject({ code: 2, stdout: '' });
  expect(two.stderr).toContain('two files are named, a.yaml and b.yaml: name one, with or without --config');
});

test.each([[['check-config', '-']], [['print-config', '--config', '-']], [['probe', '--config', '-']]])(
  '%j reads standard input',
  async (args) => {
    const input = 'service: piped\nchecks: { r: { type: redis, url: "redis://127.0.0.1:1" } }\n';
    const [right, wrong] = await Promise.all(
      [input, 'servise: piped'].map((text) => runCommand(args, { input: text, environment: { DATABASE_URL: 'x' } })),
    );
    if (args[0] === 'check-config')
      expect(right?.stdout).toContain(
        'DATABASE_URL is set and has no effect, since standard input does not mention it.',
      );
    expect(right?.stdout).toMatch(/^standard input: good|# standard input:1\n|^r {2}redis/);
    expect(wrong).toMatchObject({ code: 78, stdout: '' });
    expect(wrong?.stderr).toContain('standard input:1:1 servise: unknown key');
  },
);

test('a file beside it whose name is not the usual one is named where there is no check', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'sidewarden-misnamed-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  expect((await runCommand(['check-config'], { cwd })).stdout).not.toContain('not read');
  for (const name of ['sidewarden.yml', 'config.yaml']) {
    writeFileSync(join(cwd, name), '');
    expect((await runCommand(['check-config'], { cwd })).stdout).toContain(
      `stay healthy. ./${name} is not read: rename it to sidewarden.yaml, or name it with --config. Set DATABASE_URL`,
    );
    rmSync(join(cwd, name));
  }
});

test('schema is config/schema.json', async () => {
  const { code, stdout } = await runCommand(['schema']);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(`${root}config/schema.json`, 'utf8'));
});
