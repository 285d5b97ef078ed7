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
  ['(?x) o k', '`(?x)`', 'without spaces and comments'],
  ['(?x: o k )', '`(?x:`', 'without spaces and comments'],
  ['(?ix:ok)', '`(?ix:`', 'without spaces and comments'],
  ['(?U)a+', '`(?U)`', 'leave it out'],
  // literals of code
  ['/ok/i', 'between delimiters', flags === '`[oO][kK]`' ? '[oO]' : '(?i:…)'],
  ['/ok/gi', 'between delimiters', 'meant as `\\/`'],
  ['/ok/x', 'between delimiters', 'what is between them'],
  ['/a\\/b[/]/s', 'between delimiters', 'what is between them'],
  ['/^a[/]\\/b$/gm', 'between delimiters', 'what is between them'],
  ['/^ok/', 'between delimiters', 'what is between them'],
  ['/ok$/', 'between delimiters', 'what is between them'],
  ['/^ok$/giu', 'between delimiters', 'what is between them'],
  ['#ok#i', 'between delimiters', 'what is between them'],
  ['~ok~i', 'between delimiters', 'what is between them'],
  ['~ok~siu', 'between delimiters', 'what is between them'],
  ['@ok@m', 'between delimiters', 'what is between them'],
  ['!ok!D', 'between delimiters', 'what is between them'],
  ['#^ok$#', 'between delimiters', 'what is between them'],
  ['m/ok/', 'between delimiters', 'what is between them'],
  ['m#ok#i', 'between delimiters', 'what is between them'],
  ['qr/ok/i', 'between delimiters', 'what is between them'],
  ['qr{ok}', 'between delimiters', 'what is between them'],
  ['%r{ok}i', 'between delimiters', 'what is between them'],
  // anchors of GNU
  ['\\<ok\\>', '`\\<`', 'write `\\b`'],
  ['ok\\>', '`\\>`', 'write `\\b`'],
  ['\\`ok', '`\\``', 'write `^`'],
  ["ok\\'", "`\\'`", 'write `$`'],
  ["(a\\'|b)", "`\\'`", 'write `$`'],
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
  ['\\N{U+41}', '`\\N`', 'digits, as in `\\u0041`'],
  ['\\N{DIGIT ONE}', '`\\N`', 'digits, as in `\\u0041`'],
  ['\\N+', '`\\N`', 'write `.`'],
  ['\\o{17}', '`\\o`', '`\\x0F`'],
  ['[\\o{17}]', '`\\o`', '`\\x0F`'],
  ['\\U0001F600', '`\\U`', '`\\u0041`'],
  ['a\\Y', '`\\Y`', '`\\B`'],
  ['\\qok', '`\\q`', 'leave the backslash out'],
  // classes
  ['[[:digit:]]+', '`[:digit:]`', '`0-9` in the brackets'],
  ['^[a-f[:space:]_]$', '`[:space:]`', '`\\s` in the brackets'],
  ['[^[:^alpha:]]', '`[:alpha:]`', '`A-Za-z`'],
  ['[:upper:]', '`[:upper:]`', '`A-Z` in the brackets'],
  ['[[:<:]]ok', '`[:<:]`', '`\\b`'],
  ['a[[.hyphen.]]b', '`[.hyphen.]`', '`[a\\-]`'],
  ['[a[.-.]]', '`[.-.]`', 'the character'],
  ['[[=a=]]', '`[=a=]`', '`[aàáâ]`'],
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
])('%s', (text, what, fix) => {
  expect(messages(text)).toEqual([expect.stringMatching(/^(has|is) /)]);
  expect(messages(text)[0]).toContain(what);
  expect(messages(text)[0]).toContain(fix);
});

test.each([
  ['ok'],
  ['^ok$'],
  ['"status":\\s*"up"'],
  ['\\/x\\/i'],
  ['/var/www/'],
  ['/ok/'],
  ['/health/'],
  ['/en/us'],
  ['/docs/mix'],
  ['/docs/gg'],
  ['/api/v1/i'],
  ['#ok#'],
  ['#ok#more'],
  ['a@b@i'],
  ['m/s'],
  ['/cost\\$/'],
  ['[.,.]'],
  ['[=]'],
  ['[\\<\\>]'],
  ["can\\'t"],
  ["\\'up\\'"],
  ["[\\'\\`]"],
  ['\\`up\\`'],
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

test('all that is foreign in one pattern is told at once, each once', () => {
  const [message = '', ...others] = messages('\\Aok [[:digit:]]a++ [[:digit:]]\\z');
  expect(others).toEqual([]);
  expect(message.split('; and ').map((part) => /`(.+?)`/.exec(part)?.[1])).toEqual(['\\A', '[:digit:]', '++', '\\z']);
});
