// The built daemon and a real cluster of two nodes, one of which is killed; and services that do not offer the call.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ElasticsearchServer, startElasticsearchPair } from '../servers/elasticsearch.ts';
import { type Front, type Refused, startFront } from '../servers/elasticsearch-front.ts';
import { freePort } from '../servers/process.ts';
import { type CheckBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runCommand } from './command.ts';

/** As Elastic's serverless projects and Amazon's OpenSearch Service say it. */
const refusals: Readonly<Record<string, Refused>> = {
  serverless: {
    path: '/_cluster/health',
    status: 410,
    body: {
      error: {
        type: 'api_not_available_exception',
        reason:
          'Request for uri [/_cluster/health] with method [GET] exists but is not available when running in serverless mode',
      },
      status: 410,
    },
  },
  amazon: {
    path: '/_cluster/health',
    status: 401,
    body: { Message: "Your request: '/_cluster/health' is not allowed." },
  },
};

let main: ElasticsearchServer;
let other: ElasticsearchServer;
let daemon: Sidewarden;
const fronts: Front[] = [];

beforeAll(async () => {
  [main, other] = await startElasticsearchPair();
  const behind = Object.entries(refusals).map(async ([name, refused]) => {
    const port = await freePort();
    fronts.push(await startFront({ port, nodePort: main.port, refused }));
    return [name, { type: 'elasticsearch', url: `http://127.0.0.1:${port}`, interval: '3s', timeout: '2500ms' }];
  });
  daemon = await startSidewarden({
    configuration: {
      token: 'the-token-of-this-test',
      checks: {
        search: { type: 'elasticsearch', url: `${other.url},${main.url}`, interval: '3s', timeout: '2500ms' },
        ...Object.fromEntries(await Promise.all(behind)),
      },
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  await Promise.all(fronts.map((front) => front.stop()));
  await Promise.all([main?.remove(), other?.remove()]);
});

type Run = {
  last_run: { phases: readonly { name: string; at?: string; why?: string; note?: string }[]; message?: string };
};
const known = async (check: string): Promise<CheckBody & Run> => {
  const headers = { authorization: 'Bearer the-token-of-this-test' };
  const { body } = await daemon.get<{ checks: Record<string, CheckBody & Run> }>('/health/detailed', headers);
  return body.checks[check] as CheckBody & Run;
};
const phaseOf = async (check: string, name: string) =>
  (await known(check)).last_run.phases.find((one) => one.name === name);
const place = ({ host, port }: ElasticsearchServer) => `${host}:${port}`;
const failures = async (): Promise<number> => {
  const { text } = await daemon.get<string>('/metrics');
  const lines = text.match(/^sidewarden_check_failures_total\{.*check="search".*\} (\d+)$/gm) ?? [];
  expect(lines.length).toBeGreaterThan(5);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
};

describe('a call that the service does not offer', () => {
  test.each(Object.keys(refusals))('%s: skipped, and said so', async (check) => {
    await daemon.until(({ checks }) => checks[check]?.status === 'healthy', 50_000);
    expect(await known(check)).toMatchObject({ status: 'healthy', warnings: ['skipped'] });
    expect(await phaseOf(check, 'health')).toMatchObject({ note: 'skipped', why: /does not offer _cluster\/health/ });
  });
});

describe('a cluster of two nodes', () => {
  test('is asked through the first that is named', async () => {
    await daemon.until(({ checks }) => checks.search?.status === 'healthy', 50_000);
    expect(await known('search')).toMatchObject({ target: `${place(other)},${place(main)}` });
    expect(await phaseOf('search', 'connect')).toMatchObject({ at: place(other) });
    expect((await known('search')).warnings).toBeUndefined();
  });

  test('stays healthy when that node is killed, and says who answers now', async () => {
    const before = await failures();
    await other.kill();
    await expect
      .poll(() => phaseOf('search', 'connect'))
      .toMatchObject({ at: place(main), why: expect.stringContaining(place(other)) });
    expect(await known('search')).toMatchObject({ status: 'healthy', warnings: expect.arrayContaining(['skipped']) });
    expect(await failures()).toBe(before);
    const { code, stdout } = await runCommand(['probe'], {
      environment: { ELASTICSEARCH_URL: `${other.url},${main.url}` },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^  connect +[\\d.]+ ms at ${place(main)} \\(${place(other)}: .*ECONNREFUSED`, 'm'),
    );
  });
});
