// What a right configuration becomes: precedence, defaults, variables, secrets, addresses, notes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { Secret } from '../../src/core/secret.ts';
import { reveal } from '../../src/dependencies/credentials.ts';
import { fileOf, loadText, right, wrong } from './load.ts';

const only = (text: string, environment: NodeJS.ProcessEnv = {}) => right(loadText(text, environment)).checks[0];
const notes = (text: string, environment: NodeJS.ProcessEnv = {}): string => {
  const loaded = loadText(text, environment);
  return loaded.ok ? loaded.notes.join('\n') : '';
};
const redis = 'checks: { r: { type: redis, url: redis://x } }';

test('TLS and the cap on connections, from the file or from variables', () => {
  const text = 'max_connections: 99\ntls: { cert_file: /c, key_file: /k, client_ca_file: /a }';
  expect(right(loadText(text))).toMatchObject({
    maxConnections: 99,
    tls: { certFile: '/c', keyFile: '/k', clientCaFile: '/a' },
  });
  const environment = {
    SIDEWARDEN_TLS_CERT_FILE: '/c',
    SIDEWARDEN_TLS_KEY_FILE: '/k',
    SIDEWARDEN_MAX_CONNECTIONS: '99',
  };
  expect(right(loadText('service: shop', environment))).toMatchObject({
    maxConnections: 99,
    tls: { certFile: '/c', keyFile: '/k' },
  });
  expect(right(loadText('service: shop'))).toMatchObject({ maxConnections: 512 });
  expect(right(loadText('service: shop')).tls).toBeUndefined();
});

test('nothing at all is a configuration too, and says how to add a check', () => {
  const loaded = loadConfiguration({ environment: {} });
  expect(right(loaded)).toMatchObject({
    service: 'sidewarden',
    listen: [
      { kind: 'tcp', host: '127.0.0.1', port: 9090 },
      { kind: 'tcp', host: '::1', port: 9090, optional: true },
    ],
    logLevel: 'info',
    drainDelayMs: 0,
    checks: [],
    source: 'environment',
  });
  expect(loaded.ok && loaded.warnings.join()).toContain(
    'Set DATABASE_URL, ELASTICSEARCH_URL, REDIS_URL, KMS_KEY_ID, APP_URL',
  );
});

test('variables alone turn the checks on', () => {
  const environment = {
    DATABASE_URL: 'postgres://u:hunter2@db/shop',
    ELASTICSEARCH_URL: 'http://search:9200',
    REDIS_URL_FILE: fileOf('redis://:hunter3@cache\n'),
    KMS_KEY_ID_FILE: fileOf('alias/shop\n'),
    APP_URL: 'http://127.0.0.1:8080/',
    LOG_LEVEL: '',
  };
  const { checks, secrets } = right(loadConfiguration({ environment }));
  expect(
    checks.map(({ name, definition, schedule, timeoutMs }) => [name, definition.type, schedule, timeoutMs]),
  ).toEqual([
    ['database', 'postgres', { kind: 'interval', intervalMs: 5000 }, 2000],
    ['elasticsearch', 'elasticsearch', { kind: 'interval', intervalMs: 15_000 }, 5000],
    ['redis', 'redis', { kind: 'interval', intervalMs: 5000 }, 2000],
    ['kms', 'kms', { kind: 'interval', intervalMs: 60_000 }, 5000],
    ['app', 'http', { kind: 'interval', intervalMs: 5000 }, 2000],
  ]);
  expect(
    checks.flatMap(({ settings }) => (settings.url instanceof Secret ? [settings.url.source] : [])),
  ).toContainEqual({
    file: environment.REDIS_URL_FILE,
  });
  expect(checks[3]?.settings.key_id).toBe('alias/shop');
  expect(secrets.map(reveal)).toContain('redis://:hunter3@cache');
});

test('a mistake in a variable names the variable, and shows no secret', () => {
  const environment = {
    DATABASE_URL: 'mysql://u:hunter2@db',
    SIDEWARDEN_DEFAULTS_INTERVAL: '5',
    REDIS_URL: 'a',
    REDIS_URL_FILE: 'b',
  };
  const problems = wrong(loadConfiguration({ environment }));
  expect(problems.map(({ path, message }) => `${path}: ${message}`).sort()).toEqual([
    expect.stringContaining('DATABASE_URL: must be'),
    'REDIS_URL: REDIS_URL and REDIS_URL_FILE are both set',
    'SIDEWARDEN_DEFAULTS_INTERVAL: `5` has no unit: 5 what?',
  ]);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
  expect(problems.every(({ file, line }) => file === undefined && line === undefined)).toBe(true);
});

