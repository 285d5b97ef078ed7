// What each line becomes, as tables.
import { describe, expect, test } from 'vitest';
import { make } from './make.ts';

const samplesOf = (packet: string | Buffer, written = {}): readonly string[] => {
  const made = make(written);
  made.send(packet);
  expect(made.rejected()).toEqual({});
  return made.samples();
};
const reasonsOf = (packet: string | Buffer, written = {}): object => {
  const made = make(written);
  made.send(packet);
  expect(made.samples()).toEqual([]);
  return made.rejected();
};

describe('a line that counts', () => {
  const table: readonly (readonly [packet: string, ...samples: string[]])[] = [
    ['a:1|c', 'a 1'],
    ['a:1.5|c', 'a 1.5'],
    ['a:.5|c', 'a 0.5'],
    ['a:5.|c', 'a 5'],
    ['a:1e3|c', 'a 1000'],
    ['a:+2|c', 'a 2'],
    ['a:1234567890123|c', 'a 1234567890123'],
    ['a:0|c', 'a 0'],
    ['a:-0|c', 'a 0'],
    ['a:1|c|@0.1', 'a 10'],
    ['a:1|c|@1', 'a 1'],
    ['a:3|c|@0.75', 'a 4'],
    ['a:1|c|@3e-1', `a ${1 / 0.3}`],
    ['a:1:2:3|c', 'a 6'],
    ['a:1:2:3|c|@0.5', 'a 12'],
    ['a:7|g', 'a 7'],
    ['a:7|g|@0.1', 'a 7'],
    ['a:1:2:3|g', 'a 3'],
    ['a:u1|s', 'a 1'],
    ['a:u1|s\na:u2|s\na:u1|s', 'a 2'],
    ['a:fe80::1|s\na:fe80::2|s', 'a 2'],
    ['a:1|c|#b:c', 'a{b="c"} 1'],
    ['a:1|c|#b:c,d', 'a{b="c",d="true"} 1'],
    ['a:1|c|#d,b:c', 'a{b="c",d="true"} 1'],
    ['a:1|c|#b:c:d', 'a{b="c:d"} 1'],
    ['a:1|c|#b:', 'a 1'],
    ['a:1|c|#,b:c,,', 'a{b="c"} 1'],
    ['a:1|c|#:v,b:c', 'a{b="c"} 1'],
    ['a:1|c|#', 'a 1'],
    ['a:1|c|#b:1,b:2', 'a{b="1"} 1'],
    ['a:1|c|#b.c:1,b-c:2', 'a{b_c="1"} 1'],
    ['a:1|c|#le:1,quantile:2,__name__:x', 'a{tag___name__="x",tag_le="1",tag_quantile="2"} 1'],
    ['a:1|c|#b:c,#d:e', 'a{b="c",d="e"} 1'],
    ['a:1|c|#tag_le:1,le:2', 'a{tag_le="1"} 1'],
    ['a:1|c|#1b:c', 'a{_1b="c"} 1'],
    ['a:1|c|#b:"\\', 'a{b="\\"\\\\"} 1'],
    ['a:1|c|#größe:ü', 'a{gr__e="ü"} 1'],
    ['a:1|c|#b:c|@0.5', 'a{b="c"} 2'],
    ['a:1|c|@0.5|#b:c', 'a{b="c"} 2'],
    ['a:1|c|T1656581400', 'a 1'],
    ['a:1|c|T1\na:1|c|T2|#b:c\na:1|c|#b:c|T3', 'a 1', 'a{b="c"} 2'],
    ['a:1|c|c:ci-83d0|e:it-false|card:low', 'a 1'],
    ['a.b-c d/e:1|c', 'a_b_c_d_e 1'],
    ['größe:1|c', 'gr__e 1'],
    ['4xx:1|c', '_4xx 1'],
    ['a:1|c\nb:2|c\n', 'a 1', 'b 2'],
    ['a:1|c\r\nb:2|c\r\n', 'a 1', 'b 2'],
    ['\n\na:1|c\n\r\n\n', 'a 1'],
    ['a:1|c\0', 'a 1'],
    ['a:1|c\n\0', 'a 1'],
    ['a,b=c,d=e:1|c', 'a{b="c",d="e"} 1'],
    ['a#b=c,d=e:1|c', 'a{b="c",d="e"} 1'],
    ['a[b=c,d=e]:1|c', 'a{b="c",d="e"} 1'],
    ['a[b=c].d:1|c', 'a_d{b="c"} 1'],
    ['a[b:1|c', 'a_b 1'],
    ['a]b[c:1|c', 'a_b_c 1'],
  ];
  test.each(table)('%j', (packet, ...samples) => expect(samplesOf(packet)).toEqual(samples));

  test('has a time in milliseconds as seconds, and a histogram as it is', () => {
    const buckets = (name: string, from: number): string[] =>
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10]
        .map((bound) => `${name}_bucket{le="${bound}"} ${bound >= from ? 2 : 0}`)
        .concat(`${name}_bucket{le="+Inf"} 2`);
    expect(samplesOf('t:100|ms|@0.5')).toEqual([...buckets('t', 0.1), 't_sum 0.2', 't_count 2']);
    expect(samplesOf('t:9|ms')).toContain('t_sum 0.009'); // 9 × 0.001 is more than that
    expect(samplesOf('t:3|h\nt:3|d')).toEqual([...buckets('t', 5), 't_sum 6', 't_count 2']);
  });

  test('counts a fraction in a histogram too', () => {
    const samples = samplesOf('t:1|h|@0.4|#b:c', { mappings: [{ match: 't', buckets: [2, 1] }] });
    expect(samples).toEqual([
      't_bucket{b="c",le="1"} 2.5',
      't_bucket{b="c",le="2"} 2.5',
      't_bucket{b="c",le="+Inf"} 2.5',
      't_sum{b="c"} 2.5',
      't_count{b="c"} 2.5',
    ]);
  });

  test('has a label’s value cut after 256 characters, and never half a character', () => {
    expect(samplesOf(`a:1|c|#b:${'x'.repeat(300)}`)).toEqual([`a{b="${'x'.repeat(256)}"} 1`]);
    expect(samplesOf(`a:1|c|#b:${'x'.repeat(255)}😀`)).toEqual([`a{b="${'x'.repeat(255)}\uFFFD"} 1`]);
  });

  test('may have 8192 bytes, a name of 256 and 32 tags', () => {
    const tags = Array.from({ length: 32 }, (_, at) => `t${at}:${at}`).join(',');
    expect(samplesOf(`a:1|c|#${tags}`)).toHaveLength(1);
    expect(samplesOf(`${'n'.repeat(256)}:1|c`)).toEqual([`${'n'.repeat(256)} 1`]);
    const long = `a:1|c|#b:${'x'.repeat(8183)}`;
    expect(long).toHaveLength(8192);
    expect(samplesOf(long)).toHaveLength(1);
  });
});

