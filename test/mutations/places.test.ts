// Where the mutator finds something to change, what it leaves alone, and that a seed draws the same again.
import { describe, expect, test } from 'vitest';
import { draw } from './draw.ts';
import { apply, type Mutation, placesIn } from './places.ts';

const changes = (source: string): string[] =>
  placesIn('sample.ts', source).map((one) => `${one.kind}: ${apply(source, one)}`);

describe('finds', () => {
  test.each([
    ['const x = a < b;', 'comparison: const x = a <= b;'],
    ['const x = a >= b;', 'comparison: const x = a > b;'],
    ['const x = a === b;', 'comparison: const x = a !== b;'],
    ['const x = f(a !== b);', 'comparison: const x = f(a === b);'],
    ['const x = 3;', 'constant: const x = 4;'],
    ['const x = 60_000;', 'constant: const x = 0;'],
    ['const x = true;', 'constant: const x = false;'],
    ["const x = a.includes('b');", "constant: const x = a.includes('');"],
    ['f(a);', 'call: {}'],
    ['await a?.f();', 'call: {}'],
    ['void f();', 'call: {}'],
    ['if (a) b = c;', 'branch: if (!(a)) b = c;'],
    ['if (!a) b = c;', 'branch: if (a) b = c;'],
    ['const x = a ? b : c;', 'branch: const x = !(a) ? b : c;'],
    ['const x = a && b;', 'logic: const x = (a || b);'],
    ['const x = a || b;', 'logic: const x = (a && b);'],
    ['const x = a ?? b;', 'logic: const x = (a || b);'],
    ['const x = a + b;', 'arithmetic: const x = a - b;'],
    ['const x = a / b;', 'arithmetic: const x = a * b;'],
    ['x -= a;', 'arithmetic: x += a;'],
    ['x++;', 'arithmetic: x--;'],
    ['--x;', 'arithmetic: ++x;'],
    ['const f = () => { a = b; c = d; };', 'return: const f = () => { return; a = b; c = d; };'],
    ['async function f() { if (a) return; b = c; }', 'return: async function f() { return; if (a) return; b = c; }'],
  ])('%s', (source, changed) => expect(changes(source)).toContain(changed));

  test('each once', () => {
    expect(changes('if (a === 1) f();')).toEqual([
      'comparison: if (a !== 1) f();',
      'constant: if (a === 2) f();',
      'call: if (a === 1) {}',
    ]);
  });
});

describe('leaves alone', () => {
  test.each([
    ['a type', 'type A = 1 | true; const x = y as 2;'],
    ['an import', "import a from './1.ts'; export { b } from './2.ts';"],
    ['a sum of strings', "const x = 'a' + b + c;"],
    ['a string that is read', "const x = 'a'; const y = say('b');"],
    ['the message of an error', 'throw new TypeError(a ? String(1) : c);'],
    ['the message of a failure', "throw new Failure('dns', a ? b : c);"],
    ['a description', 'const x = z.number().describe(a ? b : c);'],
    ['the words of a family', 'const x = { help: a ? b : c };'],
    ['a line of the log, but for the line itself', 'const x = () => log.warn({ n: 1 }, a ? b : c);'],
    ['a default that stands for nothing', "const x = (a ?? []) as T; const y = a ?? ''; const z = a ?? undefined;"],
    ['a function that gives something back', 'const f = () => { if (a === b) g = h; else return c; return d; };'],
  ])('%s', (_, source) => expect(changes(source).filter((change) => !change.startsWith('comparison'))).toEqual([]));

  test('but not the class of a failure', () => {
    expect(changes("throw new Failure(a ? 'dns' : 'tls', b ? c : d);")).toEqual([
      "branch: throw new Failure(!(a) ? 'dns' : 'tls', b ? c : d);",
    ]);
  });
});

describe('a mutation is known again', () => {
  const source = 'const most = 3;\nexport function f(a: number): boolean {\n  return a < 1;\n}\n';
  const ids = (text: string, file = 'sample.ts'): string[] => placesIn(file, text).map(({ id }) => id);

  test('by where it stands in words', () => {
    expect(placesIn('sample.ts', source)).toMatchObject([
      { within: 'most', kind: 'constant', line: 1, before: '3', after: '4' },
      { within: 'f', kind: 'comparison', line: 3, before: 'a < 1', after: 'a <= 1' },
      { within: 'f', kind: 'constant', line: 3, before: '1', after: '2' },
    ]);
  });
  test('when it has moved', () => expect(ids(`// a line\n${source}`)).toEqual(ids(source)));
  test('when something beside it has changed', () => {
    expect(ids(source.replace('3', '5')).slice(1)).toEqual(ids(source).slice(1));
  });
  test('not when it has changed itself', () => {
    expect(ids(source).filter((id) => ids(source.replace('a < 1', 'a < 9')).includes(id))).toEqual(
      ids(source).slice(0, 1),
    );
  });
  test('twins in a line are two', () => expect(new Set(ids('const x = [1, 1, 1];')).size).toBe(3));
  test('not in another file', () => expect(ids(source, 'other.ts')).not.toEqual(ids(source)));
});

describe('draws', () => {
  const lines = Array.from({ length: 40 }, (_, n) => `if (a${n} < ${n} && b${n}) f${n}(c${n} + d${n}, true);`);
  const place = (name: string, source: string) => {
    const room = { name };
    return placesIn(`${name}.ts`, source).map((mutation) => ({ ...mutation, room }));
  };
  const places = [
    place('large', lines.join('\n')),
    place('small', lines.slice(0, 20).join('\n')),
    place('tiny', 'f(1);'),
  ].flat();
  const drawn = (from: typeof places, seed = 1, count = 12): string[] =>
    draw(from, { seed, count }).map(({ id }) => id);

  test('the same by the same seed, whatever the order of a room', () => {
    expect(drawn(places)).toHaveLength(12);
    expect(drawn(places)).toEqual(drawn(places));
    const mixed = places.toSorted((a, b) => (a.room === b.room ? (a.id < b.id ? -1 : 1) : 0));
    expect(drawn(mixed)).toEqual(drawn(places));
  });
  test('others by another seed', () => expect(drawn(places, 2)).not.toEqual(drawn(places)));
  test('more by a larger count, those of the smaller among them', () => {
    expect(drawn(places, 1, 30)).toEqual(expect.arrayContaining(drawn(places)));
  });
  test('each room its share', () => {
    const rooms = draw(places, { seed: 1, count: 12 }).map(({ room }) => room.name);
    const countOf = (name: string): number => rooms.filter((room) => room === name).length;
    expect(['large', 'small', 'tiny'].map(countOf)).toEqual([6, 5, 1]);
  });
  test('every kind that is there', () => {
    const kinds = draw(places, { seed: 1, count: 12 }).flatMap(({ kind, room }) => (room.name === 'large' ? kind : []));
    expect(new Set(kinds)).toEqual(new Set(['comparison', 'constant', 'call', 'branch', 'logic', 'arithmetic']));
  });
  test('never two in a line, and no more than there are', () => {
    const all = draw(places, { seed: 1, count: 1000 });
    expect(all).toHaveLength(61);
    expect(new Set(all.map(({ file, line }: Mutation) => `${file}:${line}`)).size).toBe(61);
  });
  test('nothing that is refused', () => {
    const accepts = ({ kind }: Mutation): boolean => kind === 'call';
    expect(draw(places, { seed: 1, count: 12, accepts }).every(accepts)).toBe(true);
  });
});
