// A page of metrics, read line by line: what is shown of it, and what is not.
import { describe, expect, test } from 'vitest';
import { longestLine } from '../../../../src/features/app/page/reader.ts';
import { type Options, readPage } from './reading.ts';
import { parseStrictly } from './strict.ts';

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const openMetrics: Options = { openMetrics: true };

/** Lines with one sample, and how they are shown. */
const good: [written: string, shown: string, more?: Options][] = [
  ['up 1', 'up 1'],
  ['a:b_c9 1.5e-9', 'a:b_c9 1.5e-9'],
  ['up{a="1",b="2"} 1 1700000000000', 'up{a="1",b="2"} 1 1700000000000'],
  ['up{b="2",a="1"} 1', 'up{a="1",b="2"} 1'],
  ['up{aa="1",a_="2",a1="3",a="4",aA="5"} 1', 'up{a1="3",a="4",aA="5",a_="2",aa="1"} 1'],
  ['up{ aa="1",a_="2",a1="3",a="4",aA="5"} 1', 'up{a1="3",a="4",aA="5",a_="2",aa="1"} 1'],
  ['up{a1="1",a="2",aa="3"} 1', 'up{a1="1",a="2",aa="3"} 1'],
  ['up{b=",{}",a=",c="} 1', 'up{a=",c=",b=",{}"} 1'],
  ['up{a="1",} 1', 'up{a="1"} 1'],
  ['up{} 1', 'up 1'],
  ['up{a=""} 1', 'up 1'],
  ['up{a="1",b=""} 1', 'up{a="1"} 1'],
  [' \tup \t{ a = "1" , b\t= "2" , } \t 1  5 ', 'up{a="1",b="2"} 1 5'],
  ['up{a="1"}2', 'up{a="1"} 2'],
  ['up\t1', 'up 1'],
  ['up{a="q\\"b\\\\n\\n"} 1', 'up{a="q\\"b\\\\n\\n"} 1'],
  ['up{a="\\d{1,} # {"} 1', 'up{a="\\\\d{1,} # {"} 1'],
  ['up{a="Grüße 👋"} 1', 'up{a="Grüße 👋"} 1'],
  ['up{a="\x7f\r\x01"} 1', 'up{a="\x7f\r\x01"} 1'],
  ['up{__a="1"} 1', 'up{__a="1"} 1'],
  ...['+Inf', '-Inf', 'Inf', 'inf', 'INFINITY', '-infinity', 'NaN', 'nan', '+1', '-0', '.5', '5.', '1E5', '1e+05'].map(
    (value): [string, string] => [`up ${value}`, `up ${value}`],
  ),
  [`up 1.${'0'.repeat(60)}`, `up 1.${'0'.repeat(60)}`],
  ['up 1.7976931348623157e308', 'up 1.7976931348623157e308'],
  ['up 1e-999', 'up 1e-999'],
  ['up 1 # {trace_id="x"} 0.5 1700000000', 'up 1'],
  ['up 1 5 # {a="\\"}"} 1', 'up 1 5'],
  ['{"up"} 1', 'up 1'],
  ['{"my.name","a.b"="c"} 1', 'my_name{a_b="c"} 1'],
  ['{a="1","9µ-x:y"} 1', '___x:y{a="1"} 1'],
  ['up{"a:b"="c"} 1', 'up{a_b="c"} 1'],
  ['{"a\\"b"} 1', 'a_b 1'],
  ['up 1 1520879607.789', 'up 1 1520879607789', openMetrics],
  ['up 1 1.5e9', 'up 1 1500000000000', openMetrics],
  ['up 1 1.0009', 'up 1 1000', openMetrics],
  ['up 1 -0.0001', 'up 1 0', openMetrics],
  ['up{a="1"} 1 1 # {trace_id="x"} 0.5', 'up{a="1"} 1 1000', openMetrics],
];

test.each(good)('%j is shown as %j', (written, shown, more) => {
  const { text, dropped, samples } = readPage(lines(written), more);
  expect({ text, dropped, samples }).toEqual({ text: lines(shown), dropped: {}, samples: 1 });
});

