// Mistakes of people who know YAML and Kubernetes, and nothing of Sidewarden: what each is told, and that its advice is enough.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { expect, test } from 'vitest';
import { loadText, wrong } from './load.ts';

/** From Node 23 on. */
const flags =
  Number.parseInt(process.versions.node, 10) < 23 ? 'both cases as `[oO]` in place of the flag i' : 'flags as `(?i:…)`';

type Row = {
  readonly title: string;
  readonly text: string;
  /** Everything that is said of it, in the order of the file. */
  readonly said: readonly (readonly [place: string, message: string, fix: string])[];
  /** What somebody changes who reads that and no documentation. */
  readonly fixed: readonly (readonly [from: string, to: string])[];
  /** Words of that which are neither in the file nor in what is said: only its author knows them. */
  readonly knows?: readonly string[];
};

const rows: readonly Row[] = [
  {
    title: 'Kubernetes probe fields in a check',
    text: [
      'checks:',
      '  app:',
      '    type: http',
      '    url: http://127.0.0.1:8080/healthz',
      '    periodSeconds: 10',
      '    timeoutSeconds: 3',
      '    failureThreshold: 3',
      '    initialDelaySeconds: 15',
    ].join('\n'),
    said: [
      ['5:5 checks.app.periodSeconds', 'unknown key `periodSeconds`', 'write `interval: 10s`'],
      ['6:5 checks.app.timeoutSeconds', 'unknown key `timeoutSeconds`', 'write `timeout: 3s`'],
      ['7:5 checks.app.failureThreshold', 'unknown key `failureThreshold`', 'write `failure_threshold`'],
      [
        '8:5 checks.app.initialDelaySeconds',
        'unknown key `initialDelaySeconds`',
        'leave it out: the first run is at once, and a check that never passed is never healthy; hold start-up with `gates: [startup]`',
      ],
    ],
    fixed: [
      ['periodSeconds: 10', 'interval: 10s'],
      ['timeoutSeconds: 3', 'timeout: 3s'],
      ['failureThreshold', 'failure_threshold'],
      ['    initialDelaySeconds: 15', ''],
    ],
  },
  {
    title: 'httpGet as in a pod',
    text: ['checks:', '  app:', '    httpGet:', '      path: /healthz', '      port: 8080'].join('\n'),
    said: [
      [
        '3:5 checks.app.httpGet',
        'unknown key `httpGet`',
        'write `type: http` and `url: http://127.0.0.1:8080/healthz`',
      ],
    ],
    fixed: [['httpGet:\n      path: /healthz\n      port: 8080', 'type: http\n    url: http://127.0.0.1:8080/healthz']],
  },
  {
    title: 'tcpSocket as in a pod',
    text: ['checks:', '  queue:', '    type: tcp', '    tcpSocket: { host: rabbit, port: 5672 }'].join('\n'),
    said: [['4:5 checks.queue.tcpSocket', 'unknown key `tcpSocket`', 'write `type: tcp` and `address: rabbit:5672`']],
    fixed: [['tcpSocket: { host: rabbit, port: 5672 }', 'address: rabbit:5672']],
  },
  {
    title: 'grpc as in a pod',
    text: ['checks:', '  api:', '    type: tcp', '    grpc: { port: 9000 }'].join('\n'),
    said: [['4:5 checks.api.grpc', 'unknown key `grpc`', 'write `type: tcp` and `address: 127.0.0.1:9000`']],
    fixed: [['grpc: { port: 9000 }', 'address: 127.0.0.1:9000']],
  },
  {
    title: 'host and port apart',
    text: ['checks:', '  queue:', '    type: tcp', '    host: rabbit.example.com', '    port: 5672'].join('\n'),
    said: [
      [
        '4:5 checks.queue.host',
        'unknown key `host`',
        'write `address: rabbit.example.com:5672`, in place of `port` too',
      ],
    ],
    fixed: [['host: rabbit.example.com\n    port: 5672', 'address: rabbit.example.com:5672']],
  },
  {
    title: 'host and port of a database',
    text: [
      'checks:',
      '  db:',
      '    type: postgres',
      '    host: db.example.com',
      '    port: 5432',
      '    database: shop',
      '    user: shop',
      '    password_file: /run/secrets/db',
    ].join('\n'),
    said: [
      [
        '4:5 checks.db.host',
        'unknown key `host`',
        'write `url: postgres://db.example.com:5432/shop`, in place of `port` and `database` too',
      ],
      ['7:5 checks.db.user', 'unknown key `user`', 'write `username`'],
    ],
    fixed: [
      [
        'host: db.example.com\n    port: 5432\n    database: shop\n    user: shop',
        'url: postgres://db.example.com:5432/shop\n    username: shop',
      ],
    ],
  },
  {
    title: 'the reference of Kubernetes',
    text: ['checks:', '  db:', '    type: postgres', '    url: $(DATABASE_URL)'].join('\n'),
    said: [
      [
        '4:10 checks.db.url',
        'holds a variable as a shell or Kubernetes writes it, and would be the value itself',
        'write a variable in braces: `${NAME}`; a `$` that is meant is written `$$`',
      ],
    ],
    fixed: [['$(DATABASE_URL)', '${DATABASE_URL}']],
  },
  {
    title: 'the reference of a shell',
    text: ['checks:', '  db:', '    type: postgres', '    url: $DATABASE_URL'].join('\n'),
    said: [
      [
        '4:10 checks.db.url',
        'holds a variable as a shell or Kubernetes writes it, and would be the value itself',
        'write a variable in braces: `${NAME}`; a `$` that is meant is written `$$`',
      ],
    ],
    fixed: [['$DATABASE_URL', '${DATABASE_URL}']],
  },
  {
    title: 'a default as in a shell',
    text: ['service: ${SERVICE:-shop}'].join('\n'),
    said: [
      [
        '1:10 service',
        '`${…}` holds more than the name of a variable',
        'write `${NAME}`: there are no defaults such as `${NAME:-value}`; `$${` stands for the text itself',
      ],
    ],
    fixed: [['${SERVICE:-shop}', 'shop']],
  },
  {
    title: 'a secret as in a pod',
    text: [
      'checks:',
      '  db:',
      '    type: redis',
      '    url: redis://cache:6379',
      '    password:',
      '      valueFrom:',
      '        secretKeyRef: { name: cache, key: password }',
    ].join('\n'),
    said: [
      [
        '6:7 checks.db.password',
        'must be a string, and is a map',
        'write `${NAME}`, and let the container’s `env` set NAME by that `valueFrom`',
      ],
    ],
    fixed: [['\n      valueFrom:\n        secretKeyRef: { name: cache, key: password }', ' ${PASSWORD}']],
    knows: ['PASSWORD'],
  },
  {
    title: 'env as in a pod',
    text: ['env:', '  - name: DATABASE_URL', '    value: postgres://u@h/d', 'checks: {}'].join('\n'),
    said: [
      [
        '1:1 env',
        'unknown key `env`',
        'set the variables in the container, and write `${NAME}` where a value is wanted',
      ],
    ],
    fixed: [['env:\n  - name: DATABASE_URL\n    value: postgres://u@h/d\n', '']],
  },
  {
    title: 'a ConfigMap',
    text: [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  name: sidewarden',
      'data:',
      '  sidewarden.yaml: |',
      '    checks: {}',
    ].join('\n'),
    said: [
      [
        '1:1 apiVersion',
        'unknown key `apiVersion`',
        'this is a Kubernetes object: give the text inside the ConfigMap’s `data`',
      ],
    ],
    fixed: [['apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sidewarden\ndata:\n  sidewarden.yaml: |\n    ', '']],
  },
  {
    title: 'Helm not rendered',
    text: ['checks:', '  cache:', '    type: redis', '    url: {{ .Values.redisUrl }}'].join('\n'),
    said: [
      [
        '4:10 YAML',
        '`{{ … }}` is of a template that was not filled in',
        'give the file that Helm makes of it, or write `${NAME}` and set the variable NAME',
      ],
    ],
    fixed: [['{{ .Values.redisUrl }}', 'redis://cache:6379']],
    knows: ['6379'],
  },
  {
    title: 'checks as a list',
    text: ['checks:', '  - name: cache', '    type: redis', '    url: redis://cache:6379'].join('\n'),
    said: [
      [
        '2:3 checks',
        'must be a map from names to checks, and is a list',
        'write each as `name:`, and its settings indented below it, without `-`',
      ],
    ],
    fixed: [['  - name: cache', '  cache:']],
  },
  {
    title: 'type misspelt with the rest',
    text: [
      'checks:',
      '  db:',
      '    typ: postgres',
      '    urll: postgres://shop@db/shop',
      '    intervall: 5s',
      '    expct: primary',
    ].join('\n'),
    said: [
      ['3:5 checks.db.typ', 'unknown key `typ`', 'write `type: postgres`'],
      ['4:5 checks.db.urll', 'unknown key `urll`', 'did you mean `url`?'],
      ['5:5 checks.db.intervall', 'unknown key `intervall`', 'did you mean `interval`?'],
      ['6:5 checks.db.expct', 'unknown key `expct`', 'did you mean `expect`?'],
    ],
    fixed: [
      ['typ:', 'type:'],
      ['urll', 'url'],
      ['intervall', 'interval'],
      ['expct', 'expect'],
    ],
  },
  {
    title: 'a type there is not',
    text: [
      'checks:',
      '  db:',
      '    type: mysql',
      '    url: mysql://shop@db/shop',
      '    interval: 10',
      '    timeuot: 2s',
      '    zebra: 3',
    ].join('\n'),
    said: [
      [
        '3:11 checks.db.type',
        '`mysql` is not a type',
        'write one of postgres, elasticsearch, redis, kms, http, tcp, tls, dns; for any other server, `tcp` tries its port',
      ],
      ['5:15 checks.db.interval', '`10` has no unit: 10 what?', 'write 10s for seconds'],
      ['6:5 checks.db.timeuot', 'unknown key `timeuot`', 'did you mean `timeout`?'],
      ['7:5 checks.db.zebra', 'unknown key `zebra`', 'no type has such a key: remove it'],
    ],
    fixed: [
      ['type: mysql', 'type: tcp'],
      ['url: mysql://shop@db/shop', 'address: db:3306'],
      ['10', '10s'],
      ['timeuot', 'timeout'],
      ['    zebra: 3', ''],
    ],
    knows: ['address', '3306'],
  },
  {
    title: 'a type by another name',
    text: ['checks:', '  db:', '    type: postgresql', '    url: postgresql://shop@db/shop', '    requird: true'].join(
      '\n',
    ),
    said: [
      ['3:11 checks.db.type', '`postgresql` is not a type', 'did you mean `postgres`?'],
      ['5:5 checks.db.requird', 'unknown key `requird`', 'did you mean `required`?'],
    ],
    fixed: [
      ['type: postgresql', 'type: postgres'],
      ['requird', 'required'],
    ],
  },
  {
    title: 'no type',
    text: ['checks:', '  cache:', '    url: redis://cache:6379'].join('\n'),
    said: [['2:3 checks.cache.type', 'is missing', 'add `type: redis`']],
    fixed: [['    url', '    type: redis\n    url']],
  },
  {
    title: 'status of http',
    text: ['checks:', '  app:', '    type: http', '    url: http://127.0.0.1:8080/healthz', '    status: 200'].join(
      '\n',
    ),
    said: [['5:5 checks.app.status', 'unknown key `status`', 'write `expected_status: 200`']],
    fixed: [['status: 200', 'expected_status: 200']],
  },
  {
    title: 'statusCodes of http',
    text: [
      'checks:',
      '  app:',
      '    type: http',
      '    url: http://127.0.0.1:8080/healthz',
      '    statusCodes: [200, 204]',
    ].join('\n'),
    said: [['5:5 checks.app.statusCodes', 'unknown key `statusCodes`', 'write `expected_status: [200, 204]`']],
    fixed: [['statusCodes', 'expected_status']],
  },
  {
    title: 'a status class',
    text: [
      'checks:',
      '  app:',
      '    type: http',
      '    url: http://127.0.0.1:8080/healthz',
      '    expected_status: 2xx',
    ].join('\n'),
    said: [
      [
        '5:22 checks.app.expected_status',
        '`2xx` must be a status such as 204 or a range such as 200-299',
        'write 200-299',
      ],
    ],
    fixed: [['2xx', '200-299']],
  },
  {
    title: 'a port too large',
    text: ['listen: localhost:70000'].join('\n'),
    said: [
      [
        '1:9 listen',
        '`localhost:70000` has a port that is no number from 1 to 65535',
        "write `listen`: where to serve: ':9090' (every address), '127.0.0.1:9090', '[::1]:9090', 'unix:/path', or a list",
      ],
    ],
    fixed: [['70000', '9090']],
  },
  {
    title: 'a port too large in an address',
    text: ['checks:', "  queue: { type: tcp, address: 'rabbit:56720000' }"].join('\n'),
    said: [
      [
        '2:32 checks.queue.address',
        "`'rabbit:56720000'` has a port that is no number from 1 to 65535",
        'write `address`: host:port, [v6]:port or unix:/path',
      ],
    ],
    fixed: [['56720000', '5672']],
    knows: ['5672'],
  },
  {
    title: 'a port too large in a URL',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:70000' }"].join('\n'),
    said: [
      [
        '2:30 checks.cache.url',
        'has a port that is no number from 1 to 65535',
        'write `url`: redis:// or valkey://user:password@host:port/database, rediss:// or valkeys:// for TLS, unix:///path for a socket',
      ],
    ],
    fixed: [['70000', '6379']],
    knows: ['6379'],
  },
  {
    title: 'an address without port',
    text: ['checks:', '  queue: { type: tcp, address: rabbit.example.com }'].join('\n'),
    said: [
      [
        '2:32 checks.queue.address',
        '`rabbit.example.com` must be host:port, such as queue.example.com:5672, or unix:/run/app.sock',
        'write `address`: host:port, [v6]:port or unix:/path',
      ],
    ],
    fixed: [['rabbit.example.com', 'rabbit.example.com:5672']],
  },
  {
    title: 'a URL as an address',
    text: ['checks:', "  edge: { type: tls, address: 'https://shop.example.com' }"].join('\n'),
    said: [
      [
        '2:31 checks.edge.address',
        "`'https://shop.example.com'` is a URL, and only host:port can stand here, such as shop.example.com:443",
        'write `address`: host:port',
      ],
    ],
    fixed: [["'https://shop.example.com'", 'shop.example.com:443']],
  },
  {
    title: 'a list where a string is meant',
    text: ['checks:', '  cache:', '    type: redis', '    url: [redis://cache:6379]'].join('\n'),
    said: [['4:10 checks.cache.url', 'must be a string, and is a list', 'write its one entry alone, without the list']],
    fixed: [['[redis://cache:6379]', 'redis://cache:6379']],
  },
  {
    title: 'a list of one duration',
    text: ['checks:', '  cache:', '    type: redis', '    url: redis://cache:6379', '    interval: [5s]'].join('\n'),
    said: [['5:15 checks.cache.interval', 'must be a duration such as 5s, and is a list', 'write `5s`']],
    fixed: [['[5s]', '5s']],
  },
  {
    title: 'a map where a string is meant',
    text: ['checks:', '  queue:', '    type: tcp', '    address:', '      host: rabbit', '      port: 5672'].join('\n'),
    said: [
      [
        '5:7 checks.queue.address',
        'must be a string, and is a map',
        'write `address`: host:port, [v6]:port or unix:/path',
      ],
    ],
    fixed: [['\n      host: rabbit\n      port: 5672', ' rabbit:5672']],
  },
  {
    title: 'one gate without brackets',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', gates: ready }"].join('\n'),
    said: [['2:59 checks.cache.gates', '`ready` must be a list, and is a string', 'write [ready]']],
    fixed: [['gates: ready', 'gates: [ready]']],
  },
  {
    title: 'readiness as gate',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', gates: [readiness] }"].join('\n'),
    said: [
      ['2:60 checks.cache.gates[0]', '`readiness` must be one of ready, admit, live, startup', 'did you mean `ready`?'],
    ],
    fixed: [['readiness', 'ready']],
  },
  {
    title: 'liveness on a database',
    text: ['checks:', "  db: { type: postgres, url: 'postgres://shop@db/shop', gates: [ready, live] }"].join('\n'),
    said: [
      [
        '2:64 checks.db.gates',
        'live is only for the app itself, an http or tcp check of a loopback address or Unix socket; liveness never depends on a dependency: restarting the app does not fix it, and all replicas would restart at once',
        'write `gates: [ready]`, or [admit]',
      ],
    ],
    fixed: [['[ready, live]', '[ready]']],
  },
  {
    title: 'curly quotes',
    text: [
      'service: “shop”',
      'checks:',
      '  cache:',
      '    type: ‘redis’',
      '    url: “redis://:hunter2@cache:6379”',
    ].join('\n'),
    said: [
      [
        '1:10 service',
        'stands in curly quotes, which are letters to YAML',
        'write straight quotes, " or \', in place of both',
      ],
      [
        '4:11 checks.cache.type',
        'stands in curly quotes, which are letters to YAML',
        'write straight quotes, " or \', in place of both',
      ],
      [
        '5:10 checks.cache.url',
        'stands in curly quotes, which are letters to YAML',
        'write straight quotes, " or \', in place of both',
      ],
    ],
    fixed: [
      ['“shop”', '"shop"'],
      ['‘redis’', "'redis'"],
      ['“redis://:hunter2@cache:6379”', '"redis://:hunter2@cache:6379"'],
    ],
  },
  {
    title: 'too far after a value',
    text: ['checks:', '  cache:', '    type: redis', '      url: redis://cache:6379'].join('\n'),
    said: [
      [
        '4:7 YAML',
        'this line is indented further than the line above it, which has its value already',
        'begin it with 4 spaces, as the line above',
      ],
    ],
    fixed: [['      url', '    url']],
  },
  {
    title: 'not far enough',
    text: ['checks:', '  cache:', '    type: redis', '   url: redis://cache:6379'].join('\n'),
    said: [
      [
        '4:4 YAML',
        'this line begins with 3 spaces, and no line above that it could belong to does',
        'begin it with 2 spaces or 4 spaces, as lines above it do',
      ],
    ],
    fixed: [['   url', '    url']],
  },
  {
    title: 'a tab',
    text: ['checks:', '  cache:', '\ttype: redis', '    url: redis://cache:6379'].join('\n'),
    said: [
      [
        '3:1 YAML',
        'a tab indents this line',
        'YAML allows spaces only: begin it with two spaces more than the key that it belongs to',
      ],
    ],
    fixed: [['\ttype: redis', '    type: redis']],
  },
  {
    title: 'settings beside the name',
    text: ['checks:', '  cache:', '  type: redis', '  url: redis://cache:6379'].join('\n'),
    said: [
      [
        '3:3 checks.type',
        'is a setting, and stands where the name of a check should',
        'indent it by two spaces more, below `cache`',
      ],
      [
        '4:3 checks.url',
        'is a setting, and stands where the name of a check should',
        'indent it by two spaces more, below `cache`',
      ],
    ],
    fixed: [['  type: redis\n  url', '    type: redis\n    url']],
  },
  {
    title: 'checks not indented',
    text: ['checks:', 'cache:', '  type: redis', '  url: redis://cache:6379'].join('\n'),
    said: [
      ['1:1 checks', 'has no check below it', 'indent each check two spaces below `checks:`, or remove the key'],
      ['2:1 cache', 'unknown key `cache`', 'indent it below `checks:`'],
    ],
    fixed: [['cache:\n  type: redis\n  url', '  cache:\n    type: redis\n    url']],
  },
  {
    title: 'a check inside another',
    text: [
      'checks:',
      '  cache:',
      '    type: redis',
      '    url: redis://cache:6379',
      '    queue:',
      '      type: tcp',
      '      address: rabbit:5672',
    ].join('\n'),
    said: [
      ['5:5 checks.cache.queue', 'unknown key `queue`', 'begin it in the column of `cache`: it is a check of its own'],
    ],
    fixed: [['    queue:\n      type: tcp\n      address', '  queue:\n    type: tcp\n    address']],
  },
  {
    title: 'no space behind the colon',
    text: ['checks:', '  cache:', '    type:redis', '    url: redis://cache:6379'].join('\n'),
    said: [
      [
        '3:5 YAML',
        'the line cannot be read as `key: value`',
        'put a space after the colon, and quotes around a value that holds `: ` or ` #`',
      ],
    ],
    fixed: [['type:redis', 'type: redis']],
  },
  {
    title: 'a colon in a value',
    text: [
      'checks:',
      '  app:',
      '    type: http',
      '    url: http://127.0.0.1:8080/',
      '    body_matches: status: ok',
    ].join('\n'),
    said: [
      [
        '5:19 YAML',
        'a second `key: ` stands on the line of the first',
        'begin a line for it, indented further, or put quotes around a value that holds `: `',
      ],
    ],
    fixed: [['status: ok', "'status: ok'"]],
  },
  {
    title: 'an open quote',
    text: ['checks:', '  cache:', '    type: redis', '    url: "redis://cache:6379', '    interval: 5s'].join('\n'),
    said: [['4:10 YAML', 'a quote has no closing quote', 'close it where the value ends']],
    fixed: [['"redis://cache:6379', '"redis://cache:6379"']],
  },
  {
    title: 'an open bracket',
    text: ['checks:', '  cache:', '    type: redis', '    gates: [ready, admit', '    url: redis://cache:6379'].join(
      '\n',
    ),
    said: [
      [
        '5:5 YAML',
        'a bracket or brace that was opened above is not closed before this line',
        'close it with ] or }, or indent this line if it belongs inside',
      ],
    ],
    fixed: [['[ready, admit', '[ready, admit]']],
  },
  {
    title: 'a hash in a password',
    text: ['checks:', '  cache:', '    type: redis', '    url: redis://:hunter2#x@cache:6379'].join('\n'),
    said: [
      [
        '4:10 checks.cache.url',
        'has a # before an @: in a user or password # is written %23',
        'escape it so, or write the password as `password` or `password_file`, which need no escapes',
      ],
    ],
    fixed: [['#', '%23']],
  },
  {
    title: 'a number without unit',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', interval: 30, timeout: 500 }"].join('\n'),
    said: [
      ['2:62 checks.cache.interval', '`30` has no unit: 30 what?', 'write 30s for seconds'],
      [
        '2:75 checks.cache.timeout',
        '`500` has no unit: 500 what?',
        'write 500s for seconds, or 500ms for milliseconds',
      ],
    ],
    fixed: [
      ['interval: 30', 'interval: 30s'],
      ['timeout: 500', 'timeout: 500ms'],
    ],
  },
  {
    title: 'timeout not shorter',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', interval: 5s, timeout: 5s }"].join('\n'),
    said: [
      [
        '2:75 checks.cache.timeout',
        'the timeout 5s is not shorter than the interval 5s: a run must end before the next begins',
        'write `timeout: 2.5s`, or `interval: 10s`',
      ],
    ],
    fixed: [['timeout: 5s', 'timeout: 2.5s']],
  },
  {
    title: 'interval at the top',
    text: ['interval: 10s', 'checks:', "  cache: { type: redis, url: 'redis://cache:6379' }"].join('\n'),
    said: [['1:1 interval', 'unknown key `interval`', 'write it below `defaults:`, for every check, or in one check']],
    fixed: [['interval: 10s', 'defaults:\n  interval: 10s']],
  },
  {
    title: 'a name with capitals',
    text: ['checks:', "  Redis Cache: { type: redis, url: 'redis://cache:6379' }"].join('\n'),
    said: [
      [
        '2:3 checks.Redis',
        '`Redis` cannot be the name of a check',
        'names are a-z, 0-9, - and _, begin with a letter, and have at most 63 characters: write `redis-cache`',
      ],
    ],
    fixed: [['Redis Cache', 'redis-cache']],
  },
  {
    title: 'a port alone',
    text: ['port: 9090'].join('\n'),
    said: [['1:1 port', 'unknown key `port`', "write `listen: ':9090'`"]],
    fixed: [['port: 9090', "listen: ':9090'"]],
  },
  {
    title: 'number for listen',
    text: ['listen: 9090'].join('\n'),
    said: [['1:9 listen', '`9090` is a number alone', "write ':9090' for every address, or '127.0.0.1:9090'"]],
    fixed: [['9090', "':9090'"]],
  },
  {
    title: 'cron of an interval',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', cron: '@every 30s' }"].join('\n'),
    said: [
      [
        '2:58 checks.cache.cron',
        "`'@every 30s'` is not a cron expression: an interval is no calendar",
        'write `interval: 30s` instead of cron',
      ],
    ],
    fixed: [["cron: '@every 30s'", 'interval: 30s']],
  },
  {
    title: 'flags of a regular expression',
    text: ['checks:', '  app:', '    type: http', '    url: http://127.0.0.1:8080/', '    body_matches: /ok/i'].join(
      '\n',
    ),
    said: [
      [
        '5:19 checks.app.body_matches',
        `is written between delimiters, as in a program: write what is between them, ${flags}; slashes that are meant as \`\\/\``,
        '',
      ],
    ],
    fixed: [['/ok/i', '(o|O)(k|K)']],
    knows: ['o', 'O', 'k', 'K'],
  },
  {
    title: 'yes as boolean',
    text: ['checks:', "  cache: { type: redis, url: 'redis://cache:6379', required: no }"].join('\n'),
    said: [['2:62 checks.cache.required', '`no` must be true or false, and is a string', 'write false']],
    fixed: [['required: no', 'required: false']],
  },
  {
    title: 'bad variable',
    text: ['checks:', "  db: { type: postgres, url: '${WRONG_URL}' }"].join('\n'),
    said: [
      [
        '2:30 checks.db.url',
        'must be a URL that begins with postgres:// or postgresql://, or keywords: host=… dbname=…',
        'set WRONG_URL: postgres:// or postgresql:// URL, or keywords with values (host=… dbname=…), as libpq reads them',
      ],
    ],
    fixed: [['WRONG_URL', 'DATABASE_URL']],
    knows: ['DATABASE_URL'],
  },
  {
    title: 'unset variable',
    text: ['checks:', "  db: { type: postgres, url: '${DATABSE_URL}' }"].join('\n'),
    said: [
      [
        '2:30 checks.db.url',
        'the variable DATABSE_URL is not set',
        'set DATABSE_URL or DATABSE_URL_FILE; DATABASE_URL is set: is that the one?',
      ],
    ],
    fixed: [['DATABSE_URL', 'DATABASE_URL']],
  },
  {
    title: 'queries',
    text: [
      'checks:',
      '  db:',
      '    type: postgres',
      '    url: postgres://shop@db/shop',
      '    expct: primary',
      '    statistics:',
      '      queries:',
      '        - name: orders_total',
      '          sql: SELECT count(*) AS value FROM orders',
      '          interval: 10',
      '        - name: pg_orders',
      '          query: SELECT 1 AS value',
      '        - name: open_orders',
      '          type: counter',
      '          sql: " "',
      '          labels: [check]',
    ].join('\n'),
    said: [
      ['5:5 checks.db.expct', 'unknown key `expct`', 'did you mean `expect`?'],
      [
        '8:17 checks.db.statistics.queries[0].name',
        '`orders_total` ends in _total, as only a counter’s does',
        'rename it, or set `type: counter`',
      ],
      ['10:21 checks.db.statistics.queries[0].interval', '`10` has no unit: 10 what?', 'write 10s for seconds'],
      [
        '11:17 checks.db.statistics.queries[1].name',
        '`pg_orders` begins with pg_, which is taken',
        'begin with your product’s name',
      ],
      ['12:11 checks.db.statistics.queries[1].query', 'unknown key `query`', 'write `sql`'],
      [
        '13:17 checks.db.statistics.queries[2].name',
        '`open_orders` is a counter’s, so it must end in _total',
        'write `open_orders_total`',
      ],
      ['15:16 checks.db.statistics.queries[2].sql', '`" "` is empty', 'write one SELECT, whose rows become samples'],
      [
        '16:20 checks.db.statistics.queries[2].labels[0]',
        '`check` is a label that every sample has already: leave it out',
        '',
      ],
    ],
    fixed: [
      ['expct', 'expect'],
      ['orders_total', 'orders'],
      ['interval: 10', 'interval: 10s'],
      ['pg_orders', 'shop_orders'],
      ['query', 'sql'],
      ['open_orders', 'open_orders_total'],
      ['" "', 'SELECT 1 AS value'],
      ['[check]', '[]'],
    ],
    knows: ['shop_orders'],
  },
  {
    title: 'sentinel',
    text: [
      'checks:',
      '  cache:',
      '    type: redis',
      '    sentinel:',
      '      master: main',
      '      addresses: sentinel:26379',
    ].join('\n'),
    said: [
      ['5:7 checks.cache.sentinel.master', 'unknown key `master`', 'write `name`'],
      [
        '6:18 checks.cache.sentinel.addresses',
        '`sentinel:26379` must be a list, and is a string',
        'write [sentinel:26379]',
      ],
    ],
    fixed: [
      ['master', 'name'],
      ['sentinel:26379', '[sentinel:26379]'],
    ],
  },
  {
    title: 'tls flags',
    text: [
      'checks:',
      '  cache:',
      '    type: redis',
      '    url: rediss://cache:6379',
      '    insecureSkipVerify: true',
      '    caFile: /etc/ca.pem',
    ].join('\n'),
    said: [
      [
        '5:5 checks.cache.insecureSkipVerify',
        'unknown key `insecureSkipVerify`',
        'write `tls: { insecure_skip_verify: true }`',
      ],
      ['6:5 checks.cache.caFile', 'unknown key `caFile`', 'write `tls: { ca_file: /path }`'],
    ],
    fixed: [
      [
        'insecureSkipVerify: true\n    caFile: /etc/ca.pem',
        'tls: { insecure_skip_verify: true, ca_file: /etc/ca.pem }',
      ],
    ],
  },
  {
    title: 'headers as a list',
    text: [
      'checks:',
      '  app:',
      '    type: http',
      '    url: http://127.0.0.1:8080/',
      '    headers:',
      '      - name: Authorization',
      '        value: Bearer hunter2',
    ].join('\n'),
    said: [
      [
        '6:7 checks.app.headers',
        'must be a map, and is a list',
        'write `Authorization: …` below it, without `- `, `name` and `value`',
      ],
    ],
    fixed: [['- name: Authorization\n        value: Bearer hunter2', 'Authorization: Bearer hunter2']],
  },
  {
    title: 'dns server',
    text: ['checks:', '  names:', '    type: dns', '    host: shop.example.com', '    server: 10.0.0.10'].join('\n'),
    said: [
      ['4:5 checks.names.host', 'unknown key `host`', 'write `name`, the name to ask for'],
      ['5:5 checks.names.server', 'unknown key `server`', 'write `resolver: address:53`, with its own port'],
    ],
    fixed: [
      ['host', 'name'],
      ['server: 10.0.0.10', 'resolver: 10.0.0.10:53'],
    ],
  },
  {
    title: 'log level',
    text: ['log_level: warning'].join('\n'),
    said: [
      ['1:12 log_level', '`warning` must be one of trace, debug, info, warn, error, silent', 'did you mean `warn`?'],
    ],
    fixed: [['warning', 'warn']],
  },
  {
    title: 'default live',
    text: ['defaults:', '  gates: [ready, live]'].join('\n'),
    said: [
      [
        '2:18 defaults.gates[1]',
        '`live` is only for the app itself, and this holds for every dependency: restarting the app fixes none of them, and all replicas would restart at once',
        'write `gates: [ready, live]` in the check of the app, and remove live here',
      ],
    ],
    fixed: [['[ready, live]', '[ready]']],
  },
  {
    title: 'a duplicate',
    text: ['checks:', "  cache: { type: redis, url: 'redis://a' }", "  cache: { type: redis, url: 'redis://b' }"].join(
      '\n',
    ),
    said: [['3:3 checks.cache', '`cache` is written twice, first on line 2', 'give each check a name of its own']],
    fixed: [["  cache: { type: redis, url: 'redis://b' }", "  other: { type: redis, url: 'redis://b' }"]],
    knows: ['other'],
  },
  {
    title: 'a document too many',
    text: ['service: shop', '---', 'checks: {}'].join('\n'),
    said: [['2:1 YAML', 'a second document begins here (`---`)', 'one file holds one configuration']],
    fixed: [['---\n', '']],
  },
];

const environment = {
  DATABASE_URL: 'postgres://u:hunter2@db/shop',
  WRONG_URL: 'mysql://u:hunter2@db',
  PASSWORD: 'hunter2',
};

const wordsOf = (text: string): readonly string[] => text.match(/\w+/g) ?? [];

test.each(rows)('$title', ({ text, said, fixed, knows = [] }) => {
  const problems = wrong(loadText(text, environment));
  expect(
    problems.map(({ line, column, path, message, fix = '' }) => [`${line}:${column} ${path}`, message, fix]),
  ).toEqual(said);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
  const told = new Set(wordsOf([text, ...said.flatMap(([, message, fix]) => [message, fix])].join(' ')));
  const guessed = fixed.flatMap(([, to]) => wordsOf(to)).filter((word) => !told.has(word));
  expect(guessed).toEqual(knows);
  const right = fixed.reduce((whole, [from, to]) => whole.replace(from, () => to), text);
  expect(loadText(right, environment)).toMatchObject({ ok: true });
});

test('they are fifty, at least', () => {
  expect(rows.length).toBeGreaterThanOrEqual(50);
});
