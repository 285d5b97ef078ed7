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
const check = (type: string, settings: string): string => `checks: { a: { type: ${type}, ${settings} } }`;
const app = 'http://127.0.0.1:8080/';

/** References that nobody filled in, in fields of every kind: each would be the value itself. */
const unfilled: readonly Row[] = (
  [
    ['token: $SIDEWARDEN_TOKEN', '1:8 token', 'a shell or Kubernetes'],
    ['token: $(cat /run/secrets/token-of-sidewarden)', '1:8 token', 'a shell or Kubernetes'],
    ['token: "%SIDEWARDEN_TOKEN%"', '1:8 token', 'Windows'],
    ['token: "{{ env.SIDEWARDEN_TOKEN }}"', '1:8 token', 'of a template'],
    [redis('password: $REDIS_PASSWORD'), '5:15 checks.one.password', 'a shell or Kubernetes'],
    [redis('password: "$(REDIS_PASSWORD)"'), '5:15 checks.one.password', 'a shell or Kubernetes'],
    [redis('failure_threshold: $THRESHOLD'), '5:24 checks.one.failure_threshold', 'a shell or Kubernetes'],
    [http(app, 'headers: { X-Key: $KEY }'), '5:23 checks.app.headers.X-Key', 'a shell or Kubernetes'],
    ['service: $SERVICE', '1:10 service', 'a shell or Kubernetes'],
    ['listen: $LISTEN', '1:9 listen', 'a shell or Kubernetes'],
    ['checks: { a: { type: tcp, address: "$HOST:80" } }', '1:36 checks.a.address', 'a shell or Kubernetes'],
    ['checks: { a: { type: tcp, address: "$(HOST):80" } }', '1:36 checks.a.address', 'a shell or Kubernetes'],
    [http('http://$HOST:8080/x'), '4:10 checks.app.url', 'a shell or Kubernetes'],
    [http('http://me:$APP_PASSWORD@localhost/x'), '4:10 checks.app.url', 'a shell or Kubernetes'],
  ] as const
).map(([text, place, whose]) => [`unfilled: ${text.split('\n').at(-1)?.trim()}`, text, place, whose, '`${NAME}`']);

