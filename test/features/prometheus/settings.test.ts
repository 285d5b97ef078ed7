// What can be wrong below `prometheus`, and what its author is told.
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../../src/config/load.ts';
import { loadText, wrong } from '../../config/load.ts';

/** `path: message → fix` of every mistake. @param text below `prometheus:` */
const mistakes = (text: string): readonly string[] =>
  wrong(loadText(`prometheus: ${text}`)).map(({ path, message, fix }) => `${path}: ${message} → ${fix}`);

const add = 'write `url: http://prometheus:9090`, or leave it out';

test.each<[string, readonly string[]]>([
  [
    '{}',
    [
      'prometheus: needs url or retention: nothing else has an effect alone → write `url: http://prometheus:9090`, or `retention: 30d`, or both',
    ],
  ],
  ['{ token: x }', [`prometheus.token: has no effect without url: nothing is asked → ${add}`]],
  [
    '{ headers: { X-Scope-OrgID: shop }, tls: {}, retention: 30d }',
    [
      `prometheus.headers: has no effect without url: nothing is asked → ${add}`,
      `prometheus.tls: has no effect without url: nothing is asked → ${add}`,
    ],
  ],
  ["{ url: 'http://a', tls: {} }", ['prometheus.tls: has no effect on an http url: write https → keep what is right']],
  [
    "{ url: 'http://a', token: x, username: y }",
    ['prometheus.username: cannot stand beside token: keep one of them → keep what is right'],
  ],
  ["{ url: 'http://a', password: x }", ['prometheus.password: needs a username → keep what is right']],
  [
    "{ url: 'http://a/prometheus/api/v1/' }",
    ['prometheus.url: must end before /api/v1/: what is asked there is added to it → leave /api/v1/ out'],
  ],
  [
    "{ url: 'http://a/api/v1/query?tenant=b' }",
    ['prometheus.url: must end before /api/v1/query: what is asked there is added to it → leave /api/v1/query out'],
  ],
  [
    "{ url: 'http://a:9090/graph' }",
    ['prometheus.url: must end before /graph: what is asked there is added to it → leave /graph out'],
  ],
])('%s', (text, expected) => {
  expect(mistakes(text)).toEqual(expected);
});

test.each(['a:9090', 'ftp://a', '/run/prometheus.sock', '"http://a'])('%s is no URL', (url) => {
  expect(mistakes(`{ url: '${url}' }`)).toEqual([expect.stringMatching(/^prometheus\.url: /)]);
});

test.each(['timeout: 3m', 'timeout: 50ms', 'retention: 1h', 'retention: 4000d'])('%s is out of range', (text) => {
  expect(mistakes(`{ url: 'http://a', ${text} }`)).toHaveLength(1);
});

test.each(["{ url: 'http://a' }", "{ url: 'https://a/prometheus/', tls: {}, token: x }", '{ retention: 30d }'])(
  '%s is right',
  (text) => {
    expect(loadText(`prometheus: ${text}`).ok).toBe(true);
  },
);

test('a URL that nobody asks is a note', () => {
  const notes = (text: string): readonly string[] => {
    const loaded = loadConfiguration({ environment: {}, arguments: { config: '-' }, text });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.notes.filter((note) => note.startsWith('prometheus'));
  };
  const without = "prometheus: { url: 'http://a' }\n";
  expect(notes(without)).toEqual([
    'prometheus.url has no effect: Prometheus is asked for the objectives below slos, and there are none',
  ]);
  expect(notes(`${without}slos: { availability: { indicator: { ready: true }, objective: 99 } }`)).toEqual([]);
  expect(notes('prometheus: { retention: 30d }')).toEqual([]);
});
