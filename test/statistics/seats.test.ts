// What the author of a configuration is told of who reads statistics: why nobody does, and why several do.
import { expect, test } from 'vitest';
import { loadText } from '../config/load.ts';

function notes(text: string): string {
  const loaded = loadText(text);
  expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  return loaded.ok ? loaded.notes.join('\n') : '';
}
const postgres = (...lines: string[]) =>
  ['checks:', '  cache: { type: redis, url: redis://x }', ...lines.map((line) => `  ${line}`), ''].join('\n');
const database = (url: string, more = '') => postgres(`db: { type: postgres, url: '${url}'${more} }`);
const off = 'cache: its statistics are off: replicas elect who reads them at a PostgreSQL primary, and ';
const wayOut = '. Set `statistics: { mode: all }` to let every replica read them.';

test.each([
  ['none', postgres(), 'no check of one is there'],
  ['a replica', database('postgres://a@x', ', expect: replica'), 'db has `expect: replica`'],
  ['one of mode all', database('postgres://a@x', ', statistics: { mode: all }'), 'db has `mode: all`'],
  ['one that is off', database('postgres://a@x', ', statistics: { mode: off }'), 'db has `mode: off`'],
  [
    'several',
    postgres(
      'db: { type: postgres, url: postgres://a@x, expect: primary, statistics: { mode: off } }',
      'ro: { type: postgres, url: postgres://a@y, expect: replica }',
    ),
    'db has `mode: off`, ro has `expect: replica`',
  ],
])('no place to elect at: %s', (_, text, why) => {
  const reason = why.startsWith('no ') ? why : `there is none to elect at: ${why}`;
  expect(notes(text)).toContain(`${off}${reason}${wayOut}`);
});

test('several checks whose statistics are off are told of in one note', () => {
  const all = notes(postgres('queue: { type: redis, url: redis://y }'));
  expect(all.match(/^.*statistics are off.*$/gm)).toEqual([
    `cache, queue: their${off.slice('cache: its'.length)}no check of one is there${wayOut}`,
  ]);
});

const scattered =
  /^db: its URL can lead replicas to different servers, and at each of them one reads .*`statistics_url`/m;
test.each([
  ['any order', 'postgres://a@x/s?load_balance_hosts=random', ', expect: primary'],
  ['several hosts', 'postgres://a@x,y/s', ''],
  ['several replicas', 'postgres://a@x,y/s?target_session_attrs=standby', ', expect: replica'],
  ['several for the statistics', 'postgres://a@x/s', ', statistics_url: "postgres://a@x,y/s"'],
])('a URL of several servers: %s', (_, url, more) => {
  expect(notes(database(url, more))).toMatch(scattered);
  for (const mode of ['all', 'off']) {
    expect(notes(database(url, `${more}, statistics: { mode: ${mode} }`))).not.toMatch(scattered);
    expect(notes(`statistics: { mode: ${mode} }\n${database(url, more)}`)).not.toMatch(scattered);
  }
});
test.each([
  ['one host', 'postgres://a@x/s', ''],
  ['a primary', 'postgres://a@x,y/s', ', expect: primary'],
  ['one that takes writes', 'postgres://a@x,y/s?target_session_attrs=read-write', ''],
  ['the primary, in any order', 'postgres://a@x,y/s?target_session_attrs=primary&load_balance_hosts=random', ''],
  ['statistics_url', 'postgres://a@x,y/s', ', statistics_url: "postgres://a@x/s"'],
])('a URL of one server: %s', (_, url, more) => {
  expect(notes(database(url, more))).not.toMatch(scattered);
});
