// The redactor: every form of a secret goes, and nothing else.
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/core/secret.ts';
import { processorTime } from '../patience.ts';

const redactorOf = (...values: string[]) => createRedactor(() => values.map((value) => Secret.of(value)));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = 'p@ss:w/rd+%41 é"\\';

describe('a secret goes', () => {
  const redact = redactorOf(secret);

  const forms: readonly (readonly [how: string, form: string])[] = [
    ['as it is', secret],
    ['percent-coded', encodeURIComponent(secret)],
    ['percent-coded in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['in a JSON text', JSON.stringify(secret).slice(1, -1)],
    ['in base64', base64(secret)],
    ...['a', 'ab', 'abc', 'somebody'].flatMap((user) => [
      [`in base64 behind ${user}:`, base64(`${user}:${secret}`)] as const,
      [`in base64 behind ${user}: and before more`, base64(`${user}:${secret}, and more`)] as const,
    ]),
  ];
  test.each(forms)('%s', (_, form) => {
    expect(redact(`before ${form} behind`)).toBe('before *** behind');
  });

  test('even a single character, though not as a piece of base64', () => {
    expect(redactorOf('7')('port 7 of NzcK')).toBe('port *** of NzcK');
  });
});

describe('so does what is inside a secret', () => {
  test.each([
    ['redis://shop:p%40ss-word@cache:6379/0', ['p%40ss-word', 'p@ss-word', base64('shop:p@ss-word')]],
    ['https://api.example.com/?v=1&access=to%2Bken', ['to%2Bken', 'to+ken']],
    ['Bearer abc.def', ['abc.def']],
    [`Basic ${base64('shop:open sesame')}`, ['open sesame', base64('shop:open sesame')]],
    ['session=abcdefg; theme=dark-one', ['abcdefg']],
    ['AUTH opensesame\r\n', ['opensesame']],
    ['shop:open-sesame', [base64('shop:open-sesame'), 'shop%3Aopen-sesame']],
    ['host=database.internal user=someone password=p@s', ['p@s']],
    [
      "host = database.internal\npassword = 'it\\'s \\\\ ours' sslpassword=k\\ y",
      ["it\\'s \\\\ ours", "it's \\ ours", 'k\\ y', 'k y'],
    ],
    ['dbname=orders password=abc;def://x', ['abc;def://x']],
    ['postgres://u:p%40s@primary.internal,standby.internal/orders', ['p%40s', 'p@s']],
    [
      'postgresql://u:p%40s@primary.internal:5432,standby.internal:5433/orders?sslpassword=for%2Bkey',
      ['p%40s', 'p@s', 'for+key'],
    ],
    ['postgres://u:what?now@primary.internal/orders', ['what?now']],
    ['host=abcdef; password=abcdefg', ['abcdef', 'abcdefg']],
  ])('%j', (value, parts) => {
    const redact = redactorOf(value);
    for (const part of [value, ...parts]) expect(redact(`<${part}>`)).toBe('<***>');
  });
});

test('one secret inside another, or at its beginning, leaves nothing of either', () => {
  const redact = redactorOf('abcdef', 'abcdefghijkl', 'xxabcdefxx');
  expect(redact('abcdefghijkl xxabcdefxx abcdef')).toBe('*** *** ***');
});

test('words that everybody uses stay, though a URL has them', () => {
  const redact = redactorOf('postgres://shop:open-sesame@db/shop?sslmode=verify-full&application_name=sidewarden');
  expect(redact('sidewarden wants verify-full of db/shop')).toBe('sidewarden wants verify-full of db/shop');
});

test.each([
  'host=database.internal',
  'user=app-owner host=database.internal',
  "dbname=app-orders user='app-owner'",
  'postgres://app-owner:open-sesame@database.internal:5432,standby.internal:5433/app-orders?sslmode=require',
])('so do the host, the user and the database of %j', (value) => {
  const redact = redactorOf(value);
  const texts = [
    'ENOTFOUND database.internal',
    'host=database.internal',
    "user='app-owner'",
    'app-owner of app-orders',
  ];
  for (const text of texts.filter((other) => other !== value)) expect(redact(text)).toBe(text);
});

test('a value that a file has later is known, and the old one stays known', () => {
  const changing = Secret.fromFile('/run/secrets/password');
  const redact = createRedactor(() => [changing]);
  expect(redact('first second')).toBe('first second');
  changing.saw('first');
  changing.saw('second');
  expect(redact('first second')).toBe('*** ***');
});

test('what a secret led to is known, and is no value of its own', () => {
  const url = Secret.fromFile('/run/secrets/url');
  const redact = createRedactor(() => [url]);
  url.saw('postgres://app@db/shop');
  url.learn('host=elsewhere dbname=hidden');
  expect(redact('password host=elsewhere dbname=hidden')).toBe('password ***');
  expect(url.newest((value) => value)).toBe('postgres://app@db/shop');
  expect([...url.seen]).toEqual(['postgres://app@db/shop']);
});

test('a long text that is all base64 takes no longer than its length', async () => {
  const redact = redactorOf('open-sesame-open-sesame');
  const word = 'A'.repeat(200_000) + base64('open-sesame-open-sesame').slice(0, -4);
  expect(await processorTime(() => expect(redact(`${word} and`)).toBe('*** and'))).toBeLessThan(1000);
});
