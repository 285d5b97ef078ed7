// The public surface is what the lists beside this file say. `npm run generate` writes them; no test does.
import { globSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../docs/pages.ts';
import { jsonAnswers } from './answers.ts';
import { schemaOf, schemas } from './bodies.ts';
import { type Field, fieldsIn, fieldsOf } from './fields.ts';
import { difference, fileOf, generate, names, read } from './lists.ts';
import { openSource, type Source } from './source.ts';

let source: Source;
beforeAll(() => {
  source = openSource();
});
afterAll(() => source?.close());

test.each(names)('%s', async (name) => {
  const changed = difference(name, read(name), await generate(name, source));
  if (changed !== undefined) expect.fail(`\n${changed}`);
});

test('every list in the folder is generated', () => {
  expect(globSync('test/surface/*.txt', { cwd: root }).sort()).toEqual(names.map(fileOf).sort());
});

describe('what differs', () => {
  test('is told line by line, with what to do', () => {
    expect(difference('http', ['GET /a: 200', 'GET /b: 200'], ['GET /b: 200 503', 'GET /c: 200', 'GET /a: 200'])).toBe(
      [
        '- GET /b: 200',
        '+ GET /b: 200 503',
        '+ GET /c: 200',
        'the public surface changed: if that is meant, run `npm run generate` to update test/surface/http.txt, and say it in CHANGELOG.md',
      ].join('\n'),
    );
  });
  test('is nothing when only the order is another', () => {
    expect(difference('http', ['a', 'b'], ['b', 'a'])).toBeUndefined();
  });
});

/** The answers that the list of bodies is made of show all that docs/endpoints.md promises, and nothing else. */
describe('the schemas of docs/endpoints.md', () => {
  test.each([...schemas().keys()])('%s', async (id) => {
    const answers = [...(await jsonAnswers())].filter(([name]) => schemaOf(name) === id).flatMap(([, all]) => all);
    const [seen, declared] = [fieldsIn(answers), fieldsOf(id, schemas())];
    expect([...seen.keys()].sort()).toEqual([...declared.keys()].sort());
    for (const [path, { always, words }] of declared) {
      const field = seen.get(path) as Field;
      if (always) expect(field.always, path).toBe(true);
      if (words.length > 0) expect([...field.values].sort(), path).toEqual([...words].sort());
    }
  });
});