const bad: readonly string[] = [
  ...['<html>oops', 'up', 'up ', '9up 1', 'up{', 'up{} ', 'up{a} 1', 'up{a=} 1', 'up{a=1} 1', "up{a='1'} 1", 'up-x 1'],
  ...['up{a="1} 1', 'up{a="1"b="2"} 1', 'up{,} 1', 'up{a="1",,b="2"} 1', 'up{a="1"', 'up{a="\\"} 1', 'up}1', 'ü 1'],
  ...[
    'up{a:b="1"} 1',
    'up{9="1"} 1',
    'up{a="1",a="1"} 1',
    'up{b="1",a="2",b="3"} 1',
    'up{a="1",b="2",a=""} 1',
    'up{__name__="x"} 1',
  ],
  ...['up{"a.b"="1",a_b="2"} 1', 'up{"__name.-"="x"} 1', 'up{""="x"} 1', 'up{"x"} 1', '{} 1', '{"a","b"} 1', '{""} 1'],
  ...['up 1_0', 'up 0x1p-2', 'up 0x10', 'up 1e', 'up e5', 'up --1', 'up +NaN', 'up 1e309', 'up 1,5', 'up .', 'up true'],
  ...[
    'up 1\r',
    'up 1 1.5',
    'up 1 -5',
    'up 1 +5',
    'up 1 1 1',
    'up 1 x',
    `up 1 ${'9'.repeat(19)}`,
    'up 1 # comment',
    'up #',
  ],
  ...['up\0 1', 'up{a="\0"} 1', '# TYPE up', '# TYPE up Counter', '# TYPE up nonsense', '# TYPE 9 gauge', '# HELP 9 x'],
  ...['# TYPE up gauge x', '# HELP up-x x', '# HELP up a\0b', '# TYPE "" gauge', '# TYPE "up gauge'],
];
const badOpenMetrics = ['up 1 -1', 'up 1 NaN', 'up 1 1e300', 'up 1 Infinity'];

test.each<[written: string, more: Options]>([
  ...bad.map((written): [string, Options] => [written, {}]),
  ...badOpenMetrics.map((written): [string, Options] => [written, openMetrics]),
])('%j is a bad line, and the next one is good', (written, more) => {
  const { text, dropped, firstDropped } = readPage(lines('# a page', written, 'good 1'), more);
  expect({ text, dropped, firstDropped }).toEqual({ text: 'good 1\n', dropped: { bad_line: 1 }, firstDropped: 2 });
});

test.each(['\xff', '\xc0\xaf', '\xed\xa0\x80', '\xf5\x80\x80\x80', '\xc3'])('%j is no UTF-8: a bad line', (bytes) => {
  const page = Buffer.from(lines(`up{a="${bytes}"} 1`, `{"${bytes}"} 1`, `# HELP good x${bytes}`, 'good 1'), 'latin1');
  expect(readPage(page)).toMatchObject({ text: 'good 1\n', dropped: { bad_line: 3 } });
});

test('a last line without a line feed may be half a number', () => {
  expect(readPage('up 1\nup{a="1"} 12')).toMatchObject({ text: 'up 1\n', dropped: { bad_line: 1 }, firstDropped: 2 });
  expect(readPage('up 1\n\n \t\n#\n#HELP\n# HELP\n# note\n# EOF\n')).toMatchObject({ text: 'up 1\n', dropped: {} });
});

describe('OpenMetrics', () => {
  test('ends with its last line, and nothing may follow', () => {
    expect(readPage('up 1\n# EOF', openMetrics)).toMatchObject({ text: 'up 1\n', dropped: {}, complete: true });
    expect(readPage('up 1\n', openMetrics).complete).toBe(false);
    const more = readPage('up 1\n# EOF\n\ndown 1\n# EOF\n', openMetrics);
    expect(more).toMatchObject({ text: 'up 1\n', dropped: { bad_line: 2 }, complete: true });
  });

  test('its types become those of the text format', () => {
    const page = lines(
      ...[
        '# TYPE req counter',
        '# UNIT req x',
        '# HELP req Quote \\" and \\\\ and \\n.',
        'req_total 1',
        'req_created 5',
      ],
      ...['# TYPE build info', '# HELP build B', 'build_info{v="1"} 1', '# TYPE s stateset', 's{s="a"} 1'],
      ...['# TYPE g gaugehistogram', 'g_bucket{le="+Inf"} 1', 'g_gcount 1', 'g_gsum 2', '# TYPE u unknown', 'u 1'],
      ...['# TYPE h histogram', '# HELP h H', 'h_bucket{le="+Inf"} 1', 'h_count 1', 'h_sum 2', 'h_created 3', '# EOF'],
    );
    const shown = lines(
      ...['# HELP req_total Quote " and \\\\ and \\n.', '# TYPE req_total counter', 'req_total 1'],
      ...['# HELP req_created Quote " and \\\\ and \\n.', '# TYPE req_created gauge', 'req_created 5'],
      ...['# HELP build_info B', '# TYPE build_info gauge', 'build_info{v="1"} 1', '# TYPE s gauge', 's{s="a"} 1'],
      ...['# TYPE g_bucket untyped', 'g_bucket{le="+Inf"} 1', '# TYPE g_gcount untyped', 'g_gcount 1'],
      ...['# TYPE g_gsum untyped', 'g_gsum 2', '# TYPE u untyped', 'u 1', '# HELP h H', '# TYPE h histogram'],
      ...[
        'h_bucket{le="+Inf"} 1',
        'h_count 1',
        'h_sum 2',
        '# HELP h_created H',
        '# TYPE h_created gauge',
        'h_created 3',
      ],
    );
    expect(readPage(page, openMetrics)).toMatchObject({ text: shown, dropped: {} });
  });
});

