// What can be wrong below `app`: each mistake with its place and how to fix it.
import { expect, test } from 'vitest';
import { app } from '../../../src/features/app/index.ts';
import { loadText, wrong } from '../../config/load.ts';

/** `line: message` of every mistake. @param text below `app:` */
const mistakes = (text: string): readonly string[] =>
  wrong(loadText(`app:\n${text.replaceAll(/^/gm, '  ')}`)).map(
    ({ line, path, message, fix }) => `${line} ${path}: ${message} → ${fix}`,
  );

const mapping = (text: string): string => `statsd:\n  mappings:\n    - ${text}`;

test.each<[string, string, string]>([
  ['neither', 'prefix: shop', 'app: needs metrics or statsd'],
  ['no URL', 'metrics: {}', 'app.metrics.url'],
  ['a prefix of ours', 'prefix: sidewarden\nstatsd: {}', 'must be a word that names of metrics can begin with'],
  ['a prefix that is none', 'prefix: my-shop\nstatsd: {}', 'must be a word that names of metrics can begin with'],
  ['a preset that there is not', 'presets: [sql]\nstatsd: {}', 'app.presets[0]'],
  ['tls on http', "metrics: { url: 'http://a', tls: {} }", 'app.metrics.tls: has no effect on an http url'],
  [
    'two secrets',
    "metrics: { url: 'http://a', token: x, username: y }",
    'app.metrics.username: cannot stand beside token',
  ],
  [
    'a timeout as long',
    "metrics: { url: 'http://a', interval: 5s }",
    'app.metrics.timeout: is 5s, and must be shorter',
  ],
  ['no port', "statsd: { listen: ['udp://127.0.0.1'] }", 'must be an address such as udp://127.0.0.1:8125'],
  [
    'a port too high',
    "statsd: { listen: ['udp://127.0.0.1:70000'] }",
    'app.statsd.listen[0]: must be an address and a port',
  ],
  ['TCP', "statsd: { listen: ['tcp://127.0.0.1:8125'] }", 'must be an address such as udp://127.0.0.1:8125'],
  ['twice', "statsd: { listen: ['udp://[::1]:1', 'udp://[::1]:1'] }", 'app.statsd.listen[1]: is there already'],
  ['caps', 'statsd: { max_series: 100 }', 'app.statsd.max_series_per_metric: must not be over max_series'],
  ['no name', mapping('{ match: a.* }'), 'app.statsd.mappings[0]: needs a name'],
  [
    'a name beside drop',
    mapping('{ match: a.*, name: b, drop: true }'),
    'app.statsd.mappings[0].name: has no effect beside drop',
  ],
  ['a part of a word', mapping("{ match: 'a*', drop: true }"), 'must be words between dots'],
  [
    '$2 of one',
    mapping("{ match: a.*, name: b, labels: { c: '$2' } }"),
    'app.statsd.mappings[0].labels.c: $2 stands for nothing: match has one *',
  ],
  [
    '$1 of none',
    mapping('{ match: a.b, name: b_$1 }'),
    'app.statsd.mappings[0].name: $1 stands for nothing: match has 0 *',
  ],
  [
    'buckets of a counter',
    mapping('{ match: a, name: b, type: counter, buckets: [1] }'),
    'app.statsd.mappings[0].buckets: has no effect on a counter',
  ],
  [
    'buckets that go down',
    mapping('{ match: a, name: b, buckets: [2, 1] }'),
    'app.statsd.mappings[0].buckets: must go up',
  ],
  ['a label of Prometheus', mapping('{ match: a, name: b, labels: { __name__: c } }'), 'app.statsd.mappings[0].labels'],
])('%s', (_, text, expected) => {
  const found = mistakes(text);
  expect(found.join('\n')).toContain(expected);
  for (const one of found) expect(one).toMatch(/^\d+ .*→ \S/);
});

test('what is right has no mistake, and every default', () => {
  const loaded = loadText(
    [
      ...[
        'app:',
        '  prefix: shop',
        '  presets: [http, cache]',
        '  metrics: { url: http://127.0.0.1:8080/metrics }',
        '  statsd:',
      ],
      "    mappings: [{ match: 'a.*.b', name: a_seconds, type: histogram, labels: { c: '$1' }, buckets: [1, 2] }]",
    ].join('\n'),
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.configuration.features).toMatchObject([
    {
      settings: {
        metrics: { interval: 15_000, timeout: 5000, max_samples: 20_000, headers: {} },
        statsd: { listen: ['udp://127.0.0.1:8125'], signed_gauges: 'refuse', gauge_ttl: 300_000 },
      },
    },
  ]);
});

test('SIDEWARDEN_APP_METRICS_URL alone turns the page on', () => {
  const loaded = loadText('{}', { SIDEWARDEN_APP_METRICS_URL: 'http://127.0.0.1:8080/metrics' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.configuration.features.map(({ feature }) => feature)).toEqual([app]);
});

test('whoever can reach StatsD from elsewhere is told of it', () => {
  const notesOf = (listen: string): readonly string[] => {
    const loaded = loadText(`app: { statsd: { listen: ['${listen}'] } }\nchecks: { a: { type: tcp, address: 'a:1' } }`);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.notes.filter((note) => note.includes('StatsD'));
  };
  expect(notesOf('udp://0.0.0.0:8125')).toEqual([
    'StatsD has no log-in: whoever reaches udp://0.0.0.0:8125 writes metrics of the service',
  ]);
  for (const own of ['udp://127.0.0.1:8125', 'udp://[::1]:8125', 'udp://localhost:8125'])
    expect(notesOf(own)).toEqual([]);
});

test('a list has no variable, and that is said', () => {
  const loaded = loadText('app: { statsd: {} }', {
    SIDEWARDEN_APP_STATSD_LISTEN: 'udp://127.0.0.1:1',
    SIDEWARDEN_APP_METRICS_HEADERS: '{}',
  });
  expect(loaded.warnings.filter((one) => one.includes('is not read'))).toEqual([
    'SIDEWARDEN_APP_STATSD_LISTEN is not read: a list or a map has no variable; write `app.statsd.listen` in the file',
    'SIDEWARDEN_APP_METRICS_HEADERS is not read: a list or a map has no variable; write `app.metrics.headers` in the file',
  ]);
});

test.each(['$1', `$${'{1}'}`])('%s in a mapping is no variable', (reference) => {
  const loaded = loadText(`app: { statsd: { mappings: [{ match: a.*, name: 'a_${reference}_total' }] } }`);
  expect(loaded.ok ? [] : loaded.problems).toEqual([]);
});