test('a flag wins over the environment, that over the file, that over the default', () => {
  const text = `log_level: warn\nservice: file\ndefaults: { timeout: 1s, failure_threshold: 7 }\n${redis}`;
  const environment = {
    SIDEWARDEN_SERVICE: 'variable',
    SIDEWARDEN_LOG_LEVEL: 'ERROR',
    SIDEWARDEN_DEFAULTS_FAILURE_THRESHOLD: '9',
    SIDEWARDEN_LISTEN: ':1,unix:/run/x',
  };
  expect(right(loadText(text))).toMatchObject({ logLevel: 'warn', service: 'file' });
  expect(right(loadText(text.replace('warn', 'WARN')))).toMatchObject({ logLevel: 'warn' });
  const loaded = right(loadText(text, environment));
  expect(loaded).toMatchObject({ logLevel: 'error', service: 'variable' });
  expect(loaded.listen).toEqual([
    { kind: 'tcp', host: '::', port: 1 },
    { kind: 'unix', path: '/run/x' },
  ]);
  expect(loaded.checks[0]).toMatchObject({ failureThreshold: 9, timeoutMs: 1000, successThreshold: 2 });
  expect(right(loadText(text, { ...environment, SIDEWARDEN_LOG_LEVEL: 'debug' })).logLevel).toBe('debug');
  const flags = { listen: '127.0.0.1:0', logLevel: 'trace' };
  expect(right(loadText(text, environment, { arguments: flags }))).toMatchObject({
    logLevel: 'trace',
    listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
  });
});

test('a `$` that is meant is written twice, and one that comes from a variable is meant', () => {
  expect(right(loadText('service: $$NAME\nnamespace: ${N}', { N: '$(NAME)' }))).toMatchObject({
    service: '$NAME',
    namespace: '$(NAME)',
  });
});

test('a wrong flag is named', () => {
  expect(wrong(loadText('', {}, { arguments: { config: fileOf(redis), logLevel: 'loud' } }))[0]).toMatchObject({
    path: '--log-level',
  });
});

test('the file: the flag, else SIDEWARDEN_CONFIG', () => {
  const [one, two] = [fileOf('service: one'), fileOf('service: two')];
  expect(right(loadConfiguration({ environment: { SIDEWARDEN_CONFIG: two } }))).toMatchObject({
    service: 'two',
    source: two,
  });
  expect(
    right(loadConfiguration({ arguments: { config: one }, environment: { SIDEWARDEN_CONFIG: two } })).service,
  ).toBe('one');
});

test.each(['DATABASE_URL', 'ELASTICSEARCH_URL', 'REDIS_URL', 'KMS_KEY_ID', 'APP_URL'])(
  'with a file, %s and its _FILE form turn nothing on, which is said unless the file mentions it',
  (name) => {
    for (const variable of [name, `${name}_FILE`]) {
      const environment = { [variable]: fileOf('redis://x') };
      const loaded = loadText(redis, environment);
      expect(right(loaded).checks.map((check) => check.name)).toEqual(['r']);
      expect(loaded.ok && loaded.notes.join('\n')).toContain(`${variable} is set and has no effect, since ${'/'}`);
      expect(notes('{}', environment)).toContain(`${variable} is set and has no effect`);
      for (const mentioned of new Set([name, variable])) {
        const text = `checks: { a: { type: tcp, address: "h:1", send: "\${${mentioned}}", expect: x } }`;
        expect(notes(text, environment)).not.toContain(`${variable} is set`);
      }
    }
  },
);

test.each([
  ['service: a', {}, /^No check is configured: .* Add one below `checks:`\.$/],
  [redis, {}, /^$/],
  [
    redis,
    { LOG_LEVEL: 'loud' },
    /^LOG_LEVEL is no level that is known here \(loud\), so info counts\. SIDEWARDEN_LOG_LEVEL/,
  ],
  [redis, { LOG_LEVEL: 'loud', SIDEWARDEN_LOG_LEVEL: 'warn' }, /^$/],
])('warnings of %o %o', (text, environment, expected) => {
  const loaded = loadText(text, environment);
  expect(loaded.ok && loaded.warnings.join('\n')).toMatch(expected);
});

