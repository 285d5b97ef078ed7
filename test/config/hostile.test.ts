// Whatever a file holds, loading it ends in a configuration or in problems: never in a crash, never with a secret shown.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { processorTime } from '../patience.ts';
import { fileOf, loadText, right, wrong } from './load.ts';

const secret = 'hunter2-planted';

test('a file that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const problem = (config: string) => wrong(loadConfiguration({ arguments: { config }, environment: {} }))[0];
  expect(problem('/nowhere/a.yaml')).toMatchObject({ file: '/nowhere/a.yaml', message: 'cannot be read: ENOENT' });
  expect(problem(folder)).toMatchObject({ message: 'is a folder, not a file' });
  expect(problem('/dev/null')).toMatchObject({ message: 'is not a regular file' });
  expect(problem(fileOf(`#${'x'.repeat(1024 * 1024)}`))).toMatchObject({ message: 'is larger than 1 MiB' });
  expect(problem(fileOf(new Uint8Array([0xff, 0xfe, 0x61, 0])))).toMatchObject({
    message: 'is UTF-16 text',
    fix: 'save it as UTF-8',
  });
  expect(formatProblems([problem('/nowhere/a.yaml') ?? { path: '', message: '' }])).toMatch(
    /^\/nowhere\/a.yaml: cannot be read: ENOENT\n {2}fix: /,
  );
});

