// Every mistake has its line and column, says what was read, and how to fix it; and causes no second one.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { expect, test } from 'vitest';
import { loadText, wrong } from './load.ts';

type Row = readonly [title: string, text: string, place: string, message: string, fix: string];

/** A right redis check with more lines in it; they begin on line 5. */
const redis = (...lines: string[]): string =>
  ['checks:', '  one:', '    type: redis', '    url: redis://localhost', ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
const http = (url: string, ...lines: string[]): string =>
  ['checks:', '  app:', '    type: http', `    url: ${url}`, ...lines.map((line) => `    ${line}`)].join('\n');
const app = 'http://127.0.0.1:8080/';

const rows: readonly Row[] = [
  // keys
  ['a mistyped key', 'listn: ":1"', '1:1 listn', 'unknown key `listn`', 'did you mean `listen`?'],
  ['swapped letters', redis('timeuot: 1s'), '5:5 checks.one.timeuot', 'unknown key', 'did you mean `timeout`?'],
  [
    'camel case',
    redis('failureThreshold: 3'),
    '5:5 checks.one.failureThreshold',
    'unknown key',
    'write `failure_threshold`',
  ],
  ['a key like none', redis('zebra: 3'), '5:5 checks.one.zebra', 'unknown key', 'known here: type, interval, cron'],
  [
    'a key of a nested map',
    redis('tls: { ca_fle: /x }'),
    '5:12 checks.one.tls.ca_fle',
    'unknown key',
    'did you mean `ca_file`?',
  ],
  [
    'a feature that is not there yet',
    'backup: { every: 1d }',
    '1:1 backup',
    'unknown key `backup`',
    'known here: service',
  ],
  [
    'an age where no connection is kept',
    http(app, 'max_connection_age: 5m'),
    '5:5 checks.app.max_connection_age',
    'unknown key',
    'known here',
  ],
  [
    'no space after the colon',
    redis('tls: { ca_file:x }'),
    '5:12 checks.one.tls.ca_file',
    'unknown key',
    'put a space after the colon',
  ],
  // the server
  ['a certificate without its key', 'tls: { cert_file: /x }', '1:1 tls.key_file', 'is missing', 'key_file'],
  [
    'a key that TLS lacks',
    'tls: { cert_file: /x, key_file: /y, ca_file: /z }',
    '1:37 tls.ca_file',
    'unknown key',
    'client_ca_file',
  ],
  ['a cap that is none', 'max_connections: 4', '1:18 max_connections', 'must be at least 16', 'open connections'],
  // other tools' words
  [
    'Kubernetes periodSeconds',
    redis('periodSeconds: 7'),
    '5:5 checks.one.periodSeconds',
    'unknown key',
    'write `interval: 7s`',
  ],
  [
    'Kubernetes timeoutSeconds',
    redis('timeoutSeconds: 1'),
    '5:5 checks.one.timeoutSeconds',
    'unknown key',
    'write `timeout: 1s`',
  ],
  [
    'Kubernetes initialDelaySeconds',
    redis('initialDelaySeconds: 9'),
    '5:5 checks.one.initialDelaySeconds',
    'unknown key',
    'the first run is at once',
  ],
  [
    'Kubernetes httpGet',
    http(app, 'httpGet: { path: / }'),
    '5:5 checks.app.httpGet',
    'unknown key',
    'write `type: http`',
  ],
  ['Kubernetes tcpSocket', redis('tcpSocket: 1'), '5:5 checks.one.tcpSocket', 'unknown key', 'write `type: tcp`'],
  ['Kubernetes livenessProbe', 'livenessProbe: {}', '1:1 livenessProbe', 'unknown key', 'gates: [live]'],
  ['a Kubernetes object', 'metadata: {}', '1:1 metadata', 'unknown key', 'ConfigMap'],
  ['Gatus endpoints', 'endpoints: []', '1:1 endpoints', 'unknown key', 'write `checks:`'],
  ['Gatus group', redis('group: core'), '5:5 checks.one.group', 'unknown key', 'there are no groups'],
  ['Gatus conditions', redis('conditions: []'), '5:5 checks.one.conditions', 'unknown key', 'docs/<type>.md'],
  ['Gatus client', redis('client: { timeout: 1s }'), '5:5 checks.one.client', 'unknown key', 'write `timeout: 5s`'],
  ['a URL beside checks', `url: ${app}`, '1:1 url', 'unknown key', 'write it inside a check'],
  ['Consul check', 'check: {}', '1:1 check', 'unknown key', 'write `checks:`'],
  [
    'Consul deregister_critical_service_after',
    redis('deregister_critical_service_after: 1m'),
    '5:5 checks.one.deregister_critical_service_after',
    'unknown key',
    'leave it out',
  ],
  [
    'Consul tls_skip_verify',
    redis('tls_skip_verify: true'),
    '5:5 checks.one.tls_skip_verify',
    'unknown key',
    'insecure_skip_verify: true',
  ],
  ['Consul status', redis('status: passing'), '5:5 checks.one.status', 'unknown key', '`unknown` until its first run'],
  ['Compose retries', redis('retries: 5'), '5:5 checks.one.retries', 'unknown key', 'write `failure_threshold: 5`'],
  ['Compose test', redis('test: [CMD, true]'), '5:5 checks.one.test', 'unknown key', 'no command is run'],
  ['Spring management', 'management: {}', '1:1 management', 'unknown key', 'write `checks:`'],
  ['a port', 'port: 9090', '1:1 port', 'unknown key', "write `listen: ':9090'`"],
  ['an interval beside checks', 'interval: 5s', '1:1 interval', 'unknown key', '`defaults:`'],
  ['a check beside checks', 'redis: { type: redis }', '1:1 redis', 'unknown key', 'indent it below `checks:`'],
  // values
  ['a bare number', redis('interval: 5'), '5:15 checks.one.interval', '`5` has no unit: 5 what?', 'write 5s'],
  ['milliseconds', redis('interval: 5000'), '5:15 checks.one.interval', '5000 what?', '5000ms for milliseconds'],
  ['a space in a duration', redis('interval: 5 s'), '5:15 checks.one.interval', '`5 s` is not a duration', 'write 5s'],
  [
    'a long unit',
    redis('interval: 5 minutes'),
    '5:15 checks.one.interval',
    '`5 minutes` is not a duration',
    'write 5m',
  ],
  ['an ISO duration', redis('interval: PT1M30S'), '5:15 checks.one.interval', 'is not a duration', 'write 1m30s'],
  [
    'an unknown unit',
    redis('interval: 5 lightyears'),
    '5:15 checks.one.interval',
    'is not a duration',
    'ms, s, m, h, d',
  ],
  [
    'too short',
    redis('interval: 1ms', 'timeout: 10ms'),
    '5:15 checks.one.interval',
    '`1ms` must be between 100ms and 7d',
    'between runs',
  ],
  [
    'a word for a number',
    redis('failure_threshold: three'),
    '5:24 checks.one.failure_threshold',
    '`three` must be a number, and is a string',
    'digits',
  ],
  [
    'a number in quotes',
    redis("failure_threshold: '3'"),
    '5:24 checks.one.failure_threshold',
    "`'3'` must be a number",
    'without quotes',
  ],
  [
    'zero',
    redis('failure_threshold: 0'),
    '5:24 checks.one.failure_threshold',
    '`0` must be at least 1',
    'consecutive failures',
  ],
  ['yes', redis('required: yes'), '5:15 checks.one.required', '`yes` must be true or false', 'write true'],
  [
    'one gate without brackets',
    redis('gates: ready'),
    '5:12 checks.one.gates',
    '`ready` must be a list',
    'write [ready]',
  ],
  [
    'an unknown gate',
    redis('gates: [ready, readyness]'),
    '5:20 checks.one.gates[1]',
    '`readyness` must be one of',
    'did you mean `ready`?',
  ],
  ['a gate twice', redis('gates: [ready, ready]'), '5:12 checks.one.gates', 'names ready twice', 'keep one'],
  [
    'a wrong choice',
    redis('expect: primry'),
    '5:13 checks.one.expect',
    '`primry` must be one of primary, replica, any',
    'did you mean `primary`?',
  ],
  ['nothing after a key', redis('tls:'), '5:5 checks.one.tls', 'has no value', 'write one, or remove the key'],
  ['a string for a map', redis('tls: on'), '5:10 checks.one.tls', 'must be a map, and is a string', 'key: value'],
  [
    'an unquoted number as a secret',
    redis('password: 123456'),
    '5:15 checks.one.password',
    'must be a string, and is a number',
    'put it in quotes',
  ],
  ['a wrong level', 'log_level: verbose', '1:12 log_level', '`verbose` must be one of trace', 'write one of'],
  ['a port alone', 'listen: 9090', '1:9 listen', '`9090` is a number alone', "write ':9090'"],
  ['a host name to listen on', 'listen: shop:9090', '1:9 listen', '`shop:9090` must name an address', 'where to serve'],
  ['a wrong address in a list', "listen: [':1', nowhere]", '1:16 listen[1]', "`nowhere` must be ':9090'", ''],
  ['a short token', 'token: hunter2', '1:8 token', 'must have at least 16 characters', 'bearer token'],
  [
    'both tokens',
    'token: 0123456789abcdef\ntoken_file: /x',
    '2:1 token_file',
    'token and token_file are both set',
    'keep one',
  ],
  // checks
  [
    'an unknown type',
    'checks: { a: { type: mysql } }',
    '1:22 checks.a.type',
    '`mysql` is not a type',
    'write one of postgres',
  ],
  [
    'a mistyped type',
    'checks: { a: { type: reddis } }',
    '1:22 checks.a.type',
    '`reddis` is not a type',
    'did you mean `redis`?',
  ],
  [
    'a type by another name',
    'checks: { a: { type: opensearch } }',
    '1:22 checks.a.type',
    'is not a type',
    'did you mean `elasticsearch`?',
  ],
  ['no type', 'checks:\n  cache: { url: redis://x }', '2:3 checks.cache.type', 'is missing', 'one of postgres'],
  [
    'no type under a telling name',
    'checks:\n  redis: { url: redis://x }',
    '2:3 checks.redis.type',
    'is missing',
    'add `type: redis`',
  ],
  [
    'a missing setting',
    'checks:\n  keys: { type: kms }',
    '2:3 checks.keys.key_id',
    'is missing',
    'add `key_id`: the key: id, ARN',
  ],
  [
    'checks as a list',
    'checks:\n  - type: redis',
    '2:3 checks',
    'must be a map from names to checks, and is a list',
    'without `-`',
  ],
  ['no check below checks', 'checks:', '1:1 checks', 'has no check below it', 'indent'],
  ['a check without settings', 'checks:\n  one:', '2:3 checks.one', 'has no settings', 'indent `type:`'],
  [
    'a name with capitals',
    'checks: { Cache_1: { type: redis, url: redis://x } }',
    '1:11 checks.Cache_1',
    'cannot be the name',
    'write `cache_1`',
  ],
  [
    'a name twice',
    'checks:\n  a: { type: redis, url: redis://x }\n  a: { type: redis, url: redis://x }',
    '3:3 checks.a',
    '`a` is written twice, first on line 2',
    'a name of its own',
  ],
  [
    'names alike',
    'checks:\n  a-b: { type: redis, url: redis://x }\n  a_b: { type: redis, url: redis://x }',
    '3:3 checks.a_b',
    'differs from `a-b` only in',
    'another name',
  ],
  [
    'a wrong URL',
    'checks: { a: { type: redis, url: http://u:hunter2@x } }',
    '1:34 checks.a.url',
    'must be a URL that begins with redis://',
    'write `url`',
  ],
  // rules between settings
  [
    'a timeout as long as the interval',
    redis('interval: 2s', 'timeout: 2s'),
    '6:14 checks.one.timeout',
    'the timeout 2s is not shorter than the interval 2s',
    'write `timeout: 1s`, or `interval: 4s`',
  ],
  [
    'an interval below the default timeout',
    redis('interval: 1s'),
    '5:15 checks.one.interval',
    'timeout 2s (the default) is not shorter than the interval 1s',
    'write `timeout: 500ms`',
  ],
  [
    'a timeout beyond a cron gap',
    redis('cron: "*/5 * * * * *"', 'timeout: 6s'),
    '6:14 checks.one.timeout',
    'the shortest gap of the cron expression, 5s',
    'write `timeout: 2.5s`',
  ],
  [
    'interval and cron',
    redis('interval: 5s', 'cron: "*/5 * * * * *"'),
    '6:5 checks.one.cron',
    'interval and cron are both set',
    'keep one',
  ],
  ['no cron expression', redis('cron: a b c d e'), '5:11 checks.one.cron', 'is not a cron expression', 'six fields'],
  [
    'an interval as cron',
    redis('cron: "@every 5m"'),
    '5:11 checks.one.cron',
    '`"@every 5m"` is not a cron expression: an interval is no calendar',
    'write `interval: 5m` instead of cron',
  ],
  [
    'a step longer than its field',
    redis('cron: "*/90 * * * *"'),
    '5:11 checks.one.cron',
    'a step of 90 never takes a second of the 60 minutes',
    'write `interval: 90m`',
  ],
  [
    'a cron expression of a variable is not repeated',
    redis('cron: "${REDIS_PASSWORD} * * * *"'),
    '5:11 checks.one.cron',
    '`"${REDIS_PASSWORD} * * * *"` is not a cron expression',
    'six fields',
  ],
  // regular expressions
  [
    'flags of PCRE',
    http(app, "body_matches: '(?i)ok'"),
    '5:19 checks.app.body_matches',
    'has `(?i)`, which JavaScript does not know',
    'body_matches',
  ],
  [
    'POSIX classes, of tcp',
    'checks: { a: { type: tcp, address: "a:1", expect: "[[:digit:]]" } }',
    '1:51 checks.a.expect',
    'has `[:digit:]`, which is of POSIX: write `0-9`',
    'expect',
  ],
  [
    'a pattern of a variable is not repeated',
    http(app, 'body_matches: "/${REDIS_PASSWORD}/i"'),
    '5:19 checks.app.body_matches',
    'is written between delimiters, as in a program',
    'body_matches',
  ],
  [
    'a day that never comes',
    redis('cron: 0 0 31 2 *'),
    '5:11 checks.one.cron',
    'never comes round',
    'write a day that',
  ],
  [
    'a rare cron on a gate',
    redis('cron: "0 0 3 * * *"'),
    '5:11 checks.one.cron',
    'runs lie up to 1d apart, and the check decides ready',
    'at least every hour',
  ],
  [
    'a rare interval on a gate',
    redis('interval: 2h'),
    '5:15 checks.one.interval',
    'runs lie up to 2h apart',
    'at least every hour',
  ],
  [
    'slow after the timeout',
    redis('slow_after: 3s'),
    '5:17 checks.one.slow_after',
    '3s is longer than the timeout 2s (the default)',
    'write at most 2s',
  ],
  [
    'wait_for without the gate',
    redis('wait_for: healthy'),
    '5:5 checks.one.wait_for',
    'no meaning without the gate startup',
    'gates: [startup]',
  ],
  [
    'liveness on a dependency',
    redis('gates: [live]'),
    '5:12 checks.one.gates',
    'liveness never depends on a dependency: restarting the app does not fix it',
    'write `gates: [ready]`',
  ],
  [
    'liveness on a remote app',
    http('http://shop.example.com/', 'gates: [live]'),
    '5:12 checks.app.gates',
    'live is only for the app itself',
    'write `gates: [ready]`',
  ],
  [
    'start-up on the app',
    http(app, 'gates: [startup]'),
    '5:12 checks.app.gates',
    'the app cannot gate startup',
    'remove startup',
  ],
  [
    'what only the type knows',
    'checks:\n  r: { type: redis, url: redis://x, cluster: { addresses: ["a:1"] } }',
    '2:46 checks.r.cluster',
    'exactly one of url, sentinel and cluster',
    '',
  ],
  [
    'liveness for every dependency',
    'defaults: { gates: [admit, live] }',
    '1:28 defaults.gates[1]',
    '`live` is only for the app itself, and this holds for every dependency',
    'in the check of the app',
  ],
  [
    'a default gate twice',
    'defaults: { gates: [admit, admit] }',
    '1:28 defaults.gates[1]',
    'is named twice',
    'keep one',
  ],
  [
    'a gate by default that the app cannot have',
    `defaults: { gates: [startup] }\nchecks:\n  app: { type: http, url: "${app}" }`,
    '3:3 checks.app.gates',
    'has the gate startup by `defaults`: the app cannot gate startup',
    'in this check',
  ],
  // variables
  [
    'an unset variable',
    'service: ${NOBODY}',
    '1:10 service',
    'the variable NOBODY is not set',
    'set NOBODY or NOBODY_FILE',
  ],
  [
    'a mistyped variable',
    'service: ${REDIS_PASWORD}',
    '1:10 service',
    'the variable REDIS_PASWORD is not set',
    'REDIS_PASSWORD is set: is that the one?',
  ],
  [
    'a default in a variable',
    'service: ${A:-b}',
    '1:10 service',
    'more than the name of a variable',
    'there are no defaults',
  ],
  ['an open brace', 'service: a ${A', '1:10 service', '`${` has no `}`', 'close it'],
  ['both forms', 'service: ${BOTH}', '1:10 service', 'BOTH and BOTH_FILE are both set', 'unset one'],
  [
    'a variable of the wrong kind',
    'defaults: { failure_threshold: "${REDIS_PASSWORD}" }',
    '1:32 defaults.failure_threshold',
    '`"${REDIS_PASSWORD}"` must be a number',
    '',
  ],
  // YAML
  ['a tab', 'defaults:\n\tinterval: 5s', '2:1 YAML', 'a tab indents this line', 'two spaces'],
  ['a reserved character', 'token: @hunter2', '1:8 YAML', 'a character that YAML reserves', 'in quotes'],
  ['an open quote', 'service: "hunter2', '1:18 YAML', 'is missing', 'close what was opened'],
  ['a tag', 'token: !hunter2 x', '1:8 YAML', 'a YAML tag', 'in quotes'],
  ['an alias of nothing', 'token: *hunter2', '1:8 token', 'its anchor is not defined', 'in quotes'],
  [
    'no space after a colon',
    'service:shop\nlisten: ":1"',
    '1:1 YAML',
    'cannot be read as `key: value`',
    'a space after the colon',
  ],
  ['two documents', 'service: a\n---\nservice: b', '2:1 YAML', 'a second document', 'one configuration'],
  ['a list', '- a\n- b', '1:1 ', 'holds a list', 'begin with `checks:`'],
  ['a string', 'hello', '1:1 ', 'holds one string', 'begin with `checks:`'],
  ['an empty file', '', '1:1 ', 'the file is empty', 'environment variables alone'],
  ['comments alone', '# nothing\n', '1:1 ', 'the file is empty', 'environment variables alone'],
];

const environment = { REDIS_PASSWORD: 'hunter2', BOTH: 'a', BOTH_FILE: '/x' };

test.each(rows)('%s', (_, text, place, message, fix) => {
  const problems = wrong(loadText(text, environment));
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  expect(`${problem?.line}:${problem?.column} ${problem?.path}`).toBe(place);
  expect(problem?.message).toContain(message);
  expect(problem?.fix ?? '').toContain(fix);
  expect(JSON.stringify([problem?.message, problem?.fix])).not.toContain('hunter2');
});

test('all mistakes are reported at once, in the order of the file', () => {
  const text = [
    'listn: 1',
    'checks:',
    '  a: { type: redis, url: redis://x, interval: 5, gates: [live], bogus: 1 }',
    '  b: { type: nothing }',
    '  c: { type: kms, timeout: 2m, interval: 1m }',
  ].join('\n');
  expect(wrong(loadText(text)).map(({ line, path }) => `${line} ${path}`)).toEqual([
    '1 listn',
    '3 checks.a.interval',
    '3 checks.a.gates',
    '3 checks.a.bogus',
    '4 checks.b.type',
    '5 checks.c.key_id',
    '5 checks.c.timeout',
  ]);
});