test('LOG_LEVEL is of the app beside us: words and numbers of other loggers are mapped, anything else is info', () => {
  const levels = {
    trace: ['trace', 'ALL', 'silly', '10'],
    debug: ['Verbose', 'fine', '20', 'debug,hyper=info'],
    info: ['INFO', 'notice', 'information', '"info"', '30', 'info,sqlx=warn', 'sqlx=warn,info', ' info '],
    warn: ['warning', 'WARN', '40'],
    error: ['critical', 'fatal', 'err', '50', '60'],
    silent: ['off', 'none', 'silent'],
  };
  for (const [level, words] of Object.entries(levels)) {
    for (const word of words) expect(right(loadText(redis, { LOG_LEVEL: word })).logLevel, word).toBe(level);
  }
  const token = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
  for (const rubbish of [
    '0',
    '1',
    '7',
    '8',
    '-4',
    token,
    '35',
    '100',
    'sqlx=warn',
    '$' + '{X}',
    'hunter2 hunter2',
    'constructor',
    ',',
  ]) {
    const loaded = loadText(redis, { LOG_LEVEL: rubbish });
    expect(right(loaded).logLevel, rubbish).toBe('info');
    expect(loaded.ok && loaded.warnings, rubbish).toHaveLength(1);
    expect(loaded.ok && loaded.warnings.join()).not.toMatch(/hunter2|ghp_16/);
    const ours = loadText(`log_level: warn\n${redis}`, { LOG_LEVEL: rubbish });
    expect(ours).toMatchObject({ configuration: { logLevel: 'warn' }, warnings: [] });
    const flagged = loadText(redis, { LOG_LEVEL: rubbish }, { arguments: { config: fileOf(redis), logLevel: 'warn' } });
    expect(flagged).toMatchObject({ configuration: { logLevel: 'warn' }, warnings: [] });
  }
});

test.each([
  ['log_level: verbose', {}, 'log_level'],
  ['service: a', { SIDEWARDEN_LOG_LEVEL: 'warning' }, 'SIDEWARDEN_LOG_LEVEL'],
])('a level that is ours is strict: %o %o', (text, environment, path) => {
  expect(wrong(loadText(text, environment))).toMatchObject([
    { path, message: expect.stringContaining('must be one of trace') },
  ]);
});

test('within a check: its own value, then its type’s, then defaults', () => {
  const text = [
    'defaults: { interval: 20s, timeout: 3s, success_threshold: 4 }',
    'checks:',
    '  e: { type: elasticsearch, url: http://x }',
    '  r: { type: redis, url: redis://x }',
    '  k: { type: kms, key_id: a, interval: 30s, success_threshold: 1, slow_after: 1s, required: false, max_connection_age: 1m }',
  ].join('\n');
  const [e, r, k] = right(loadText(text)).checks;
  expect(e).toMatchObject({
    schedule: { intervalMs: 15_000 },
    timeoutMs: 5000,
    slowAfterMs: 2500,
    successThreshold: 4,
    gates: ['ready'],
  });
  expect(r).toMatchObject({
    schedule: { intervalMs: 20_000 },
    timeoutMs: 3000,
    slowAfterMs: 1500,
    maxConnectionAgeMs: 300_000,
  });
  expect(k).toMatchObject({
    schedule: { intervalMs: 30_000 },
    timeoutMs: 5000,
    slowAfterMs: 1000,
    successThreshold: 1,
    required: false,
    gates: [],
    maxConnectionAgeMs: 60_000,
  });
});

test('gates, wait_for and cron', () => {
  const text =
    'checks:\n  a: { type: redis, url: redis://x, cron: "*/15 * * * * *", gates: [startup, admit], wait_for: healthy }';
  expect(only(text)).toMatchObject({
    schedule: { kind: 'cron', expression: '*/15 * * * * *' },
    gates: ['startup', 'admit'],
    waitForHealthy: true,
  });
  const app = 'checks:\n  a: { type: http, url: http://127.0.0.1:8080/, gates: [ready, live], failure_threshold: 6 }';
  expect(only(app)).toMatchObject({ gates: ['ready', 'live'], waitForHealthy: false, failureThreshold: 6 });
  expect(only('checks: { a: { type: redis, url: redis://x, cron: "0 0 3 * * *", required: false } }')).toMatchObject({
    gates: [],
  });
});