describe('families', () => {
  test('their lines stand together, with HELP and TYPE once: the first ones', () => {
    const page = lines(
      ...['h_count 1', '# TYPE a gauge', 'a{x="1"} 1', 'b 1', '# TYPE a counter', '# HELP a First.', 'a{x="2"} 2'],
      ...['# HELP a Second.', '# TYPE h histogram', 'h_bucket{le="1"} 1', 'b{x="1"} 2', 'h_sum 2', '# TYPE none gauge'],
    );
    const { text, names } = readPage(page);
    expect(text).toBe(
      lines(
        ...['# TYPE h histogram', 'h_count 1', 'h_bucket{le="1"} 1', 'h_sum 2', '# HELP a First.', '# TYPE a gauge'],
        ...['a{x="1"} 1', 'a{x="2"} 2', 'b 1', 'b{x="1"} 2'],
      ),
    );
    expect([...names].sort()).toEqual(['a', 'b', 'h', 'h_bucket', 'h_count', 'h_sum']);
  });

  test('what is part of a histogram has no HELP and TYPE of its own', () => {
    const page = lines(
      ...[
        '# TYPE h histogram',
        '# TYPE h_count summary',
        '# HELP h_count x',
        'h_count 1',
        'h_count_sum 1',
        'h_count_count 2',
      ],
      ...['# TYPE g gauge', '# TYPE g_count counter', 'g_count 1'],
    );
    const shown = [
      '# TYPE h histogram',
      'h_count 1',
      'h_count_sum 1',
      'h_count_count 2',
      '# TYPE g_count counter',
      'g_count 1',
    ];
    expect(readPage(page).text).toBe(lines(...shown));
  });

  test('with a bound that is no number they are untyped', () => {
    const page = lines(
      ...['# TYPE h histogram', 'h_bucket{le="1"} 1', 'h_bucket{le="x"} 1', '# TYPE h_count counter', 'h_count 1'],
      ...['# TYPE s summary', 's{a="1",quantile="1e999"} 1'],
    );
    expect(readPage(page).text).toBe(page.replace('# TYPE h histogram\n', '').replace('summary', 'untyped'));
    const plain = lines('# TYPE g gauge', 'g{le="x"} 1', '# TYPE h histogram', 'h_bucket{le="+Inf"} 1');
    expect(readPage(plain).text).toBe(plain);
  });

  test('a help is escaped, and cut at 1 KiB between two characters', () => {
    expect(readPage('# HELP a  C:\\\\d\\e \\n "x"\na 1\n').text).toBe('# HELP a C:\\\\d\\\\e \\n "x"\na 1\n');
    const { text } = readPage(`# HELP a ${'x'.repeat(1023)}äöü\na 1\n`);
    expect(text).toBe(`# HELP a ${'x'.repeat(1023)}\na 1\n`);
    expect(readPage('# HELP "a.b" x\n# TYPE "a.b" gauge\n{"a.b"} 1\n# HELP a_b y\n').text).toBe(
      '# HELP a_b x\n# TYPE a_b gauge\na_b 1\n',
    );
  });
});