/** What is written in a wrong form, and what would be right: advice that is no mistake itself. */
const misfits: readonly Row[] = (
  [
    [check('tls', 'address: "a:1", warn_before: 30'), 'warn_before', 'write 30d for days'],
    [check('tls', 'address: "a:1", fail_before: 3'), 'fail_before', 'write 3d for days'],
    [check('tcp', 'address: "a:1", schedule: "*/5 * * * *"'), 'schedule', 'write `cron: "*/5 * * * *"`'],
    [check('tcp', 'address: "a:1", schedule: 30s'), 'schedule', 'write `interval: 30s`'],
    [check('postgres', 'url: "postgres://u@a", sslmode: disable'), 'sslmode', '`?sslmode=disable`'],
    [check('postgres', 'url: "postgres://u@a", ssl: true'), 'ssl', '`?sslmode=require`'],
    [check('postgres', 'url: "postgres://u@a", tls: true'), 'tls', '`?sslmode=verify-full`'],
    [check('postgres', 'url: "postgres://u@a", statistics: off'), 'statistics', 'write `statistics: { mode: off }`'],
    [check('redis', 'url: "redis://a", tls: true'), 'tls', 'write `rediss://` in `url`'],
    [check('redis', 'url: "redis://a", ssl: true'), 'ssl', 'write `rediss://` in `url`'],
    [check('http', 'url: "http://a", ssl: true'), 'ssl', 'write `https://` in `url`'],
    [check('tcp', 'address: "a:1", tls: true'), 'tls', 'write `type: tls`'],
    [check('kms', 'key_id: a, round_trip: true'), 'round_trip', 'write `round_trip: {}`'],
    [check('tcp', 'address: 5672'), 'address', 'write `host:5672`'],
    [check('redis', 'cluster: { addresses: [6379] }'), 'cluster.addresses[0]', 'write `host:6379`'],
    [check('tcp', 'address: "a:1", gates: readiness'), 'gates', 'write [ready]'],
    [check('tcp', 'address: "a:1", gates: "ready, admit"'), 'gates', 'write [ready, admit]'],
    [check('tcp', 'address: "a:1", labels: { team: x }'), 'labels', 'labels are added in Prometheus'],
    [check('http', 'url: /healthz'), 'url', 'write `http://127.0.0.1:8080` before it'],
    [check('grpc', 'address: "a:1"'), 'type', '`tcp` tries its port'],
    [check('redis', 'host: localhost, port: 6379'), 'host', 'write `url: redis://localhost:6379`, in place of `port`'],
    [check('http', 'host: a, port: 80, path: /x'), 'host', 'write `url: http://a:80/x`, in place of `port` and `path`'],
    [check('http', 'url: "http://a", headers: [{ name: X-Foo, value: hunter2 }]'), 'headers', 'write `X-Foo: …` below'],
    [check('http', 'url: "http://a", headers: { "x:": hunter2 }'), 'headers.x', 'rename the key'],
    [check('redis', ''), 'url', 'write `url: redis://localhost:6379`'],
    [check('http', 'url: localhost:8080/healthz'), 'url', 'write `http://` before it'],
    [check('redis', 'url: "localhost:6379"'), 'url', 'write `redis://` before it'],
    [check('postgres', 'url: "jdbc:postgresql://u:hunter2@a/x"'), 'url', 'leave out `jdbc:`'],
    [check('postgres', 'url: "postgresql+asyncpg://u:hunter2@a/x"'), 'url', 'leave out the driver'],
    [check('redis', 'url: "redis://:hunter2#x@a"'), 'url', '`password_file`, which need no escapes'],
    [check('http', 'url: "http://a", expected_status: 2xx'), 'expected_status', 'write 200-299'],
    [check('tcp', 'address: "a:1", success_threshold: 0'), 'success_threshold', 'write 1'],
    [check('tcp', 'address: "a:1", description: x'), 'description', 'as a comment'],
    [check('elasticsearch', 'url: "http://a", min_status: green'), 'min_status', 'write `minimum_status`'],
    [check('tls', 'address: "a:1", warn_days: 14'), 'warn_days', 'write `warn_before: 14d`'],
    [check('http', 'url: "http://a", follow_redirects: true'), 'follow_redirects', 'redirects are not followed'],
    [check('kms', 'key_id: "arn:aws:kms:eu-central-1:123:key/abc"'), 'key_id', 'write `key_id`'],
    ['token: hunter2', 'token', '`openssl rand -hex 16` makes one'],
    ['listen: "0.0.0.0"', 'listen', "write '0.0.0.0:9090'"],
    ['sidewarden: { service: a }', 'sidewarden', 'to the left by two spaces'],
    ['prometheus: {}', 'prometheus', 'or `retention: 30d`'],
    ['statistics: off', 'statistics', 'write `statistics: { mode: off }`'],
    ['statistics: false', 'statistics', 'write `statistics: { mode: off }`'],
    ['statistics: { enabled: false }', 'statistics.enabled', 'write `mode: off`'],
    ['metrics: full', 'metrics', 'write `metrics: { detail: full }`'],
    ['metrics: { enabled: true }', 'metrics.enabled', '/metrics is always served'],
    ['metrics: { port: 9100 }', 'metrics.port', 'metrics are served at /metrics'],
    ['tls: true', 'tls', 'write `tls: { cert_file: …, key_file: … }`'],
    ['defaults: { failure_threshold: 3.5 }', 'defaults.failure_threshold', 'write 3 or 4'],
    ['defaults: { gates: "ready, live" }', 'defaults.gates', 'write [ready]'],
    ['defaults: { gates: live }', 'defaults.gates', 'with some of ready, admit, startup'],
    ['service: *b', 'service', 'write `&` and its name before the value'],
    ['{{ include "x" . }}', 'YAML', 'that Helm makes of it'],
    ['apiVersion: v1\nkind: ConfigMap\ndata: {}', 'apiVersion', 'give the text inside'],
  ] as const
).map(([text, path, fix]) => {
  const place = text.startsWith('checks:') ? `checks.a.${path}` : path;
  return [`misfit: ${text.slice(text.indexOf('{') + 1)}`, text, place, '', fix];
});

