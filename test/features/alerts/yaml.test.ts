// Texts of people come back from the generated YAML as they were, whatever is in them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { yamlOf } from '../../../src/features/alerts/yaml.ts';
import { originLine, originOf } from '../../../src/features/generated-by.ts';

const word = 'who is on call tells the team of the shop in its channel, and opens an incident there';
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'word', word, ' ', '  ', '\n', '\n\n', '\t', '\r', ' \n', '\n ') },
  fc.constantFrom(
    '#',
    ': ',
    '- ',
    '"',
    "'",
    '\\',
    '|',
    '> ',
    '{x',
    '}',
    '&a',
    '*b',
    '%',
    '---',
    '\u0085',
    '\u2028',
    '\ufeff',
    'é',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
const service = fc.string({ unit: 'binary', minLength: 1 });

const back = (texts: readonly string[]) =>
  (parse(yamlOf({ groups: [{ rules: [{ texts }] }] }, ['of us'])) as { groups: [{ rules: [{ texts: unknown }] }] })
    .groups[0].rules[0].texts;

test('every text comes back', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      expect(back(texts)).toEqual(texts);
    }),
    { numRuns: 1000 },
  );
});
describe.each([
  ` ${word} ${word}`,
  `${word} ${word} `,
  `${word}\n  - one\n  - two\n${word}\n`,
  `${word}\n\tcode`,
  `\n${word} ${word}`,
  `${word}\n\n\n`,
  `${word}  two spaces  ${word}`,
])('%j', (one) => {
  test('comes back', () => expect(back([one])).toEqual([one]));
});
test('a long line is folded, and lines of a string are lines', () => {
  expect(yamlOf({ a: `${word} ${word}` }, [])).toMatch(/^a: >-\n {2}who/);
  expect(yamlOf({ a: `${word}\n${word}\n` }, [])).toBe(`a: |\n  ${word}\n  ${word}\n`);
});
test('the first line says of which service it is, whatever its name is', () => {
  fc.assert(
    fc.property(
      service,
      fc.dictionary(fc.constantFrom('cluster', 'namespace'), service),
      fc.constantFrom('files', 'kubernetes'),
      (name, select, format) => {
        const origin = { part: 'rules', format, service: name, select: { ...select } } as const;
        const written = yamlOf({ a: 1 }, [originLine(origin), 'more']);
        expect(originOf(written)).toEqual(origin);
        expect(parse(written)).toEqual({ a: 1 });
      },
    ),
  );
});