test('defaults.gates holds for a required check without gates of its own', () => {
  const text = [
    'defaults: { gates: [admit, startup] }',
    'checks:',
    '  a: { type: redis, url: redis://x, wait_for: healthy }',
    '  b: { type: redis, url: redis://x, gates: [ready] }',
    '  c: { type: redis, url: redis://x, required: false }',
    '  d: { type: redis, url: redis://x, gates: [] }',
  ].join('\n');
  const loaded = loadText(text);
  expect(right(loaded).checks.map(({ gates }) => gates.join())).toEqual(['admit,startup', 'ready', '', '']);
  const sources = loaded.ok ? loaded.effective().filter(({ path }) => path.at(-1) === 'gates') : [];
  expect(sources.map(({ source }) => source.replace(/^.*yaml/, ''))).toEqual([
    ':1',
    ':1 (defaults.gates)',
    ':4',
    'default',
    ':6',
  ]);
});

test('variables: part, whole, escaped, numbers, booleans, unquoted in a flow map', () => {
  const text = [
    'service: a-${NAME}-$${NAME}-$$',
    'defaults: { failure_threshold: ${N}, timeout: ${T} }',
    'checks: { r: { type: redis, url: ${URL}, required: ${NO}, tls: { insecure_skip_verify: ${YES} } } }',
  ].join('\n');
  const loaded = right(
    loadText(text, { NAME: 'x: [1]', N: '4', T: '1s', URL: 'rediss://:p@h', NO: 'false', YES: 'true' }),
  );
  expect(loaded.service).toBe('a-x: [1]-${NAME}-$');
  expect(loaded.checks[0]).toMatchObject({
    failureThreshold: 4,
    timeoutMs: 1000,
    required: false,
    settings: { tls: { insecure_skip_verify: true } },
  });
  expect(loaded.secrets.map(reveal)).toEqual(['rediss://:p@h']);
});

test('a string of which a variable is a part becomes what its field wants', () => {
  const check = 'type: redis, url: redis://x, failure_threshold: "1${N}", required: "f${A}e"';
  const text = `log_level: "de\${REST}"\nchecks: { r: { ${check} } }`;
  const loaded = right(loadText(text, { REST: 'BUG', N: '2', A: 'als' }));
  expect(loaded.logLevel).toBe('debug');
  expect(loaded.checks[0]).toMatchObject({ failureThreshold: 12, required: false });
});

test('a number in a variable stays a string where a string is wanted', () => {
  const { settings } =
    only('checks: { r: { type: redis, url: redis://x, password: "${PIN}", username: "${PIN}" } }', { PIN: '0123' }) ??
    {};
  expect(settings?.username).toBe('0123');
  expect(reveal(settings?.password as Secret)).toBe('0123');
});

test('_FILE: a secret field keeps the file, any other takes its text less one newline', () => {
  const secret = fileOf('hunter2\n\n');
  const name = fileOf('shop\r\n');
  const text =
    'service: ${NAME}\nchecks: { r: { type: redis, url: "redis://h", username: u, password: "${PW}" }, h: { type: http, url: "http://h", body: "a${PW}b" } }';
  const loaded = right(loadText(text, { NAME_FILE: name, PW_FILE: secret }));
  expect(loaded.service).toBe('shop');
  expect(loaded.checks[0]?.settings.password).toEqual(Secret.fromFile(secret));
  expect(loaded.secrets.map((one) => reveal(one))).toEqual(expect.arrayContaining(['hunter2\n', 'ahunter2\nb']));
});

test('a _FILE that is not there is a mistake where the text is needed now, and a note where it is read later', () => {
  expect(wrong(loadText('service: ${NAME}', { NAME_FILE: '/nowhere' }))[0]).toMatchObject({
    line: 1,
    column: 10,
    message: expect.stringContaining('ENOENT'),
  });
  expect(notes('checks: { r: { type: redis, url: redis://x, password: "${PW}" } }', { PW_FILE: '/nowhere' })).toContain(
    '/nowhere cannot be read: ENOENT',
  );
});

test('the token: text or file, and a variable overrides both', () => {
  const token = (text: string, environment: NodeJS.ProcessEnv = {}) => right(loadText(text, environment)).token;
  expect(token('service: a')).toBeUndefined();
  expect(token('token: 0123456789abcdef')?.source).toEqual({ value: '0123456789abcdef' });
  expect(token('token_file: /run/token')?.source).toEqual({ file: '/run/token' });
  expect(token('token: ${SIDEWARDEN_TOKEN}', { SIDEWARDEN_TOKEN_FILE: '/run/token' })?.source).toEqual({
    file: '/run/token',
  });
  expect(token('token_file: /run/token', { SIDEWARDEN_TOKEN: 'abcdef0123456789' })?.source).toEqual({
    value: 'abcdef0123456789',
  });
  expect(
    wrong(
      loadText(
        '',
        {},
        {
          arguments: { config: fileOf('service: a') },
          environment: { SIDEWARDEN_TOKEN: 'abcdef0123456789', SIDEWARDEN_TOKEN_FILE: '/x' },
        },
      ),
    )[0]?.message,
  ).toContain('both set');
});

