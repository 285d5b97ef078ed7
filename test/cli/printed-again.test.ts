// What print-config prints is a configuration again: the same checks, and the same text when it is printed again. For
// configurations of every type and option, with variables for the whole of a value and for a part of it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { definitions } from '../../src/dependencies/index.ts';
import { fileOf, loadText, right } from '../config/load.ts';
import { runHere } from './run-here.ts';

type Environment = Readonly<Record<string, string>>;

const printed = async (text: string, environment: Environment): Promise<string> => {
  const { code, stdout, stderr } = await runHere(['print-config', '--config', fileOf(text, 'again.yaml')], {
    environment: { ...environment },
  });
  expect(stderr, text).toBe('');
  expect(code).toBe(0);
  return stdout;
};

/** All that is in force but secrets, of which only that they are there; the token as it is shown opens nothing. */
const inForce = (text: string, environment: Environment): string => {
  const { checks, secrets: _, source: __, token: ____, ...top } = right(loadText(text, environment));
  return JSON.stringify([top, checks.map(({ definition: ___, ...check }) => check)]);
};

async function isAgain(text: string, environment: Environment): Promise<string> {
  const first = await printed(text, environment);
  expect(inForce(first, environment), first).toBe(inForce(text, environment));
  const second = await printed(first, environment);
  expect(differences(parse(first), parse(second)).filter((one) => !one.includes('${'))).toEqual([]);
  return first;
}

/**
 * The leaves of the first that are others in the second. A value that is mentioned by its variable is one of them, when the
 * secret that holds the variable too is masked and mentions it no longer.
 */
function differences(first: unknown, second: unknown): string[] {
  const isMap = (tree: unknown): tree is Record<string, unknown> =>
    tree !== null && typeof tree === 'object' && !Array.isArray(tree);
  const meant = (value: unknown): string => JSON.stringify(value).replaceAll('$$', () => '$');
  if (!isMap(first) || !isMap(second)) return meant(first) === meant(second) ? [] : [JSON.stringify(first)];
  if (Object.keys(first).join() !== Object.keys(second).join()) return [Object.keys(first).join()];
  return Object.keys(first).flatMap((key) => differences(first[key], second[key]));
}

test('of tokens, what may be shown: references and files stay, what stands in the file itself is hidden', async () => {
  const text = [
    'tokens:',
    '  - { name: ops, token: "${OPS}", scopes: [write] }',
    '  - { name: grafana, token_file: /run/secrets/grafana, scopes: [read, audit] }',
    '  - { name: one, token: literal-0123456789, scopes: [read] }',
    '  - { name: two, token: literal-9876543210, scopes: [read] }',
  ].join('\n');
  const environment = { OPS: 'ops-token-0123456789' };
  const first = await printed(text, environment);
  expect(parse(first).tokens).toEqual([
    { name: 'ops', token: '${OPS}', scopes: ['write'] },
    { name: 'grafana', token_file: '/run/secrets/grafana', scopes: ['read', 'audit'] },
    { name: 'one', token: '[secret-of-the-token]', scopes: ['read'] },
    { name: 'two', token: '[secret-of-the-token]', scopes: ['read'] },
  ]);
  expect(await printed(first, environment)).toContain('${OPS}');
  expect(right(loadText(first, environment)).tokens.map(({ name }) => name)).toEqual(['ops', 'grafana']);
});