test('bombs: aliases, nesting, an alias of itself, a key of the prototype, many mistakes', () => {
  const bomb = [
    'a: &a [1,1,1,1,1,1,1,1,1,1]',
    ...'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`).join()}]`),
  ];
  expect(wrong(loadText(bomb.join('\n')))[0]?.message).toContain('more than 50000 values');
  expect(wrong(loadText(`a: ${'['.repeat(100_000)}`))[0]?.message).toContain('nest');
  expect(wrong(loadText(`a: ${'['.repeat(100)}${']'.repeat(100)}`))[0]?.message).toContain('nested too deeply');
  expect(wrong(loadText('checks: &a { b: *a }'))[0]?.message).toContain('an alias inside the value');
  const merges = [
    'a: &a { k: 1 }',
    ...'bcdefghijklmnop'.split('').map((name, index) => {
      const before = `*${'abcdefghijklmno'[index]}`;
      return `${name}: &${name} { <<: [${Array(10).fill(before).join()}] }`;
    }),
  ];
  expect(wrong(loadText(merges.join('\n')))[0]?.message).toContain('more than 50000 values');
  expect(wrong(loadText('x-a: &a { <<: *a }\nchecks: { <<: *a }'))[0]?.message).toContain(
    'takes over the keys of a map',
  );
  expect(wrong(loadText('x-l: &l [*l]\nchecks: { <<: *l }')).map(({ message }) => message)).toContain(
    '`<<` takes over the keys of a map, and this is none',
  );
  expect(wrong(loadText('__proto__: { service: x }'))[0]?.message).toBe('a key must be a plain word');
  expect(
    formatProblems(wrong(loadText(Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n'))))
      .split('\n')
      .at(-1),
  ).toBe('… and 4900 more');
});

test.each(['$', '${', ':', ':a@', '//', '[', '{', '*', '1s'])(
  'a mebibyte of %s takes no time to refuse',
  async (part) => {
    const text = `service: ${part.repeat(Math.floor(1_000_000 / part.length))}`;
    const took = await processorTime(() => expect(loadText(text).ok).toBe(false));
    expect(took).toBeLessThan(5000);
  },
);

test('a wide map that is merged many times costs what any wide alias costs', async () => {
  const pairs = Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join(', ');
  const wide = (key: string): string =>
    `x-b: &b { ${pairs} }\nchecks:\n  a:\n    ${key}: [${Array(10_000).fill('*b').join()}]`;
  const costOf = (key: string): Promise<number> =>
    processorTime(() => expect(wrong(loadText(wide(key)))[0]?.message).toContain('more than 50000 values'));
  const ofAliases = await costOf('list');
  expect((await costOf('<<')) / ofAliases).toBeLessThan(4);
  const merges = `x-b: &b { k: 1 }\nchecks:\n  a:\n${'    <<: *b\n'.repeat(10_000)}`;
  expect((await processorTime(() => expect(loadText(merges).ok).toBe(false))) / ofAliases).toBeLessThan(8);
});

test('lines that are indented too far: the file is read again as long as that costs little', async () => {
  const linesOf = (checks: number, by: string): string[] => [
    'checks:',
    ...Array.from({ length: checks }, (_, index) =>
      [`  c${index}:`, '    type: tcp', `${by}address: h:1`, `    # ${'x'.repeat(60)}`].join('\n'),
    ),
  ];
  const count = (text: string): number => wrong(loadText(text)).filter(({ path }) => path === 'YAML').length;
  const few = linesOf(20, '      ').join('\n');
  expect(few.length).toBeLessThan(3000);
  expect(count(few)).toBe(20);
  const many = linesOf(2000, '      ').join('\n');
  expect(many.length).toBeGreaterThan(200_000);
  expect(count(many)).toBe(2);
});

test('an alias stands for the anchor above it, whatever is defined below', () => {
  const text = [
    'x-a: &a { type: tcp, address: "h:1" }',
    'x-b: &b { one: *a, two: { <<: *a } }',
    'x-c: &a { type: tcp, address: "wrong:2" }',
    'checks: *b',
  ].join('\n');
  const { checks } = right(loadText(text));
  expect(checks.map(({ settings }) => settings.address)).toEqual(['h:1', 'h:1']);
});

test('an error that nobody foresaw is a problem, and shows nothing of the file', () => {
  const broken = {
    ...(definitions.find(({ type }) => type === 'tcp') as Definition),
    problems: () => {
      throw new RangeError(secret);
    },
  };
  const loaded = loadText('checks: { a: { type: tcp, address: "h:1" } }', {}, { definitions: [broken] });
  expect(wrong(loaded)).toEqual([
    {
      file: expect.stringMatching(/\.yaml$/),
      path: '',
      message: 'cannot be judged: RangeError',
      fix: 'this is a mistake in Sidewarden: report it with the configuration, without its secrets',
    },
  ]);
});

const keys = [
  ...new Set([
    'checks',
    'defaults',
    'listen',
    'token',
    'type',
    'gates',
    'cron',
    'interval',
    ...definitions.flatMap(({ settings }) => Object.keys(settings)),
  ]),
];
const key = fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 12 }));
const scalar = fc.oneof(
  fc.constantFrom(
    ...definitions.map(({ type }) => type),
    '5s',
    'ready',
    'http://127.0.0.1/',
    '$',
    '${A}',
    '${',
    '*',
    '!',
    '0',
    'PT5S',
    '* * * * * *',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6 }),
  ),
})).value;

test('any values', () => {
  fc.assert(
    fc.property(
      fc.dictionary(key, tree, { maxKeys: 6 }),
      fc.dictionary(key, fc.dictionary(key, tree, { maxKeys: 8 }), { maxKeys: 3 }),
      (top, checks) => {
        const loaded = loadText(stringify({ ...top, checks }), { A: secret });
        const text = loaded.ok ? JSON.stringify(loaded) : formatProblems(loaded.problems);
        expect(text).not.toContain(secret);
      },
    ),
    { numRuns: 300 },
  );
});

