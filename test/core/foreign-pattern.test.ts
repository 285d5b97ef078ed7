// Regular expressions of other tools are refused with what JavaScript has instead; those of JavaScript are not.
import { expect, test } from 'vitest';
import { pattern } from '../../src/core/fields.ts';

const messages = (text: string): string[] =>
  (pattern().safeParse(text).error?.issues ?? []).map(({ message }) => message);

const flags = messages('(?i:ok)').length === 0 ? '`(?i:…)`' : '`[oO][kK]`'; // before Node 23
test.each([
  // flags
  ['(?i)ok', '`(?i)`', flags],
  ['ok|(?i)yes', '`(?i)`', flags],
  ['(?im)^ok', '`(?im)`', 'write'],
  ['(?s)a.b', '`(?s)`', 'write'],
  ['(?-i)ok', '`(?-i)`', 'leave it out'],
  ['(?^i)ok', '`(?^i)`', 'write'],
  ['(?x) o k', '`(?x)`', 'without blanks and comments'],
  ['(?x: o k )', '`(?x:`', 'without blanks and comments'],
  ['(?ix:ok)', '`(?ix:`', 'without blanks and comments'],
  ['(?U)a+', '`(?U)`', 'leave it out'],
  // literals of code
  ['/ok/', 'between slashes', 'what is between them'],
  ['/ok/i', 'between slashes', '(?i:…)'],
  ['/^a[/]\\/b$/gm', 'between slashes', 'what is between them'],
  // escapes
  ['\\Qa.b\\E', '`\\Q`', '`a\\.b`'],
  ['a\\E', '`\\E`', '`a\\.b`'],
  ['\\Aok', '`\\A`', 'write `^`'],
  ['ok\\z', '`\\z`', 'write `$`'],
  ['ok\\Z', '`\\Z`', 'write `$`'],
  ['\\Gok', '`\\G`', 'leave it out'],
  ['a\\hb', '`\\h`', '[ \\t]'],
  ['a[\\h,]b', '`\\h`', '[ \\t]'],
  ['a\\Hb', '`\\H`', '[^ \\t]'],
  ['a\\Rb', '`\\R`', '\\r?\\n'],
  ['status: \\Kok', '`\\K`', '(?<=…)'],
  ['\\p{L}+', '`\\p`', '[A-Za-z'],
  ['[\\p{Lu}\\d]', '`\\p`', '[A-Za-z'],
  ['\\PL', '`\\P`', '[^A-Za-z'],
  ['\\x{41}', '`\\x`', '\\x41'],
  ['\\u{1F600}', '`\\u`', '\\u00e9'],
  ['(a)\\g{1}', '`\\g`', '\\1'],
  ['(?<a>x)\\k<b>', '`\\k`', '(?<name>…)'],
  ["\\k'a'", '`\\k`', '\\k<name>'],
  ['\\mok\\M', '`\\m`', 'write `\\b`'],
  ['\\a', '`\\a`', '\\x07'],
  ['\\qok', '`\\q`', 'leave the backslash out'],
  // classes
  ['[[:digit:]]+', '`[:digit:]`', '`0-9` in the brackets'],
  ['^[a-f[:space:]_]$', '`[:space:]`', '`\\s` in the brackets'],
  ['[^[:^alpha:]]', '`[:alpha:]`', '`A-Za-z`'],
  ['[:upper:]', '`[:upper:]`', '`A-Z` in the brackets'],
  ['[[:<:]]ok', '`[:<:]`', '`\\b`'],
  ['[]a]', '`[]`', '`[\\]…]`'],
  ['[a-z&&[^b]]', '`&&[`', 'one class'],
  // quantifiers
  ['a++', '`++`', 'last `+`'],
  ['a*+b', '`*+`', 'last `+`'],
  ['a?+', '`?+`', 'last `+`'],
  ['a{2,}+', '`{2,}+`', 'last `+`'],
  ['a{,3}', '`{,3}`', '`{0,…}`'],
  ['*ok*', 'a repetition of nothing', '`.*`'],
  // groups
  ['(?>ok)', '`(?>`', 'write `(?:`'],
  ['(?|a|b)', '`(?|`', 'write `(?:`'],
  ['(?P<word>ok)', '`(?P<`', '(?<name>…)'],
  ["(?'word'ok)", "`(?'`", '(?<name>…)'],
  ['(?<w>a)(?P=w)', '`(?P=`', '\\k<name>'],
  ['(?P>word)', '`(?P>`', 'write it out'],
  ['(a(?R)?b)', '`(?R)`', 'write it out'],
  ['(a)(?1)', '`(?1`', 'write it out'],
  ['(?&word)', '`(?&`', 'write it out'],
  ['(?#why)ok', '`(?#`', 'leave the comment out'],
  ['(a)?(?(1)b|c)', '`(?(`', '`|`'],
  ['(*UTF8)ok', '`(*`', 'leave it out'],
])('%s', (text, what, mend) => {
  expect(messages(text)).toEqual([expect.stringMatching(/^(has|is) /)]);
  expect(messages(text)[0]).toContain(what);
  expect(messages(text)[0]).toContain(mend);
});

test.each([
  ['ok'],
  ['^ok$'],
  ['"status":\\s*"up"'],
  ['\\/x\\/i'],
  ['/var/www/'],
  ['/healthz'],
  ['/api/v1/users'],
  ['a/b/i'],
  ['\\\\Qa\\\\E'],
  ['[\\]a]\\[:digit\\:\\]'],
  ['[:,]'],
  ['[^]'],
  ['\\u00e9\\x41\\cA\\0\\1'],
  ['[\\b]\\B\\d\\D\\w\\W\\S\\f\\v\\r\\n\\t'],
  ['(?<w>a)\\k<w>'],
  ['(?:a)(?=b)(?!c)(?<=d)(?<!e)'],
  ['a+?b*?c??d{2}?e{2,}f{2,3}'],
  ['\\++[*+]+'],
  ['\\(*\\(?>'],
  ['[(*]'],
  ['\\*ok\\*'],
  ['\\-\\"\\#\\ \\_'],
  ['{"a":{}}'],
  ['1 \\+ 1 && [ok]'],
])('%s is JavaScript', (text) => {
  expect(messages(text)).toEqual([]);
});

test('what is no regular expression at all says why', () => {
  expect(messages('(')).toEqual([expect.stringContaining('must be a regular expression')]);
});
