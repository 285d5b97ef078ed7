// The words that we do not use in what people read, and what we say for them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Each is whole words; the source's comments, messages and names are read too. */
const avoided: readonly (readonly [word: RegExp, write: string])[] = [
  [/\brungs?\b/i, 'phase'],
  [/Rungs?\b|\brung[A-Z]/, 'phase'],
  [/\bclimb(s|ed|ing)?\b/i, 'run a phase'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\b(a|one|which) text\b(?! protocol| file)/i, 'a string'],
  [/(?<!\[:)\bblanks?\b(?!: ' |:\])/i, 'space'],
  [/\bdear(er)?\b/i, 'costly'],
  [/\blook-ups?\b/i, 'lookup; DNS lookup'],
];
const own = 'test/docs/words.test.ts';
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|mjs|md|yaml|json|txt)$/.test(file) && file !== own && file !== 'package-lock.json');

const found = (text: string) =>
  text.split('\n').flatMap((line, index) =>
    avoided.flatMap(([word, write]) => {
      const match = word.exec(line);
      return match === null ? [] : [`${index + 1}: ${match[0]} (write: ${write})`];
    }),
  );

test('none of them is written anywhere', () => {
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap((file) => found(readFileSync(file, 'utf8')).map((what) => `${file}:${what}`))).toEqual([]);
});

test('each of them is found', () => {
  const text = 'the rung\nRung\nclimbed\nmends\na text\na blank\ndear\nlook-up';
  expect(found(text).map((what) => Number.parseInt(what, 10))).toEqual([1, 2, 2, 3, 4, 5, 6, 7, 8]);
});
