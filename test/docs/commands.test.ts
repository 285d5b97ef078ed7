// Every code block of the runbooks and guides is run beside real servers: what somebody pastes at night works.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fencesOf } from './fences.ts';
import { guides, runbooks } from './pages.ts';
import { type Runner, runners } from './run-commands.ts';
import { type Stage, setStage } from './stage.ts';

/** `text` is for people; what is in `yaml` is read by snippets.test.ts, what is in `sql` by sql.test.ts. */
const notRun = ['text', 'yaml', 'sql'];
const fences = [...runbooks, ...guides].flatMap((page) => fencesOf(page));

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage?.remove());

const run = (language: string): Runner => runners[language] ?? (async () => [{ after: 0, message: 'nothing runs it' }]);

test('every block has a language that is known', () => {
  const known = [...Object.keys(runners), ...notRun];
  const unknown = fences.filter(({ language }) => !known.includes(language));
  expect(unknown.map(({ page, line, language }) => `${page}:${line}: "${language}" is none of ${known}`)).toEqual([]);
});

test.each(Object.keys(runners))('every block of %s runs', async (language) => {
  const failed: string[] = [];
  const mine = fences.filter((fence) => fence.language === language);
  for (const { page, line, text } of mine) {
    for (const { after, message } of await run(language)(text, stage))
      failed.push(`${page}:${line + after}: ${message}`);
  }
  expect(failed).toEqual([]);
});

test.each([
  ['promql', 'rate(sidewarden_check_runs_total[5m)', 0, /does not parse/],
  ['promql', 'sum(pg_stat_activity_cout)', 0, /no such family/],
  ['promql', 'shop_http_requests_total{status="200"}', 0, /no label status/],
  ['promql', 'pg_up{job="shop-sidewarden"} == 0', 0, /its job is shop-statistics/],
  ['promql', 'check:sidewarden_check_up:sum', 0, /no rule records it/],
  ['promql', 'up and\n  on (job) rate(up)', 1, /expected type range vector/],
  ['promql', 'rate(sum(sidewarden_check_up)[5m])', 0, /ranges only allowed/],
  ['redis', 'INFO memory\nINFORM', 1, /unknown command/],
  ['redis', 'CONFIG SET maxmemory 1', 0, /NOPERM/],
  ['redis', 'GET "a', 0, /Invalid argument/],
  ['elasticsearch', 'GET /_cluster/health\nGET /_cat/shard', 1, /400/],
  ['elasticsearch', 'POST /_cluster/reroute', 0, /not GET/],
  ['sh', '# a comment\n\ncurl -s localhost:9090/helth | head -1', 2, /404/],
  ['sh', 'sidewarden chekc-config', 0, /exit code 2/],
  ['sh', 'curl -s localhost:9090/metrics \\\n  | no-such-program', 0, /not found/],
] as const)('a block of %s that does not run is found: %s', async (language, text, after, message) => {
  expect(await run(language)(text, stage)).toEqual([{ after, message: expect.stringMatching(message) }]);
});

test.each([
  ['promql', 'histogram_quantile(0.95, sum by (check, le) (rate(sidewarden_check_duration_seconds_bucket[5m]))) > 1'],
  ['promql', 'ALERTS{alertstate="firing"}\nor up{job=~"shop-.*"} == 0'],
  ['redis', 'INFO memory\n# a comment\nredis-cli --bigkeys\nSLOWLOG GET 10'],
  ['elasticsearch', 'GET /_cluster/health?pretty\nGET /_cluster/allocation/explain'],
  [
    'sh',
    "curl -s localhost:9090/metrics | head -1\ncurl -s localhost:9090/metrics | grep '^no_such'\nsidewarden healthcheck",
  ],
  [
    'sh',
    'curl -s -H "Authorization: Bearer $SIDEWARDEN_TOKEN" localhost:9090/health/detailed\nsidewarden check-config',
  ],
  ['sh', 'curl -s --unix-socket /run/sidewarden/control.sock http://localhost/health/detailed'],
])('a block of %s that runs is not found: %s', async (language, text) => {
  expect(await run(language)(text, stage)).toEqual([]);
});

test('blocks are found in lists, with their lines, and one without an end is told', () => {
  const page = '1. first\n\n   ```sql\n   SELECT 1\n     + 1\n   ```\n\n````text\n```\n````\n```\n';
  expect(() => fencesOf('a.md', page)).toThrow('a.md:11: nothing ends this block');
  const [sql, text] = fencesOf('a.md', page.slice(0, -4));
  expect(sql).toEqual({ page: 'a.md', line: 4, language: 'sql', text: 'SELECT 1\n  + 1' });
  expect(text).toEqual({ page: 'a.md', line: 9, language: 'text', text: '```' });
});