describe('a line that does not count', () => {
  const table: readonly (readonly [packet: string, reason: string])[] = [
    ...['nothing', 'a', 'a:', 'a:1', ':1|c', '|c', 'a:|c', 'a:1|', 'a:1|x', 'a:1|C', 'a:1|c|', 'a:1|c|x', 'a:1 |c'].map(
      (line) => [line, 'bad_line'] as const,
    ),
    ...['a:x|c', 'a:NaN|c', 'a:Infinity|c', 'a:inf|g', 'a:0x10|c', 'a:1e999|c', 'a:1_0|c', 'a:.|c', 'a:e5|c'].map(
      (line) => [line, 'bad_line'] as const,
    ),
    ...['a:1::2|c', 'a:1:x|c', 'a:1:|c', 'a:-1|c', 'a:1:-1|c', 'a:|s'].map((line) => [line, 'bad_line'] as const),
    ...['@0', '@-1', '@1.1', '@', '@x', '@1e-310', '@NaN'].map((rate) => [`a:1|c|${rate}`, 'bad_line'] as const),
    ['a,b=c:1|c|#d:e', 'bad_line'],
    ['a:1|c:2|c', 'bad_line'],
    ['[a=b]:1|c', 'bad_line'],
    ['a:+1|g', 'signed_gauge'],
    ['a:-1|g', 'signed_gauge'],
    ['a:1:-1|g', 'signed_gauge'],
    ['_e{5,4}:title|text|#a:b', 'event'],
    ['_sc|name|0|#a:b|m:a:1|c', 'service_check'],
    [`a:1|c|#b:${'x'.repeat(8184)}`, 'too_long'],
    [`${'n'.repeat(257)}:1|c`, 'too_long'],
    [`a:1|c|#${'t,'.repeat(32)}t`, 'too_many'],
    [`a,${'t=1,'.repeat(32)}t=1:1|c`, 'too_many'],
  ];
  test.each(table)('%j is %s', (packet, reason) => expect(reasonsOf(packet)).toEqual({ [reason]: 1 }));

  test('is one that is no UTF-8', () => {
    expect(reasonsOf(Buffer.from([0x61, 0xff, 0x3a, 0x31, 0x7c, 0x63]))).toEqual({ bad_line: 1 });
    expect(reasonsOf(Buffer.from('a:1|c|#b:\xe4', 'latin1'))).toEqual({ bad_line: 1 });
  });

  test('does not keep its neighbours from counting', () => {
    const made = make();
    made.send('a:1|c\nnonsense\n_e{1,1}:a|b\nb:2|c');
    expect(made.samples()).toEqual(['a 1', 'b 2']);
    expect(made.rejected()).toEqual({ bad_line: 1, event: 1 });
    expect(made.tally).toMatchObject({ lines: 4, taken: 2 });
  });

  test('counts no value of several if one is bad', () => {
    const made = make();
    made.send('a:1|c');
    made.send('a:1:2:x|c');
    expect(made.samples()).toEqual(['a 1']);
  });
});

describe('a gauge with a sign', () => {
  const lines = 'a:10|g\na:-3|g\na:+1|g\na:1:+1:-5|g|#b:c';
  test('is refused unless a setting says what it means, and that is said', () => {
    const made = make();
    made.send(lines);
    expect(made.samples()).toEqual(['a 10']);
    expect(made.rejected()).toEqual({ signed_gauge: 3 });
    expect([...made.said()]).toEqual(['signed_gauge']);
  });
  test('is a change, as in StatsD', () =>
    expect(samplesOf(lines, { signed_gauges: 'delta' })).toEqual(['a 8', 'a{b="c"} -3']));
  test('is a value, as in DogStatsD', () =>
    expect(samplesOf(lines, { signed_gauges: 'absolute' })).toEqual(['a 1', 'a{b="c"} -5']));
});