describe('a variable that also stands in a secret is mentioned, and its value is not shown', () => {
  const environment = {
    PORT: '8080',
    DB: '5',
    PW: 'hunter2',
    HOST: 'cache.example.com',
    TIMES: '4',
    YES: 'true',
    WAIT: '700ms',
    NAME: 'shop',
  };
  const redis = 'type: redis, url: "redis://:${PW}@${HOST}:${PORT}/${DB}"';
  const app = 'type: http, url: "http://${HOST}:${PORT}/${NAME}${TIMES}${YES}${WAIT}"';
  test.each<[what: string, yaml: string, shown: string]>([
    ['a port of an address', 'listen: ":${PORT}"\nchecks: { one: { REDIS } }', 'listen: ":${PORT}"'],
    ['one of several', 'listen: [":${PORT}", "unix:/x"]\nchecks: { one: { REDIS } }', 'listen: [":${PORT}","unix:/x"]'],
    ['in single quotes', "listen: ':${PORT}'\nchecks: { one: { REDIS } }", 'listen: ":${PORT}"'],
    ['in a block', 'listen: >-\n  :${PORT}\nchecks: { one: { REDIS } }', 'listen: ":${PORT}"'],
    ['beside dollars', 'service: "a $$${NAME} $$${DB}"\nchecks: { one: { APP } }', 'service: "a $$${NAME} $$${DB}"'],
    ['of an alias', 'service: &n "${NAME}"\nchecks: { one: { type: dns, name: *n }, a: { APP } }', 'name: "${NAME}"'],
    ['a number', 'checks: { one: { type: redis, url: "redis://:${DB}@h", database: "${DB}" } }', 'database: "${DB}"'],
    ['a number without quotes', 'checks: { one: { REDIS, database: ${DB} } }', 'database: "${DB}"'],
    ['a threshold', 'checks: { one: { APP, failure_threshold: "${TIMES}" } }', 'failure_threshold: "${TIMES}"'],
    ['a boolean', 'checks: { one: { APP, required: "${YES}" } }', 'required: "${YES}"'],
    ['a duration', 'checks: { one: { APP, timeout: "${WAIT}" } }', 'timeout: "${WAIT}"'],
    ['a part of one', 'checks: { one: { APP, interval: "${TIMES}s" } }', 'interval: "${TIMES}s"'],
    ['of defaults', 'defaults: { timeout: "${WAIT}" }\nchecks: { one: { APP } }', '    timeout: "${WAIT}"'],
    ['in a block of a check', 'checks: { one: { REDIS, tls: { server_name: "${HOST}" } } }', 'server_name: "${HOST}"'],
    [
      'in a list',
      'checks: { one: { type: dns, name: a, expect: ["${TIMES}.1.1.1"] }, b: { APP } }',
      '["${TIMES}.1.1.1"]',
    ],
    [
      'in a map',
      'checks: { one: { type: kms, key_id: k, round_trip: { context: { a: "${NAME}", b: "$${B}" } } }, b: { APP } }',
      'context: {"a":"${NAME}","b":"$${B}"}',
    ],
    [
      'of addresses',
      'checks: { one: { type: redis, cluster: { addresses: ["${HOST}:1"] } }, b: { APP } }',
      '["${HOST}:1"]',
    ],
    [
      'in a query',
      'checks: { one: { type: postgres, url: "postgres://u@h", statistics: { queries: [{ name: a, sql: "${NAME}" }] } }, b: { APP } }',
      'queries: [{"name":"a","sql":"${NAME}"}]',
    ],
    ['that a header holds', 'service: "${K}"\nchecks: { one: { APP, headers: { x: "k ${K}" } } }', 'service: "${K}"'],
    [
      'that a client reads',
      'service: "${AWS_SECRET_ACCESS_KEY}"\nchecks: { one: { type: kms, key_id: k } }',
      'service: "${AWS_',
    ],
  ])('%s', async (_, yaml, shown) => {
    const own = { ...environment, K: 'hunter2', AWS_SECRET_ACCESS_KEY: 'hunter2' };
    const first = await isAgain(yaml.replace('REDIS', redis).replace('APP', app), own);
    expect(first.replace(/ +# .*$/gm, '')).toContain(shown);
    expect(first).not.toContain('hunter2');
  });

  test('what a variable says over the file is mentioned by its name', async () => {
    const own = { SIDEWARDEN_SERVICE: 'hunter2', SIDEWARDEN_LISTEN: ':1' };
    const text = 'listen: ":2"\nchecks: { one: { type: redis, url: "redis://:${SIDEWARDEN_SERVICE}@h" } }';
    const first = await isAgain(text, own);
    expect(first).toMatch(/^service: "\$\{SIDEWARDEN_SERVICE\}" /m);
    expect(first).toMatch(/^listen: \["\[::\]:1"\] /m);
    expect(first).not.toContain('hunter2');
  });

  test('a secret that is a variable in whole is mentioned wherever and however it is written', async () => {
    const text = [
      'checks:',
      '  one: { type: http, url: "http://h", headers: { x: "${PW}", y: "Bearer ${PW}", z: hunter2 } }',
      '  two: { type: redis, url: &u >-\n      ${URL}\n    }'
        .replace('{ type: redis, url: &u >-', '\n    type: redis\n    url: &u >-')
        .replace('\n    }', ''),
      '  three: { type: redis, url: *u }',
      '  four: { type: redis, url: !!str "${URL}" }',
    ].join('\n');
    const first = await isAgain(text, { PW: 'hunter2', URL_FILE: fileOf('redis://:hunter2@h', 'url') });
    expect(first).toContain('headers: {"x":"${PW}","y":"[secret]","z":"[secret]"}');
    expect(first.match(/url: "\$\{URL\}"/g)).toHaveLength(3);
    expect(first).not.toContain('hunter2');
  });
});

test('objectives are printed field by field, their windows as people write them', async () => {
  const text = [
    'service: shop',
    'checks: { database: { type: tcp, address: "db:1" } }',
    'slos:',
    '  availability: { indicator: { ready: true }, objective: 99.9 }',
    '  wide: { indicator: { check: database }, objective: "${GOAL}", window: 7d12h, sla: 90 }',
    '  errors: { indicator: { ratio: { bad: \'x_total{code=~"5..$"}\', total: x_total } }, objective: 99, page: false }',
    '  fast: { indicator: { histogram: x_seconds, threshold: 0.2, selector: \'a="$${b}"\' }, objective: 95 }',
    "  lost: { indicator: { expression: { bad: 'increase(a[$window])', total: 'increase(b[$window])' } }, objective: 99 }",
    'prometheus: { retention: 30d }',
  ].join('\n');
  const first = await isAgain(text, { GOAL: '99.5' });
  expect(first).toMatch(/^ {4}window: 7d12h +# \S+:5$/m);
  expect(first).toMatch(/^ {4}window: 30d +# default$/m);
  expect(first).toMatch(/^ {4}objective: 99\.5 +# \S+:5 \$\{GOAL\}$/m);
  expect(first).toMatch(/^ {6}selector: "a=\\"\$\$\{b\}\\"" +#/m);
});

/** Values that a variable can hold, in whole or in part of another. */
const variables: Environment = {
  HOST: 'db.example.com',
  PORT: '6380',
  FIVE: '5',
  WORD: 'shop',
  PASSWORD: 'hunter2',
  LONG: 'hunter2-9f8e7d6c5b',
  YES: 'true',
  WAIT: '900ms',
  PATH_TO: '/run/x',
};
const { HOST, PORT, WORD, PASSWORD, LONG, WAIT, PATH_TO } = variables;

const some = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const optional = <T extends object, R extends Record<string, fc.Arbitrary<unknown>>>(needed: T, others: R) =>
  fc.record(others, { requiredKeys: [] }).map((given) => ({ ...needed, ...given }));
const user = some('', `${WORD}@`, `${WORD}:${PASSWORD}@`, `${WORD}:a%40${LONG}@`);
const place = some(`${HOST}:${PORT}`, `${HOST}`, `[::1]:${PORT}`, '10.0.0.7:5');
const tls = optional({}, { ca_file: some(`${PATH_TO}/ca.pem`), server_name: some(`${HOST}`, `${WORD}`) });
const secret = some(`${PASSWORD}`, `${LONG}`, `a ${PASSWORD}$x $\{no}`);
const password = fc.oneof(fc.record({ password: secret }), some({ password_file: `${PATH_TO}/pw` }));
const log = fc.oneof(some({}), password).map((given) => ({ username: `${WORD}`, ...given }));
const mode = some('off', 'leader', 'all');
const block = <T>(name: string, value: fc.Arbitrary<T>) => value.map((given) => ({ [name]: given }));
const maybe = <T extends object>(value: fc.Arbitrary<T>) => fc.oneof(some({}), value);
const all = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((given) => Object.assign({}, ...given) as object);
const common = optional(
  {},
  {
    timeout: some(WAIT, '1s'),
    failure_threshold: some<unknown>(5, 2),
    success_threshold: some(5),
    slow_after: some('500ms'),
    required: fc.boolean(),
    gates: some(['ready'], ['ready', 'admit'], []),
    interval: some('25s', '1m30s'),
  },
);

const urlParameters = fc
  .subarray([
    'target_session_attrs=read-write',
    'load_balance_hosts=random',
    'connect_timeout=5',
    `application_name=${WORD}%20x`,
    'channel_binding=require',
    'options=-c%20a%3Db',
    `sslrootcert=${PATH_TO}/ca`,
    `sslcert=${PATH_TO}/c&sslkey=${PATH_TO}/k&sslpassword=${PASSWORD}`,
    `schema=${WORD}`,
  ])
  .map((given) => given.join('&'));
const postgresUrl = fc.oneof(
  fc
    .tuple(some(`${WORD}@`, `${WORD}:${PASSWORD}@`), fc.array(place, { minLength: 1, maxLength: 3 }), urlParameters)
    .map(([who, places, parameters]) => `postgres://${who}${places.join(',')}/${WORD}?${parameters}`),
  some(
    `host=${PATH_TO} port=${PORT} user=${WORD} password='${LONG}'`,
    `host=${PATH_TO},${HOST} port=5,${PORT} user=${WORD} dbname=${WORD}`,
    `hostaddr=10.0.0.7,::1 port=${PORT} user=${WORD} sslmode=require`,
    `host=${HOST},b hostaddr=10.0.0.7,::1 user=${WORD} passfile=${PATH_TO}`,
  ),
);
const postgres = fc.oneof(
  all(
    block('url', postgresUrl),
    maybe(block('statistics_url', postgresUrl)),
    optional({}, { tls, expect: some('primary', 'any'), write: optional({}, { interval: some('5m') }) }),
    maybe(password),
    maybe(
      block(
        'statistics',
        optional(
          {},
          {
            mode,
            tables: some(5),
            pool: optional({}, { by: some('user'), names: some([WORD, 'x']) }),
            statements: some({ top: 5 }),
            queries: some([{ name: WORD, sql: `SELECT 5 AS value, '$$' AS ${WORD}`, interval: '1m' }]),
          },
        ),
      ),
    ),
  ),
  fc.tuple(some('verify-full', 'require', 'no-verify'), place).map(([sslmode, at]) => ({
    auth: 'aws-iam',
    region: 'eu-central-1',
    url: `postgres://${WORD}@${at}/x?sslmode=${sslmode}`,
  })),
);
const redisUrl = fc
  .tuple(some('redis', 'rediss', 'valkey'), user, place, some('', '/', '/5', '/5?db=5', '?db=5'))
  .map(([scheme, who, at, database]) => `${scheme}://${who}${at}${database}`);
const redis = fc.oneof(
  all(
    block('url', fc.oneof(redisUrl, some(`unix://${PATH_TO}`, `unix://:${PASSWORD}@${PATH_TO}?db=5`))),
    optional({}, { database: some<unknown>(5, 0), tls, expect: some('primary'), write: some({ key: WORD }) }),
    maybe(log),
    maybe(block('statistics', optional({}, { mode, slowlog_get: fc.boolean() }))),
  ),
  all(block('cluster', block('addresses', fc.array(some(`${HOST}:${PORT}`, '[::1]:5'), { minLength: 1 }))), maybe(log)),
  all(
    block(
      'sentinel',
      all(some({ addresses: [`${HOST}:${PORT}`], name: WORD }), maybe(log), optional({}, { tls: fc.boolean() })),
    ),
    maybe(log),
  ),
  some({ auth: 'aws-iam', cache_name: WORD, url: `rediss://${WORD}@${HOST}:${PORT}`, region: 'eu-central-1' }),
);
const httpUrl = (scheme: string) =>
  fc
    .tuple(user, place, some('', '/', `/${WORD}/${PASSWORD}`, `?key=${PASSWORD}`, `/?key=${LONG}`))
    .map(([who, at, rest]) => `${scheme}://${who}${at}${rest}`);
const http = fc.oneof(
  all(
    block('url', httpUrl('http')),
    optional(
      {},
      {
        socket: some(`${PATH_TO}.sock`),
        method: some('POST'),
        headers: optional({}, { 'x-key': secret, authorization: some(`Bearer ${LONG}`), accept: some('*/*') }),
        body: secret,
        expected_status: some<unknown>(204, '200-299', [200, '301-302'], ['5'.padEnd(3, '0')]),
        body_matches: some(`^$\{ok}$$|${WORD}`),
        json: optional({ path: `$.a["b c"]` }, { equals: some<unknown>(WORD, 5, true, null, '5') }),
      },
    ),
    maybe(fc.oneof(log, block('token', secret))),
  ),
  all(block('url', httpUrl('https')), block('tls', tls)),
);
const nodes = (who: fc.Arbitrary<string>) =>
  fc
    .array(
      fc.tuple(who, place, some('', '/', `/${WORD}`)).map((parts) => `https://${parts.join('')}`),
      { minLength: 1, maxLength: 3 },
    )
    .map((urls) => urls.join(', '));
const elasticsearch = all(
  fc.oneof(block('url', nodes(user)), all(block('url', nodes(some(''))), block('api_key', secret))),
  optional({}, { minimum_status: some('green'), index: some(WORD, '<logs-{now/d}>'), tls }),
  maybe(block('statistics', block('mode', mode))),
);
const types: Readonly<Record<string, fc.Arbitrary<object>>> = {
  postgres,
  redis,
  http,
  elasticsearch,
  kms: all(
    some({ key_id: `alias/${WORD}` }),
    optional(
      {},
      {
        region: some('eu-central-1'),
        endpoint: some(`https://${HOST}:${PORT}/`),
        round_trip: optional({}, { interval: some('5m'), context: some({ [`${WORD}`]: `$${WORD}`, b: '5' }) }),
        statistics: optional({}, { mode, rotations: fc.boolean() }),
      },
    ),
  ),
  dns: fc.oneof(
    some({ name: HOST, expect: ['10.0.0.5'], resolver: `10.0.0.7:${PORT}` }),
    some({ name: `${WORD}.${HOST}`, record: 'TXT', expect: [`a ${WORD}`, '$$5'] }),
  ),
  tcp: fc.oneof(
    some({ address: `unix:${PATH_TO}.sock` }),
    all(some({ address: `${HOST}:${PORT}`, expect: `^${WORD}$` }), maybe(block('send', secret))),
  ),
  tls: optional({ address: `${HOST}:${PORT}` }, { warn_before: some('5d'), fail_before: some('1d12h'), tls }),
};
const top = optional(
  { service: `the ${WORD} $\{x} costs $$5` },
  {
    listen: some<unknown>(`:${PORT}`, `localhost:${PORT}`, [`:${PORT}`, `unix:${PATH_TO}.sock`]),
    token: some(LONG),
    control: some(`${PATH_TO}.control`),
    drain_delay: some(WAIT),
    max_connections: some(6380),
    log_level: some('debug'),
    namespace: some(WORD),
    defaults: optional({}, { interval: some('5s'), timeout: some(WAIT), failure_threshold: some(5) }),
    statistics: optional({}, { mode, max_series: some(6380) }),
  },
);

/** The tree as a file writes it: every value of a variable that the next draws choose is a mention of it. */
function written(tree: unknown, chosen: () => boolean): unknown {
  if (Array.isArray(tree)) return tree.map((item) => written(item, chosen));
  if (tree !== null && typeof tree === 'object')
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, written(value, chosen)]));
  if (typeof tree === 'string') {
    const escaped = tree.replaceAll('$', '$$$$');
    return Object.entries(variables).reduce(
      (text, [name, value]) => (chosen() ? text.replaceAll(value, `\${${name}}`) : text),
      escaped,
    );
  }
  const whole = Object.entries(variables).find(([, value]) => value === String(tree));
  return whole !== undefined && chosen() ? `\${${whole[0]}}` : tree;
}

test('configurations of every type and option', async () => {
  expect(Object.keys(types).sort()).toEqual(definitions.map(({ type }) => type).sort());
  const checks = fc
    .subarray(Object.entries(types), { minLength: 1, maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen.map(([type, settings]) => all(settings, common, some({ type })))))
    .map((list) => Object.fromEntries(list.map((check, index) => [`check-${index}`, check])));
  await fc.assert(
    fc.asyncProperty(top, checks, fc.infiniteStream(fc.boolean()), async (beside, given, draws) => {
      const tree = { ...beside, checks: given };
      const text = stringify(written(tree, () => draws.next().value === true));
      const first = await isAgain(text, variables);
      expect(first).not.toContain(PASSWORD);
    }),
    { numRuns: 60 },
  );
}, 60_000);