test('any text', () => {
  const word = fc.constantFrom(
    'checks',
    ':',
    ' ',
    '\n',
    '  ',

    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '%',
    '#',
    '$',
    '${',
    '\t',
    'type',
    'redis',
    secret,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 30 }), (words) => {
      const loaded = loadText(words.join(''));
      expect(typeof loaded.ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});

/** Where people put secrets, right or wrong: every one of these has a mistake beside it or is one. */
const plants: readonly ((value: string) => string)[] = [
  (value) => `token: [${value}]`,
  (value) => `token: ${value}\n\tbad`,
  (value) => `tokn: ${value}`,
  (value) => `token:${value}`,
  (value) => `token: @${value}`,
  (value) => `token: *${value}`,
  (value) => `token: !${value}`,
  (value) => `token: "${value}`,
  (value) => `token: |${value}\n  x`,
  (value) => `checks: { r: { type: redis, url: redis://u:${value}@h, urll: redis://u:${value}@h } }`,
  (value) => `checks: { r: { type: redis, url: "http://u:${value}@h" } }`,
  (value) => `checks: { r: { type: redis, pasword: ${value}, url: 1 } }`,
  (value) => `checks: { r: { type: redis, url: redis://x, password: { a: ${value} } } }`,
  (value) => `checks: { r: { type: redis, url: redis://x, "password:${value}": 1 } }`,
  (value) => `checks: { r: { type: redis, url: redis://x, "password=${value}": 1 } }`,
  (value) => `checks: { r: "password:${value}" }`,
  (value) => `checks: { a: { type: http, url: 1, headers: { Authorization: [${value}] } } }`,
  (value) => `checks: { a: { type: http, url: "ftp://x/?token=${value}" } }`,
  (value) => `checks: { a: { type: tcp, address: "u:${value}@h:1" } }`,
  (value) => `checks: { a: { type: tls, address: "https://u:${value}@h" } }`,
  (value) => `checks: { a: { type: tls, address: "https://h/?sig=${value}" } }`,
  (value) => `checks: { k: { type: kms, key_id: a, endpoint: "http://u:${value}@h" } }`,
  (value) => `checks: { e: { type: elasticsearch, url: http://x, api_key: ${value}, password: ${value} } }`,
  (value) => `checks: { "redis://u:${value}@h": { type: redis } }`,
  (value) => `checks: { r: { type: redis, url: “redis://u:${value}@h”, password: ‘${value}’ } }`,
  (value) => `checks: { r: { type: redis, url: “redis://u:${value}@h: x” } }`,
  (value) => `checks: { r: { type: redis, url: [redis://u:${value}@h], password: ["${value}"] } }`,
  (value) => `checks: { a: { type: tcp, address: ["u:${value}@h:1"], send: { valueFrom: "${value}" } } }`,
  (value) => `checks: { a: { httpGet: { path: "/?token=${value}", host: "u:${value}@h" }, status: ["${value}"] } }`,
  (value) => `checks: { r: { typ: redis, urll: redis://u:${value}@h, pasword: ${value} } }`,
  (value) => `checks: { r: { type: mysql, url: mysql://u:${value}@h, interval: 5 } }`,
  (value) => `checks:\n  r:\n    type: redis\n      url: redis://u:${value}@h`,
  (value) => `checks:\n  r:\n    type: redis\n    url: "redis://u:${value}@h\n  b: c`,
  (value) => `checks:\n  r:\n  type: redis\n  url: redis://u:${value}@h`,
  (value) => `x-a: &a { password: ${value}, bogus: ${value} }\nchecks: { r: { <<: *a, type: redis } }`,
];

test('no planted secret is ever printed', () => {
  for (const plant of plants) {
    for (const value of [secret, 'hunter2/planted', "hunter2'planted"]) {
      const text = formatProblems(wrong(loadText(plant(value))));
      expect(text, plant(value)).not.toContain('planted');
    }
  }
  for (const variable of ['DATABASE_URL', 'ELASTICSEARCH_URL', 'REDIS_URL', 'APP_URL']) {
    const loaded = loadConfiguration({ environment: { [variable]: `gopher://u:${secret}@h/?password=${secret}` } });
    expect(formatProblems(wrong(loaded)), variable).not.toContain('planted');
  }
});
