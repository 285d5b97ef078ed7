// Mappings, against what statsd_exporter says of its own: https://github.com/prometheus/statsd_exporter#glob-matching
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are templates of mappings.
import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { createMapper } from '../../../../src/features/app/statsd/mappings.ts';
import { make, settingsOf } from './make.ts';

const samplesOf = (mappings: readonly object[], ...lines: string[]): readonly string[] => {
  const made = make({ mappings });
  made.send(lines.join('\n'));
  return made.samples();
};

describe('mappings', () => {
  const ofReadme = [
    {
      match: 'test.dispatcher.*.*.*',
      name: 'dispatcher_events_total',
      labels: { processor: '$1', action: '$2', outcome: '$3', job: 'test_dispatcher' },
    },
    {
      match: '*.signup.*.*',
      name: 'signup_events_total',
      labels: { provider: '$2', outcome: '$3', job: '${1}_server' },
    },
  ];
  test('make what statsd_exporter says', () => {
    const samples = samplesOf(
      ofReadme,
      'test.dispatcher.FooProcessor.send.success:1|c',
      'foo_product.signup.facebook.failure:1|c',
      'test.web-server.foo.bar:1|c',
    );
    expect(samples).toEqual([
      'dispatcher_events_total{action="send",job="test_dispatcher",outcome="success",processor="FooProcessor"} 1',
      'signup_events_total{job="foo_product_server",outcome="failure",provider="facebook"} 1',
      'test_web_server_foo_bar 1',
    ]);
  });
  test('name a metric by its words', () =>
    expect(
      samplesOf(
        [{ match: 'test.*.*.counter', name: '${2}_total', labels: { provider: '$1' } }],
        'test.a.b-c.counter:1|c',
      ),
    ).toEqual(['b_c_total{provider="a"} 1']));
  test('take the first that matches, whichever is more exact', () => {
    const mappings = [
      { match: 'a.*.c', name: 'first' },
      { match: 'a.b.c', name: 'second' },
      { match: 'a.b.*', name: 'third' },
    ];
    expect(samplesOf(mappings, 'a.b.c:1|c', 'a.b.d:1|c', 'a.x.c:1|c')).toEqual(['first 2', 'third 1']);
    expect(samplesOf([...mappings].reverse(), 'a.b.c:1|c')).toEqual(['third 1']);
    expect(
      samplesOf(
        mappings.map((one) => ({ ...one, match: 'a.b.c' })),
        'a.b.c:1|c',
      ),
    ).toEqual(['first 1']);
  });
  test('go back where a longer way leads nowhere', () =>
    expect(
      samplesOf(
        [
          { match: 'a.b.*.d', name: 'deep' },
          { match: 'a.*.c.e', name: 'other', labels: { word: '$1' } },
        ],
        'a.b.c.e:1|c',
      ),
    ).toEqual(['other{word="b"} 1']));
  test('match whole names: a star is one word, which may be empty', () =>
    expect(samplesOf([{ match: 'a.*', name: 'm', labels: { w: '$1' } }], 'a:1|c', 'a.b.c:1|c', 'a.:1|c')).toEqual([
      'a 1',
      'a_b_c 1',
      'm 1',
    ]));
  test('leave out lines, and count them', () => {
    const made = make({ mappings: [{ match: 'debug.*', drop: true }] });
    made.send('debug.a:1|c\ndebug.a:1|c\ndebug:1|c');
    expect(made.samples()).toEqual(['debug 1']);
    expect(made.rejected()).toEqual({ dropped: 2 });
  });
  test('refuse lines of another type', () => {
    const made = make({ mappings: [{ match: 'a.*', name: 'a', type: 'histogram', buckets: [1] }] });
    made.send('a.b:1|c\na.b:0.5|h');
    expect(made.rejected()).toEqual({ wrong_type: 1 });
    expect(made.samples()).toEqual(['a_bucket{le="1"} 1', 'a_bucket{le="+Inf"} 1', 'a_sum 0.5', 'a_count 1']);
  });
  test('are for lines of their type, and the next one that matches is for the others', () => {
    const made = make({
      mappings: [
        { match: 'a.*', name: 'counted', type: 'counter' },
        { match: 'a.*', name: 'observed', type: 'histogram', buckets: [1] },
        { match: '*.b', name: 'rest' },
        { match: 'drop.*', type: 'gauge', drop: true },
      ],
    });
    made.send('a.b:1|c\na.b:1|h\na.b:1|g\na.c:1|g\ndrop.b:1|g\ndrop.c:1|c\ndrop.c:1|g');
    expect(made.samples()).toEqual([
      'counted 1',
      ...['observed_bucket{le="1"} 1', 'observed_bucket{le="+Inf"} 1', 'observed_sum 1', 'observed_count 1'],
      ...['rest 1', 'drop_c 1'],
    ]);
    expect(made.rejected()).toEqual({ wrong_type: 1, dropped: 1 });
  });
  test('take the whole name as $0', () =>
    expect(samplesOf([{ match: '*.b', name: 'm', labels: { all: '$0', tail: '${0}$1' } }], 'a.b:1|c')).toEqual([
      'm{all="a.b",tail="a.ba"} 1',
    ]));
  test('go before tags, and name no word that there is not', () =>
    expect(
      samplesOf([{ match: 'a.*', name: 'a', labels: { b: '$1', none: '$2', le: 'x' } }], 'a.v:1|c|#b:tag,c:d'),
    ).toEqual(['a{b="v",c="d",tag_le="x"} 1']));
  test('keep the name where they say none', () =>
    expect(samplesOf([{ match: 'a.*', labels: { w: '$1' } }], 'a.b:1|c')).toEqual(['a_b{w="b"} 1']));

  test('are found as fast among a thousand', () => {
    const mappings = Array.from({ length: 1000 }, (_, at) => ({ match: `*.s${at % 50}.*.e${at}`, name: `m_${at}` }));
    const map = createMapper(settingsOf({ mappings }).mappings);
    const begin = performance.now();
    for (let at = 0; at < 100_000; at += 1) map(`a.s${at % 50}.b.e${at % 1000}`, 'counter');
    expect(map('a.s49.b.e999', 'counter')).toMatchObject({ name: 'm_999' });
    expect((performance.now() - begin) / 100_000).toBeLessThan(0.05); // milliseconds; each is a few µs
  });
});