test.each([
  [':9090', [{ kind: 'tcp', host: '::', port: 9090 }]],
  ['[::]:9090', [{ kind: 'tcp', host: '::', port: 9090 }]],
  ['0.0.0.0:80', [{ kind: 'tcp', host: '0.0.0.0', port: 80 }]],
  ['[::1]:1', [{ kind: 'tcp', host: '::1', port: 1 }]],
  ['localhost:0', [{ kind: 'tcp', host: '127.0.0.1', port: 0 }]],
  ['unix:/run/a.sock', [{ kind: 'unix', path: '/run/a.sock' }]],
])('listen on %s', (form, expected) => {
  expect(right(loadText(`listen: '${form}'`)).listen).toEqual(expected);
  expect(right(loadText(`listen: ['${form}']`)).listen).toEqual(expected);
});

test.each([':99999', '::1:80', '300.1.1.1:80', '[127.0.0.1]:80', 'unix:run', `unix:/${'x'.repeat(120)}`, ''])(
  'never on %s',
  (form) => {
    expect(wrong(loadText(`listen: '${form}'`))).toHaveLength(1);
  },
);

test('a name may begin with x, and have 63 characters', () => {
  const names = ['x', 'xy-', 'x_b', 'x1', 'a-', `x${'a'.repeat(62)}`, 'z'.repeat(63)];
  const text = `checks: { ${names.map((name) => `${name}: { type: redis, url: redis://x }`).join(', ')} }`;
  expect(right(loadText(text)).checks.map(({ name }) => name)).toEqual(names);
  for (const name of [`x${'a'.repeat(63)}`, 'z'.repeat(64), 'x.'])
    expect(loadText(`checks: { ${name}: { type: redis, url: redis://x } }`).ok, name).toBe(false);
});

test('notes say what a ready gate does to replicas, what kms does not prove, and which variable is mistyped', () => {
  const text =
    'checks:\n  k: { type: kms, key_id: a }\n  app: { type: http, url: http://localhost:1/, gates: [ready] }';
  const said = notes(text);
  expect(said).toMatch(
    /^k: the gate ready on a dependency that replicas share .* `defaults: \{ gates: \[admit\] \}` for all and `gates: \[ready\]` in app; where it cannot, `gates: \[ready\]`\.$/m,
  );
  for (const meant of [text.replace('key_id: a', 'key_id: a, gates: [ready]'), `defaults: { gates: [ready] }\n${text}`])
    expect(notes(meant)).not.toContain('the gate ready');
  const unproven = 'that the server takes writes is not proven';
  expect(notes('checks: { d: { type: postgres, url: postgres://u@d/x } }')).toContain(unproven);
  expect(notes('checks: { d: { type: postgres, url: postgres://u@d/x, expect: any } }')).not.toContain(unproven);
  expect(said).toContain('k: without round_trip');
  const mistyped = { SIDEWARDEN_LOGLEVEL: 'info', SIDEWARDEN_SERVICE_HOST: '10.0.0.1' };
  for (const one of [text, 'checks: {', 'log_level: x'])
    expect(loadText(one, mistyped).warnings).toEqual([
      'SIDEWARDEN_LOGLEVEL is not read; did you mean SIDEWARDEN_LOG_LEVEL?',
    ]);
});

test('anchors and aliases are followed, and their variables too', () => {
  const text =
    'checks:\n  a: { type: redis, url: redis://x, tls: &tls { ca_file: "${CA}" } }\n  b: { type: redis, url: redis://y, tls: *tls }';
  expect(right(loadText(text, { CA: '/ca' })).checks.map(({ settings }) => settings.tls)).toEqual([
    { ca_file: '/ca', insecure_skip_verify: false },
    { ca_file: '/ca', insecure_skip_verify: false },
  ]);
});

test('merge keys take over what the map itself does not say, and top-level keys that begin with x- are theirs', () => {
  const text = [
    'x-slow: &slow { interval: 1m, timeout: 9s, gates: [admit] }',
    'x-tls: &tls { tls: { ca_file: "${CA}" }, timeout: 8s }',
    'x-unused: { nonsense: ${NOBODY} }',
    'checks:',
    '  a: { <<: *slow, type: redis, url: redis://x, timeout: 7s }',
    '  b: { type: redis, <<: [*tls, *slow], url: redis://y }',
    '  c: { type: http, url: "http://x", json: { path: a, equals: “b } }',
  ].join('\n');
  const loaded = loadText(text, { CA: '/ca' });
  expect(right(loaded).checks).toMatchObject([
    { schedule: { intervalMs: 60_000 }, timeoutMs: 7000, gates: ['admit'] },
    { schedule: { intervalMs: 60_000 }, timeoutMs: 8000, settings: { tls: { ca_file: '/ca' } } },
    { settings: { json: { equals: '“b' } } },
  ]);
  const sources = loaded.ok ? loaded.effective() : [];
  const sourceOf = (...path: string[]) =>
    sources.find((one) => one.path.join() === path.join())?.source.replace(/^.*yaml/, '');
  expect(sourceOf('checks', 'b', 'interval')).toBe(':1');
  expect(sourceOf('checks', 'b', 'tls', 'ca_file')).toBe(':2 ${CA}');
  expect(sourceOf('checks', 'a', 'timeout')).toBe(':5');
});

test('what print-config writes in place of a secret is a note, and as the token opens nothing', () => {
  const shown = 'token: "[secret-of-the-token]"\nchecks: { r: { type: redis, url: "redis://***:***@h" } }';
  expect(right(loadText(shown)).token).toBeUndefined();
  expect(notes(shown)).toMatch(/print-config.*No token is set/s);
  expect(notes('checks: { r: { type: redis, url: redis://h, password: "[secret]" } }')).toContain(
    '`print-config` writes',
  );
});

test('secrets in the file itself are one note, which names their keys', () => {
  const text = [
    'token: hunter2-hunter2-hunter2',
    'checks:',
    '  a: { type: postgres, url: "postgres://u:hunter2@h/d" }',
    '  b: { type: postgres, url: "host=h user=u password=hunter2", statistics_url: "postgres://u@h/d" }',
    '  c: { type: redis, sentinel: { addresses: ["h:1"], name: x, password: hunter2 }, password: "${PW}" }',
    '  d: { type: http, url: "http://h/?token=hunter2", body: plain, headers: { Accept: a, Authorization: hunter2 } }',
    '  e: { type: elasticsearch, url: "http://${U}@h" }',
    '  f: { type: tcp, address: "h:1", send: plain, expect: plain }',
  ].join('\n');
  const said = notes(text, { PW: 'hunter2', U: 'u:hunter2' });
  expect(said.match(/^.*a secret stands in the file itself.*$/gm)).toEqual([
    '`token`, `checks.a.url`, `checks.b.url`, `checks.c.sentinel.password`, `checks.d.url`, `checks.d.headers.Authorization`: ' +
      'a secret stands in the file itself, for all who may read the file. Write `${NAME}` and set NAME, or set NAME_FILE to ' +
      'a file that holds it; `password_file` and its like name such a file too.',
  ]);
  expect(said).not.toContain('hunter2');
});

test.each([
  ['headers: { X-Auth: "Basic dTpw" }', 'headers.X-Auth'],
  ['headers: { X-Whatever: "bearer abc.def" }', 'headers.X-Whatever'],
  ['headers: { X-Custom-Key: abc123def456 }', 'headers.X-Custom-Key'],
  ['url: "http://h/?se=2030&sig=AbCdEf"', 'url'],
  ['url: "http://h/?X-Amz-Signature=abc"', 'url'],
  ['url: "http://h/?design=a&author=b&sig="', undefined],
  ['headers: { Keyword: a, Author: b, Accept: "basic is it" }', undefined],
])('whether a secret stands in %s', (line, key) => {
  const url = line.startsWith('url') ? '' : 'url: "http://h/", ';
  const [, named] = /^`(.*)`: a secret stands/m.exec(notes(`checks: { a: { type: http, ${url}${line} } }`)) ?? [];
  expect(named).toBe(key && `checks.a.${key}`);
});

test('what is wrong with a secret’s file is a note', () => {
  const url = fileOf('redis://:S3cret#Half@h\n');
  const short = fileOf('short');
  const text = notes('token_file: $T\nchecks: { r: { type: redis, url: "${U}" } }'.replace('$T', short), {
    U_FILE: url,
  });
  expect(text).toContain(`what ${url} holds has a # before an @`);
  expect(text).toContain(`what ${short} holds must have at least 16 characters`);
  expect(text).not.toMatch(/S3cret|Half|holds short/);
});
