// A right configuration, broken at random in its values or its letters: loading it never crashes and shows no secret.
// `SIDEWARDEN_FUZZ_RUNS=100000 npx vitest run --project unit test/config/fuzz.test.ts` does so for minutes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { topShape } from '../../src/config/schema.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { fileOf } from './load.ts';

const runs = Number(process.env.SIDEWARDEN_FUZZ_RUNS ?? 600);

const planted = 'hunter2planted-secret';
const url = (scheme: string): string => `${scheme}://shop:${planted}@example.com/shop`;
const checks: Readonly<Record<string, Record<string, unknown>>> = {
  database: { type: 'postgres', url: url('postgres'), expect: 'primary', password: planted, gates: ['ready'] },
  search: { type: 'elasticsearch', url: 'https://example.com', api_key: planted, interval: '15s', required: false },
  sessions: {
    type: 'redis',
    url: url('redis').replace(/shop$/, '0'),
    username: 'shop',
    tls: { ca_file: '/etc/ca.pem' },
    timeout: '1s',
  },
  keys: { type: 'kms', key_id: 'alias/shop', round_trip: { interval: '5m', context: { purpose: 'health' } } },
  app: { type: 'http', url: url('http'), headers: { authorization: planted }, body: planted, expected_status: 204 },
  port: { type: 'tcp', address: 'example.com:25', interval: '10s', slow_after: '500ms' },
  edge: { type: 'tls', address: 'example.com:443', warn_before: '30d', fail_before: '3d' },
  name: { type: 'dns', name: 'example.com' },
};
const right = {
  service: 'shop',
  listen: [':9090'],
  token: planted,
  drain_delay: '1s',
  defaults: { interval: '5s' },
  checks,
};

const keys = [
  ...new Set([
    ...Object.keys(topShape),
    ...definitions.flatMap(({ settings }) => Object.keys(settings)),
    'type',
    'cron',
  ]),
];
const value = fc.oneof(
  fc.constantFrom<unknown>(
    '5s',
    '',
    '0',
    -1,
    1e9,
    null,
    true,
    [],
    {},
    ['ready'],
    '${SECRET}',
    '${',
    '* * * * *',
    url('x'),
  ),
  fc.constantFrom<unknown>(...definitions.map(({ type }) => type), '9m', 'unix:/x', [':1', ':x'], {
    a: { b: planted },
  }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);

/** Where to break it: the n-th map (the top, `defaults`, then the checks), which key, and what to do to it. */
const breakage = fc.record({
  map: fc.nat(9),
  key: fc.nat(12),
  other: fc.constantFrom(...keys),
  value,
  how: fc.constantFrom('replace', 'remove', 'rename', 'add', 'wrap'),
});
type Breakage = { map: number; key: number; other: string; value: unknown; how: string };

function breakValue(maps: readonly Record<string, unknown>[], { map, key, other, value: given, how }: Breakage): void {
  const broken = maps[map];
  if (broken === undefined) return;
  const name = Object.keys(broken)[key % Math.max(1, Object.keys(broken).length)] ?? other;
  const before = broken[name];
  // A secret where none belongs is shown as what it is taken for.
  if (how === 'rename' && JSON.stringify(before ?? null).includes(planted)) return;
  if (how === 'remove' || how === 'rename') delete broken[name];
  if (how === 'rename') broken[other] = before;
  if (how === 'replace') broken[name] = given;
  if (how === 'add') broken[other] = given;
  if (how === 'wrap') broken[name] = [before, { [other]: before }];
}

/** Letters put in, taken out or exchanged anywhere in the text. */
const typo = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(3),
  insert: fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t',
    ':',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!',
    '|',
    '-',
    '$',
    '%',
    '\u0000',
  ),
});

test(`${runs} broken configurations`, () => {
  let good = 0;
  let wrong = 0;
  const file = fileOf('');
  fc.assert(
    fc.property(fc.array(breakage, { maxLength: 4 }), fc.array(typo, { maxLength: 3 }), (breakages, typos) => {
      const tree = structuredClone(right);
      const maps: Record<string, unknown>[] = [tree, tree.defaults, ...Object.values(tree.checks)];
      for (const one of breakages) breakValue(maps, one);
      let text = stringify(tree);
      for (const { at, remove, insert } of typos) {
        const place = Math.floor(at * text.length);
        text = text.slice(0, place) + insert + text.slice(place + remove);
      }
      fileOf(text, '1.yaml');
      const loaded = loadConfiguration({ arguments: { config: file }, environment: { SECRET: planted } });
      if (loaded.ok) good++;
      else wrong++;
      const misplaced = breakages.some((one) => /hunter2|SECRET/.test(JSON.stringify(one.value ?? null)));
      if (!loaded.ok) expect(formatProblems(loaded.problems)).not.toContain(planted);
      else if (!misplaced) expect(JSON.stringify([loaded, loaded.effective()])).not.toContain(planted);
    }),
    { numRuns: runs },
  );
  expect(Math.min(good, wrong)).toBeGreaterThan(runs / 100);
}, 3_600_000);
