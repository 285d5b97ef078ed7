// Metrics and series: what belongs together, what is too much, what goes.
import { describe, expect, test } from 'vitest';
import type { AppMetric } from '../../../../src/core/app-catalogue.ts';
import { catalogue, make } from './make.ts';

const start = [
  'queries_total{status="success"} 0',
  'queries_total{status="error"} 0',
  'plain_total 0',
  ...['100', '1000', '+Inf'].map((bound) => `response_size_bytes_bucket{le="${bound}"} 0`),
  'response_size_bytes_sum 0',
  'response_size_bytes_count 0',
];
/** What lines change of what is there from the start. */
const changesOf = (lines: string, prefix = ''): readonly string[] => {
  const made = make({}, { metrics: catalogue, prefix });
  const before = made.samples();
  made.send(lines);
  expect(made.rejected()).toEqual({});
  return made.samples().filter((sample) => !before.includes(sample));
};

describe('the catalogue', () => {
  test('has counters and histograms at 0 whose labels are closed', () =>
    expect(make({}, { metrics: catalogue }).samples()).toEqual(start));
  test('has its own help, type and buckets', () => {
    const page = make({}, { metrics: catalogue, prefix: 'shop' }).page();
    expect(page).toContain('# HELP shop_queries_total Help of queries_total.\n# TYPE shop_queries_total counter\n');
    expect(page.match(/^# HELP/gm)).toHaveLength(3);
  });
  test.each(['queries', 'queries_total', 'shop.queries', 'shop-queries-total', 'shop_queries_total'])(
    'takes %s',
    (name) =>
      expect(changesOf(`${name}:2|c|#status:success`, 'shop')).toEqual(['shop_queries_total{status="success"} 2']),
  );
  test.each([
    ['status:success', '{status="success"}'],
    ['status:ok', '{status="success"}'],
    ['status:SUCCESS', '{status="success"}'],
    ['result:failed', '{status="error"}'],
    ['out.come:error', '{status="error"}'],
    ['result:ok,status:error', '{status="success"}'],
    ['status:teapot', '{status="__other__"}'],
    ['region:eu', ''],
    ['status:', ''],
    ['status:success,region:eu', '{status="success"}'],
  ])('makes %s into %s', (tags, labels) =>
    expect(changesOf(`queries:1|c|#${tags}`)).toEqual([`queries_total${labels} 1`]),
  );
  test('takes the values of an open label as they are', () =>
    expect(changesOf('errors:1|c|#kind:ok\nerrors:1|c')).toEqual(['errors_total{kind="ok"} 1', 'errors_total 1']));
  test('refuses lines of another type, and milliseconds for what is no time', () => {
    const made = make({}, { metrics: catalogue });
    made.send('queries:1|ms\nquery_duration:1|c\nsessions_active:1|c\nqueries:1|s\nresponse_size:5|ms');
    expect(made.rejected()).toEqual({ wrong_type: 5 });
    expect(made.samples()).toEqual(start);
  });
  test('takes seconds and milliseconds, a gauge and a set', () => {
    expect(changesOf('query_duration:50|ms|#operation:read\nquery.duration:0.5|d|#operation:read')).toEqual([
      'query_duration_seconds_bucket{operation="read",le="0.1"} 1',
      'query_duration_seconds_bucket{operation="read",le="1"} 2',
      'query_duration_seconds_bucket{operation="read",le="+Inf"} 2',
      'query_duration_seconds_sum{operation="read"} 0.55',
      'query_duration_seconds_count{operation="read"} 2',
    ]);
    expect(changesOf('sessions_active:5|g|#region:eu')).toEqual(['sessions_active{region="eu"} 5']);
    expect(changesOf('sessions_active:me|s|#region:eu')).toEqual(['sessions_active{region="eu"} 1']);
  });
  test('goes by what a metric is called before what another is also called', () => {
    const queries = { ...(catalogue[0] as AppMetric), name: 'queries', type: 'gauge', labels: [] } as const;
    const made = make({}, { metrics: [...catalogue, queries] });
    made.send('queries:5|g\nqueries_total:1|c|#status:ok');
    expect(made.rejected()).toEqual({});
    expect(made.samples()).toContain('queries 5');
    expect(made.samples()).toContain('queries_total{status="success"} 1');
  });
  test('is what a mapping can name', () => {
    const mappings = [{ match: 'q.*', name: 'queries_total', labels: { status: '$1' } }];
    const made = make({ mappings }, { metrics: catalogue });
    made.send('q.failed:1|c');
    expect(made.samples()).toContain('queries_total{status="error"} 1');
  });
});

describe('names', () => {
  test('that are taken are refused, also those of a histogram’s parts', () => {
    const made = make({}, { taken: (name) => name.startsWith('sidewarden_') || name === 'pg_up' || name === 'x_sum' });
    made.send('sidewarden.ready:0|g\npg_up:1|g\nx:1|h\nx:1|c');
    expect(made.rejected()).toEqual({ reserved: 3 });
    expect(made.samples()).toEqual(['x 1']);
  });
  test.each([
    ['x:1|h', 'x_sum:1|c', 'x_count:1|c', 'x_bucket:1|c'],
    ['x_sum:1|c', 'x:1|h'],
  ])('never make the same series: %s, then %s', (first, ...then) => {
    const made = make();
    made.send(`${first}\n${then.join('\n')}`);
    expect(made.rejected()).toEqual({ reserved: then.length });
  });
  test('keep the type of their first line', () => {
    const made = make();
    made.send('x:1|c\nx:1|g\nx:1|ms\nx:1|s\ny:1|g\ny:1|s\nx:1|c');
    expect(made.rejected()).toEqual({ wrong_type: 4 });
    expect(made.samples()).toEqual(['x 2', 'y 1']);
  });
  test('of a bad line make no metric', () => {
    const made = make();
    made.send('x:bad|c\nx:-1|c\nx:-1|g\nx:1|h');
    expect(made.samples()).toContain('x_count 1');
  });
  test('can be had again once all gauges of it are gone', () => {
    const made = make({ gauge_ttl: '1m' });
    made.send('x:1|g');
    made.pass(60_000);
    expect(made.samples()).toEqual([]);
    made.send('x:1|c');
    expect(made.samples()).toEqual(['x 1']);
  });
});

describe('values that would make infinite what was counted', () => {
  const big = '1e308';
  test.each([
    ['a counter', [`x:${big}|c`, `x:${big}|c`], 'x 1e+308'],
    ['a counter that is sampled', ['x:5|c', `x:${big}|c|@0.1`], 'x 5'],
    ['a gauge that changes', [`x:+${big}|g`, `x:+${big}|g`], 'x 1e+308'],
    ['a sum', [`x:${big}|h`, `x:${big}|h`], 'x_sum 1e+308'],
    ['a count', ['x:0|h|@1e-308', 'x:0|h|@1e-308'], 'x_count 1e+308'],
    ['a count over buckets', ['x:0|h|@1e-308', 'x:7|h|@1e-308'], 'x_count 1e+308'],
    ['a line of several', ['x:5|c', `x:1:${big}:${big}|c`], 'x 5'],
  ])('are refused: %s', (_, lines, sample) => {
    const made = make({ signed_gauges: 'delta' });
    made.send(lines.join('\n'));
    expect(made.samples()).toContain(sample);
    expect(made.rejected()).toEqual({ bad_line: 1 });
    expect(made.page()).not.toMatch(/[ ][+-]?(?:Inf|NaN)/);
  });
  test('make no metric', () => {
    const made = make();
    made.send(`x:${big}|c|@0.1\nx:${big}:${big}|h\nx:1|g`);
    expect(made.rejected()).toEqual({ bad_line: 2 });
    expect(made.samples()).toEqual(['x 1']);
  });
  test('leave a gauge its age', () => {
    const made = make({ signed_gauges: 'delta', gauge_ttl: '1m' });
    made.send(`x:+${big}|g`);
    made.pass(30_000);
    made.send(`x:+${big}|g`);
    made.pass(30_000);
    expect(made.samples()).toEqual([]);
  });
});

describe('caps', () => {
  const overflow = (name: string, count: number): string =>
    Array.from({ length: count }, (_, at) => `${name}:1|c|#user:${at},k:v`).join('\n');
  test('of a metric: the rest is counted under one series', () => {
    const made = make({ max_series_per_metric: 10 });
    made.send(overflow('x', 25));
    expect(made.samples()).toHaveLength(11);
    expect(made.samples()).toContain('x{k="__other__",user="__other__"} 15');
    expect(made.intake.overflowed()).toBe(15);
    made.send('x:3|c|#user:2,k:v\nx:1:2|c|#user:none');
    expect(made.samples()).toContain('x{k="v",user="2"} 4');
    expect(made.samples()).toContain('x{k="__other__",user="__other__"} 18');
    expect(made.intake.overflowed()).toBe(17);
    expect(made.rejected()).toEqual({});
  });
  test('count a histogram with all its lines', () => {
    const made = make({ max_series_per_metric: 40 });
    made.send(overflow('x', 5).replaceAll('|c', '|h'));
    expect(made.samples().filter((sample) => sample.startsWith('x_count'))).toEqual([
      'x_count{k="v",user="0"} 1',
      'x_count{k="v",user="1"} 1',
      'x_count{k="__other__",user="__other__"} 3',
    ]);
  });
  test('let a metric have one series at least', () => {
    const made = make({ max_series_per_metric: 10 });
    made.send('x:1|h');
    expect(made.samples()).toContain('x_count 1');
    expect(made.intake.overflowed()).toBe(0);
  });
  test('of all: known metrics go on, new ones are too many', () => {
    const made = make({ max_series: 100 }, { metrics: catalogue });
    made.send(`${overflow('x', 60)}\n${overflow('y', 60)}\nz:1|c\nplain:1|c\nx:1|c\nerrors:1|c|#kind:a\nx:1|h`);
    expect(made.rejected()).toEqual({ too_many: 1, wrong_type: 1 });
    expect(made.samples()).toContain('plain_total 1');
    expect(made.samples()).toContain('x{k="__other__",user="__other__"} 1');
    expect(made.samples()).toContain('errors_total{kind="__other__"} 1');
    expect(made.store.lines()).toBe(103);
    expect(made.samples()).toHaveLength(103);
  });
  test('have room again once gauges are gone', () => {
    const made = make({ max_series: 100, gauge_ttl: '1m' });
    made.send(Array.from({ length: 100 }, (_, at) => `g${at}:1|g`).join('\n'));
    made.send('x:1|c');
    expect(made.rejected()).toEqual({ too_many: 1 });
    made.pass(60_000);
    expect(made.samples()).toEqual([]);
    made.send('x:1|c');
    expect(made.samples()).toEqual(['x 1']);
    expect(made.store.lines()).toBe(1);
  });
  test('take overflowing gauges apart again once there is room', () => {
    const made = make({ max_series_per_metric: 10, gauge_ttl: '1m' });
    made.send(Array.from({ length: 11 }, (_, at) => `g:1|g|#n:${at}`).join('\n'));
    expect(made.samples()).toContain('g{n="__other__"} 1');
    made.pass(60_000);
    made.samples();
    made.send('g:1|g|#n:10');
    expect(made.samples()).toEqual(['g{n="10"} 1']);
  });
  test('hold characters too: long labels are too many sooner', () => {
    const made = make({ max_series: 100 });
    const long = Array.from({ length: 30 }, (_, at) => `t${at}:${'x'.repeat(200)}`).join(',');
    for (let at = 0; at < 50; at += 1) made.send(`x:1|c|#n:${at},${long}`);
    expect(made.samples().length).toBeLessThan(12);
    expect(made.page().length).toBeLessThan(100 * 512 * 1.2);
  });
});

describe('time', () => {
  test('takes gauges and sets away after their last line, and nothing else', () => {
    const made = make({ gauge_ttl: '2m' });
    made.send('g:1|g\ns:a|s\nc:1|c\nh:1|h');
    made.pass(119_999);
    made.send('g:1|g|#a:b');
    expect(made.samples().slice(0, 3)).toEqual(['g 1', 'g{a="b"} 1', 's 0']);
    made.pass(1);
    expect(made.samples().slice(0, 2)).toEqual(['g{a="b"} 1', 'c 1']);
    made.pass(1e9);
    expect(made.samples()[0]).toBe('c 1');
    expect(made.samples()).toHaveLength(1 + 16);
    made.send('g:5|g');
    expect(made.samples().at(-1)).toBe('g 5');
  });
  test('is what a set looks back for a minute', () => {
    const made = make();
    made.send('s:a|s\ns:b|s');
    made.pass(30_000);
    made.send('s:a|s\ns:c|s');
    expect(made.samples()).toEqual(['s 3']);
    made.pass(30_000);
    expect(made.samples()).toEqual(['s 2']);
    made.pass(30_000);
    expect(made.samples()).toEqual(['s 0']);
  });
  test('does not make sets grow without end', () => {
    const made = make();
    const send = (name: string): void =>
      made.send(Array.from({ length: 11_000 }, (_, at) => `${name}:${at}|s`).join('\n'));
    for (let at = 0; at < 12; at += 1) send(`s${at}`);
    expect(made.rejected()).toEqual({ too_many: 12 * 11_000 - 100_000 });
    expect(made.samples()[0]).toBe('s0 10000');
    expect(made.samples().at(-1)).toBe('s11 0');
    made.pass(60_000);
    made.samples();
    send('s11');
    expect(made.samples().at(-1)).toBe('s11 10000');
  });
});