test('a series that is there twice is shown once: the first', () => {
  const page = lines('a{x="1",y="2"} 1', 'a{y="2",x="1"} 2', 'a{x="1",y="2",z=""} 3', 'a 1', 'a{} 2', '{"a"} 3 5');
  expect(readPage(page)).toMatchObject({ text: lines('a{x="1",y="2"} 1', 'a 1'), dropped: { duplicate: 4 } });
});

test('the names are those of samples, of families, and of the parts that a family can have', () => {
  const { names } = readPage(
    lines(
      ...['# TYPE bar histogram', 'bar_bucket{le="+Inf"} 1', '# TYPE foo summary', 'foo{quantile="1"} 2'],
      ...['# TYPE jobs counter', 'jobs 3', '# TYPE odd histogram', 'odd_bucket{le="x"} 4', '# TYPE unused histogram'],
      ...['plain_sum 5', 'sidewarden_up 6', '# TYPE made histogram', 'made_created 7'],
    ),
  );
  const ofBar = ['bar', 'bar_bucket', 'bar_sum', 'bar_count'];
  const others = ['foo', 'foo_sum', 'foo_count', 'jobs', 'odd_bucket', 'plain_sum', 'made_created'];
  expect([...names].toSorted()).toEqual([...ofBar, ...others].toSorted());
});

test.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'])(
  '%s is a name as any other',
  (name) => {
    for (const type of ['counter', 'gauge', 'histogram', 'summary', 'info', 'gaugehistogram']) {
      const page = lines(
        `# TYPE jobs ${type}`,
        'jobs 1',
        `jobs_${name} 2`,
        `${name}{${name}="x"} 3`,
        `# TYPE jobs ${name}`,
      );
      const { text, dropped } = readPage(page, openMetrics);
      const shown = { info: 'gauge', gaugehistogram: 'untyped' }[type] ?? type;
      expect(text).toBe(lines(`# TYPE jobs ${shown}`, 'jobs 1', `jobs_${name} 2`, `${name}{${name}="x"} 3`));
      expect(dropped).toEqual({ bad_line: 1 });
    }
  },
);

test('names of ours are reserved, and the parts of their histograms', () => {
  const page = lines(
    '# TYPE pg_up gauge',
    'pg_up 1',
    'pg_up{a="1"} 1',
    'sidewarden_up 1',
    'pg_up_count 1',
    'pg_upper 1',
  );
  expect(readPage(page)).toMatchObject({ text: 'pg_upper 1\n', dropped: { reserved: 4 }, firstDropped: 2 });
});

test('beyond the limit samples and families are counted and not kept', () => {
  const page = lines('a 1', 'b 1', 'c 1', 'a 2', 'bad', 'd 1', '# TYPE x gauge', '# TYPE y gauge', '# TYPE z gauge');
  const { text, dropped, samples } = readPage(page, { maxSamples: 2 });
  expect({ text, samples }).toEqual({ text: lines('a 1', 'b 1'), samples: 2 });
  expect(dropped).toEqual({ too_many: 3, duplicate: 1, bad_line: 1 });
});

test('a line that is too long is passed over, wherever it is cut', () => {
  const fitting = `a{x="${'y'.repeat(longestLine - 9)}"} 1`;
  expect(fitting.length).toBe(longestLine);
  const page =
    lines(fitting, `${fitting}0`, 'b 1', `# HELP b ${'z'.repeat(longestLine)}`, 'c 1') + 'z'.repeat(longestLine + 1);
  for (const pieces of [undefined, [longestLine], [1000], [7], [longestLine + 1, 1]]) {
    const { text, dropped, firstDropped } = readPage(page, pieces && { pieces });
    expect({ text, dropped, firstDropped }).toEqual({
      text: lines(fitting, 'b 1', 'c 1'),
      dropped: { too_long: 3 },
      firstDropped: 2,
    });
  }
});

test('what is shown comes in parts of whole lines, and keeps nothing else of the page', () => {
  const page = lines(
    ...Array.from({ length: 5000 }, (_, at) => `requests_total{path="/${'x'.repeat(100)}/${at}"} ${at}`),
  );
  const { parts, bytes, samples } = readPage(page, { maxSamples: 5000, pieces: [16_384] });
  expect(samples).toBe(5000);
  expect(bytes.toString()).toBe(page);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) {
    expect(part.at(-1)).toBe(10);
    expect(part.buffer.byteLength - part.length).toBeLessThan(150); // a line that did not fit
  }
  expect(parseStrictly(bytes)).toHaveLength(5000);
});