const rows: readonly Row[] = [
  ...misfits,
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
  ['a cap that is none', 'max_connections: 4', '1:18 max_connections', 'must be 16 to 100000', 'write 16'],
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
  ['zero', redis('failure_threshold: 0'), '5:24 checks.one.failure_threshold', '`0` must be 1 to 100', 'write 1'],
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
  [
    'a string for a map',
    redis('tls: on'),
    '5:10 checks.one.tls',
    'must be a map, and is a string',
    'write `rediss://` in `url`',
  ],
  [
    'an unquoted number as a secret',
    redis('password: 123456'),
    '5:15 checks.one.password',
    'must be a string, and is a number',
    'put it in quotes',
  ],
  ['a wrong level', 'log_level: verbose', '1:12 log_level', '`verbose` must be one of trace', ''],
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
    'checks: { a: { type: reddis, url: redis://x } }',
    '1:22 checks.a.type',
    '`reddis` is not a type',
    'did you mean `redis`?',
  ],
  [
    'a type by another name',
    'checks: { a: { type: opensearch, url: http://x } }',
    '1:22 checks.a.type',
    'is not a type',
    'did you mean `elasticsearch`?',
  ],
  ['no type', 'checks:\n  cache: { required: false }', '2:3 checks.cache.type', 'is missing', 'one of postgres'],
  ['a type of no value', 'checks:\n  a:\n    type:', '3:5 checks.a.type', 'has no value', 'write one of postgres'],
  [
    'a type in a list',
    'checks: { a: { type: [tcp], address: x:1 } }',
    '1:22 checks.a.type',
    'must be one of postgres, elasticsearch',
    'write `tcp`',
  ],
  [
    'a probe of Kubernetes with a named port',
    'checks: { a: { httpGet: { path: /x, port: http } } }',
    '1:16 checks.a.httpGet',
    'unknown key',
    'write `type: http` and `url: http://127.0.0.1:8080/x`',
  ],
  ['no type, by its keys', 'checks:\n  a: { url: redis://x }', '2:3 checks.a.type', 'is missing', 'add `type: redis`'],
  ['no type, two that fit', 'checks:\n  a: { address: x:1 }', '2:3 checks.a.type', 'is missing', 'one of tcp, tls'],
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
    'checks:\n  - type: redis\n    url: redis://x',
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
    'a timeout of defaults as long as their interval, told once',
    'defaults: { interval: 10s, timeout: 30s }\nchecks:\n  a: { type: tcp, address: "a:1" }\n  b: { type: tcp, address: "a:1" }',
    '1:37 defaults.timeout',
    'the timeout 30s of `defaults` is not shorter than the interval 10s of `defaults`',
    'write `timeout: 5s`, or `interval: 1m`',
  ],
  [
    'an interval of defaults below the usual timeout',
    'defaults: { interval: 1s }\nchecks:\n  a: { type: tcp, address: "a:1" }\n  b: { type: tcp, address: "a:1" }',
    '1:23 defaults.interval',
    'the timeout 2s (the default) is not shorter than the interval 1s of `defaults`',
    'write `timeout: 500ms`',
  ],
  [
    'a rare interval of defaults',
    'defaults: { interval: 2h }\nchecks:\n  a: { type: tcp, address: "a:1" }\n  b: { type: tcp, address: "a:1" }',
    '1:23 defaults.interval',
    'runs lie up to 2h apart',
    'at least every hour',
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
    'has `(?i)`, which JavaScript does not know: write',
    '',
  ],
  [
    'POSIX classes, of tcp',
    'checks: { a: { type: tcp, address: "a:1", expect: "[[:digit:]]" } }',
    '1:51 checks.a.expect',
    'has `[:digit:]`, which is of POSIX: write `0-9`',
    '',
  ],
  [
    'a pattern of a variable is not repeated',
    http(app, 'body_matches: "/${REDIS_PASSWORD}/i"'),
    '5:19 checks.app.body_matches',
    'is written between delimiters, as in a program',
    '',
  ],
  [
    'a foreign pattern that a variable holds',
    http(app, 'body_matches: "${PATTERN}"'),
    '5:19 checks.app.body_matches',
    'is written between delimiters, as in a program',
    'change PATTERN',
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
    'keep one of them',
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
  [
    'a number out of range, in a variable',
    'max_connections: ${EIGHT}',
    '1:18 max_connections',
    'must be 16 to 100000',
    'in EIGHT, write 16',
  ],
  ['an open brace', 'service: a ${A', '1:10 service', '`${` has no `}`', 'close it'],
  ['both forms', 'service: ${BOTH}', '1:10 service', 'BOTH and BOTH_FILE are both set', 'unset one'],
  [
    'a variable of the wrong kind',
    'defaults: { failure_threshold: "${REDIS_PASSWORD}" }',
    '1:32 defaults.failure_threshold',
    '`"${REDIS_PASSWORD}"` must be a number',
    'in REDIS_PASSWORD, write digits without quotes',
  ],
  // references of other tools
  ...unfilled,
  // YAML
  ['a tab', 'defaults:\n\tinterval: 5s', '2:1 YAML', 'a tab indents this line', 'two spaces'],
  ['a reserved character', 'token: @hunter2', '1:8 YAML', 'a character that YAML reserves', 'in quotes'],
  ['an open quote', 'service: "hunter2', '1:10 YAML', 'a quote has no closing quote', 'close it where'],
  ['a tag', 'token: !hunter2 x', '1:8 YAML', 'a YAML tag', 'in quotes'],
  ['an alias of nothing', 'token: *hunter2', '1:8 token', 'its anchor is not defined', 'in quotes'],
  [
    'no space after a colon',
    'service:shop\nlisten: ":1"',
    '1:1 YAML',
    'cannot be read as `key: value`',
    'a space after the colon',
  ],
  [
    'too far, below a value',
    'checks:\n  a:\n    type: redis\n      url: redis://x\n    interval: 5s',
    '4:7 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far by one space',
    'checks:\n  a:\n    type: redis\n     url: redis://x',
    '4:6 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far, below a value in quotes',
    'checks:\n  a:\n    type: "redis"\n      url: redis://x',
    '4:7 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far, below a list in brackets',
    'checks:\n  a:\n    gates: [ready]\n      type: redis\n    url: redis://x',
    '4:7 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far, below a variable',
    'checks:\n  a:\n    username: ${REDIS_PASSWORD}\n      type: redis\n    url: redis://x',
    '4:7 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far, below the last key of a map',
    'checks:\n  a:\n    tls:\n      ca_file: /x\n        server_name: y\n    type: redis\n    url: rediss://x',
    '5:9 YAML',
    'this line is indented further than the line above it',
    'begin it with 6 spaces, as the line above',
  ],
  [
    'too far, behind an empty line and a comment',
    'checks:\n  a:\n    type: redis\n\n    # where\n       url: redis://x',
    '6:8 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'too far, at the top',
    'service: a\n  listen: ":1"',
    '2:3 YAML',
    'this line is indented further than the line above it',
    'begin it with no space, as the line above',
  ],
  [
    'too far, in an item of a list',
    'x-a:\n  - name: x\n    sql: SELECT 1\n      interval: 60s',
    '4:7 YAML',
    'this line is indented further than the line above it',
    'begin it with 4 spaces, as the line above',
  ],
  [
    'an item too far, below one in quotes',
    "listen:\n  - ':1'\n    - ':2'",
    '3:5 YAML',
    'this line is indented further than the line above it',
    'begin it with 2 spaces, as the line above',
  ],
  [
    'an item too far, which YAML takes for a part of the one above',
    'checks:\n  a:\n    type: redis\n    url: redis://x\n    gates:\n      - ready\n        - admit',
    '7:9 YAML',
    'this item is indented further than the one above it',
    'begin it with 6 spaces',
  ],
  [
    'not far enough',
    'checks:\n  a:\n    type: redis\n   url: redis://x',
    '4:4 YAML',
    'and no line above that it could belong to does',
    'begin it with 2 spaces or 4 spaces',
  ],
  [
    'not as far as the first key',
    'checks:\n  a:\n      type: redis\n    url: redis://x',
    '4:5 YAML',
    'and no line above that it could belong to does',
    'begin it with 2 spaces or 6 spaces',
  ],
  [
    'a check too far left',
    'checks:\n  a:\n    type: redis\n b:\n    type: redis',
    '4:2 YAML',
    'and no line above that it could belong to does',
    'begin it with no space or 2 spaces',
  ],
  [
    'an item too far left',
    "listen:\n  - ':1'\n - ':2'",
    '3:2 YAML',
    'and no line above that it could belong to does',
    'begin it with 2 spaces',
  ],
  [
    'a key too far left in an item',
    'a:\n  - name: x\n   sql: SELECT 1',
    '3:4 YAML',
    'and no line above that it could belong to does',
    'begin it with no space or 4 spaces',
  ],
  [
    'a list without its bracket',
    'checks:\n  a:\n    gates: [ready\n    type: redis',
    '4:5 YAML',
    'a bracket or brace that was opened above is not closed',
    'close it with ] or }',
  ],
  [
    'a second key on one line',
    'checks:\n  a: type: redis',
    '2:6 YAML',
    'a second `key: ` stands on the line of the first',
    'begin a line for it',
  ],
  [
    'a template',
    'checks:\n  a:\n    type: redis\n    url: {{ .Values.hunter2 }}',
    '4:10 YAML',
    '`{{ … }}` is of a template',
    'Helm',
  ],
  [
    'curly quotes',
    'checks:\n  a: { type: tcp, address: “x:1” }',
    '2:28 checks.a.address',
    'stands in curly quotes',
    'write straight quotes',
  ],
  [
    'single curly quotes',
    'checks:\n  a: { type: ‘tcp’, address: x:1 }',
    '2:14 checks.a.type',
    'stands in curly quotes',
    'write straight quotes',
  ],
  [
    'curly quotes around a secret',
    'checks:\n  a: { type: redis, url: redis://x, password: “hunter2” }',
    '2:47 checks.a.password',
    'stands in curly quotes',
    'write straight quotes',
  ],
  [
    'curly quotes around what straight ones would hold together',
    'service: “a: hunter2”',
    '1:10 YAML',
    'a value stands in curly quotes',
    'write straight quotes',
  ],
  [
    'curly quotes around a key',
    '“service”: a',
    '1:1 YAML',
    'a key stands in curly quotes',
    'write the key without quotes',
  ],
  [
    'a merge key of no map',
    'checks:\n  a: { <<: 5, type: redis, url: redis://x }',
    '2:8 YAML',
    '`<<` takes over the keys of a map',
    'write `<<: *name`',
  ],
  [
    'a mistake in what is merged',
    'x-a: &a { interval: 5 }\nchecks:\n  a: { <<: *a, type: redis, url: redis://x }',
    '1:21 checks.a.interval',
    '`5` has no unit',
    'write 5s',
  ],
  [
    'an item without its dash',
    'checks:\n  a:\n    gates:\n    - ready\n   admit',
    '5:4 YAML',
    'this line is no `key: value`, and no item of a list',
    'begin it with `- `',
  ],
  [
    'an item among keys',
    'checks:\n  a:\n    type: redis\n    - ready',
    '4:5 YAML',
    'an item of a list (`- `) stands among the keys of a map',
    'indent it further than the key',
  ],
  [
    'a name for anchors',
    'checks:\n  x-base: &base { type: tcp }\n  a: { <<: *base, address: "h:1" }',
    '2:3 checks.x-base',
    'a name that begins with x- is for anchors',
    'write it beside `checks`, at the top, or give the check another name',
  ],
  ['two documents', 'service: a\n---\nservice: b', '2:1 YAML', 'a second document', 'one configuration'],
  ['a list', '- a\n- b', '1:1 ', 'holds a list', 'begin with `checks:`'],
  ['a string', 'hello', '1:1 ', 'holds one string', 'begin with `checks:`'],
  ['an empty file', '', '1:1 ', 'the file is empty', 'environment variables alone'],
  ['comments alone', '# nothing\n', '1:1 ', 'the file is empty', 'environment variables alone'],
];

