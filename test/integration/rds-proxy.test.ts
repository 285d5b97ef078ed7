// What a probe says to the server, by the server's own log: nothing for which RDS Proxy keeps a connection for one client.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html#rds-proxy-pinning.postgres
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/dependencies/postgres/index.ts';
import { createHarness } from '../contract/harness.ts';
import { makeAttempt } from '../dependencies/attempt.ts';
import { createTrial } from '../dependencies/postgres/trial.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';

/** `SET LOCAL` holds a connection for its transaction, which ends with the message. */
const pinning = [
  ...[/^SET (?!LOCAL )/i, /\bset_config\b/i, /^(RESET|PREPARE|EXECUTE|DEALLOCATE|DISCARD|DECLARE|LISTEN|LOAD)\b/i],
  ...[/^CREATE (TEMP|TEMPORARY)\b/i, /\b(nextval|setval|lastval|currval)\b/i, /\bpg_(try_)?advisory_lock/i],
];
const longest = 16 * 1024;

let server: PostgresServer;
beforeAll(async () => {
  // Each message begins with its user; after a line break it goes on with a tab.
  server = await startPostgres({ settings: { log_statement: 'all', log_line_prefix: '%u ' } });
});
afterAll(() => server?.remove());

const logged = (): readonly string[] =>
  server
    .output()
    .replaceAll('\n\t', ' ')
    .split('\n')
    .filter((line) => line.startsWith('app '));
const statements = (): readonly string[] =>
  logged().flatMap((line) => /^app LOG: {2}statement: (.*)$/.exec(line)?.[1]?.split('; ') ?? []);
const pins = (): readonly string[] => statements().filter((text) => pinning.some((pattern) => pattern.test(text)));

async function probe(settings: Record<string, unknown>, times: number): Promise<void> {
  const on = await createHarness(postgres, { url: server.url, expect: 'primary', ...settings }, 8000);
  onTestFinished(() => on.close());
  for (let run = 0; run < times; run += 1) expect(await on.run()).toMatchObject({ kind: 'passed' });
}

test('no probe pins a connection, but one that writes', async () => {
  await probe({}, 2);
  await expect.poll(() => statements().filter((text) => text === 'SELECT 1')).toHaveLength(2);
  await expect.poll(() => statements().filter((text) => /pg_is_in_recovery/.test(text))).toHaveLength(2);
  expect(pins()).toEqual([]);
  expect(logged().filter((line) => /LOG: {2}(parse|bind|execute) /.test(line))).toEqual([]); // the extended protocol
  expect(Math.max(...logged().map((line) => line.length))).toBeLessThan(longest);

  await probe({ write: { interval: '1h' } }, 2);
  const create = expect.stringMatching(/^CREATE TEMPORARY TABLE sidewarden_write/);
  await expect.poll(pins).toEqual([create]);
});

test('no startup parameter is sent but the name and the encoding', async () => {
  const trial = createTrial({ url: server.url });
  onTestFinished(trial.end);
  expect(await trial.run()).toMatchObject({ outcome: 'passed' });
  const sent = "SELECT array_agg(name ORDER BY name) AS sent FROM pg_settings WHERE source = 'client'";
  expect(await trial.current.query(sent, makeAttempt())).toEqual({ sent: ['application_name', 'client_encoding'] });
});