const environment = { REDIS_PASSWORD: 'hunter2', PATTERN: '/hunter2/i', BOTH: 'a', BOTH_FILE: '/x', EIGHT: '8' };

test.each(rows)('%s', (_, text, place, message, fix) => {
  const problems = wrong(loadText(text, environment));
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  const found = `${problem?.line}:${problem?.column} ${problem?.path}`;
  expect(/^\d+:/.test(place) ? found : problem?.path).toBe(place);
  expect(problem?.message).toContain(message);
  if (fix === '') expect(problem?.fix).toBeUndefined();
  else expect(problem?.fix).toContain(fix);
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

test('a list of checks hides no mistake inside it', () => {
  const text = [
    'checks:',
    '  - name: a',
    '    type: redis',
    '    url: redis://x',
    '    interval: 5',
    '  - b:',
    '      type: tcp',
    '  - c',
  ].join('\n');
  expect(wrong(loadText(text)).map(({ line, path }) => `${line} ${path}`)).toEqual([
    '2 checks',
    '5 checks[0].interval',
    '6 checks[1].b.address',
  ]);
});

test('where the message names every word, no advice names them again', () => {
  for (const text of ['log_level: verbose', 'log_format: bogus', 'checks: { a: { type: 5 } }']) {
    const [problem] = wrong(loadText(text));
    expect(problem?.message).toContain('must be one of ');
    expect(problem?.fix, text).toBeUndefined();
  }
});

test('what is left of a Kubernetes object beside the checks is left out', () => {
  const problems = wrong(loadText('apiVersion: v1\nkind: ConfigMap\nchecks: {}'));
  expect(problems.map(({ path, fix }) => `${path}: ${fix?.slice(0, 12)}`)).toEqual([
    'apiVersion: leave it out',
    'kind: leave it out',
  ]);
});

test('a mistake in defaults hides none of the others', () => {
  const text =
    'defaults: { interval: 10s, timeout: 30s, gates: [live] }\nchecks:\n  a: { type: tcp, address: "a:1" }\n  b: { type: tcp }';
  expect(wrong(loadText(text)).map(({ line, path }) => `${line} ${path}`)).toEqual([
    '1 defaults.timeout',
    '1 defaults.gates[0]',
    '4 checks.b.address',
  ]);
});

test('behind a line that is indented too far all is told too, where it stands in the file', () => {
  const text = [
    'checks:',
    '  a:',
    '    type: redis',
    '      url: redis://x',
    '      intervall: 5',
    '    gates: ready',
    '  b: { type: nothing }',
  ].join('\n');
  expect(wrong(loadText(text)).map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
    '4:7 YAML',
    '5:7 YAML',
    '5:7 checks.a.intervall',
    '6:12 checks.a.gates',
    '7:14 checks.b.type',
  ]);
});
