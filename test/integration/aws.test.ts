// Log-ins with AWS credentials from every place that they come from, by the built program: KMS, RDS and ElastiCache.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runInTask } from '../servers/ecs-task.ts';
import { keyIdOf } from '../servers/iam-token.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { type AwsStage, sources, startAwsStage } from './aws-stage.ts';
import { filesIn, packagesIn, reportLoads } from './loads.ts';

const three = ['keys', 'database', 'cache'] as const;
const common = { interval: '1s', timeout: '900ms', failure_threshold: 1 };
const built = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));

let stage: AwsStage;
let daemon: Sidewarden | undefined;
beforeAll(async () => {
  stage = await startAwsStage();
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
});
afterAll(() => stage?.stop());

const start = async (
  environment: Record<string, string>,
  checks: Record<string, unknown> = stage.checks(common),
): Promise<Sidewarden> => {
  daemon = await startSidewarden({ configuration: { checks }, environment });
  return daemon;
};
const healthy = (running: Sidewarden): Promise<number> =>
  running.until(({ checks }) => Object.values(checks).every(({ status }) => status === 'healthy'), 40_000);

test.each(sources)('%s: KMS, RDS and ElastiCache are healthy, with keys from there', async (source) => {
  const before = new Set(stage.credentials.keys.keys());
  const environment = await stage.environment(source);
  await healthy(await start(environment));
  const callers = [
    stage.kms.caller(),
    ...[stage.database, stage.cache].map(({ tokens }) => keyIdOf(tokens.at(-1) ?? '')),
  ];
  for (const caller of callers) {
    expect(stage.credentials.keys.has(caller ?? ''), caller).toBe(true);
    expect(before.has(caller ?? ''), caller).toBe(false);
  }
});

test('auth: aws-iam loads the signer and the chain, and no client of KMS', async () => {
  const { database, cache } = stage.checks(common);
  let said = '';
  daemon = await startSidewarden({
    configuration: { log_level: 'error', checks: { database, cache } },
    environment: await stage.environment('static keys'),
    node: [reportLoads],
    hear: (text) => {
      said += text;
    },
  });
  await healthy(daemon);
  const packages = packagesIn(filesIn(said));
  for (const name of ['@smithy/signature-v4', '@aws-sdk/credential-provider-node']) expect(packages).toContain(name);
  for (const name of ['@aws-sdk/client-kms', '@aws-sdk/nested-clients']) expect(packages).not.toContain(name);
});

test('ECS: the endpoint at its fixed address, in a network that holds nothing else', async () => {
  const { credentials, database, cache, kms, folder } = stage;
  const file = join(folder, 'ecs.yaml');
  await writeFile(file, stringify({ checks: stage.checks({ interval: '1m', timeout: '20s' }) })); // asked once
  const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
  const asked = credentials.requests.length;
  const { stdout, stderr } = await runInTask([process.execPath, built, 'probe', `--config=${file}`, '--json'], {
    forwards: {
      '169.254.170.2:80': credentials.container,
      ...Object.fromEntries([database, cache, kms].map((server) => [at(server), server])),
    },
    env: {
      AWS_REGION: 'us-east-1',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/shop',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: credentials.authorization,
    },
  });
  const { checks } = JSON.parse(stdout || '{}') as { checks?: Record<string, unknown> };
  for (const name of three) expect(checks?.[name], stderr).toMatchObject({ status: 'healthy' });
  expect(credentials.requests.slice(asked)).toEqual(['container', 'container', 'container']);
});

test('a fresh signature at each connect, and healthy across all of them', async () => {
  const { database, cache } = stage;
  const checks = stage.checks({ ...common, max_connection_age: '1s' });
  const running = await start(await stage.environment('Pod Identity'), checks);
  await healthy(running);
  const first = { database: database.tokens.length, cache: cache.tokens.length };
  let harmed: unknown;
  await running.until(({ checks: found, status }) => {
    if (status !== 'healthy') harmed ??= found;
    return (['database', 'cache'] as const).every((name) => stage[name].tokens.length >= first[name] + 3);
  }, 40_000);
  expect(harmed).toBeUndefined();
  for (const name of ['database', 'cache'] as const) {
    const made = stage[name].tokens.slice(first[name] - 1);
    expect(new Set(made.map((token) => /X-Amz-Signature=(\w+)/.exec(token)?.[1])).size).toBe(made.length);
    expect(new Set(made.map(keyIdOf)).size, 'keys looked up once and kept').toBe(made.length);
  }
});

type Found = Readonly<Record<string, { readonly status: string; readonly error?: string; readonly phase?: string }>>;
const allAuth = (found: Found): boolean =>
  three.every((name) => found[name]?.status === 'unhealthy' && found[name]?.error === 'auth');

async function longestBoundMs(running: Sidewarden): Promise<number> {
  const name = 'sidewarden_check_detection_bound_seconds';
  const bounds = await Promise.all(three.map((check) => running.metric(name, { check })));
  return Math.max(...bounds.map((bound) => bound ?? 0)) * 1000;
}

test('credentials expire, are missing, and come back: auth within the bound, no restart, and nobody else notices', async () => {
  const { credentials, database, cache, kms } = stage;
  const beside = await startTcpServer((socket) => socket.end());
  const address = `${beside.host}:${beside.port}`;
  const environment = await stage.environment('profile');
  const running = await start(environment, { ...stage.checks(common), beside: { type: 'tcp', address, ...common } });
  await healthy(running);
  const withinMs = await longestBoundMs(running);
  const harmed: unknown[] = [];
  const untilAuth = (phase: string, within = withinMs): Promise<number> =>
    running.until(({ checks: found }) => {
      if (found.beside?.status !== 'healthy') harmed.push(found.beside);
      return allAuth(found) && found.keys?.phase === phase;
    }, within);
  const end = kms.inject({ error: 'ExpiredTokenException', message: 'The security token is expired' });
  try {
    credentials.keys.clear();
    for (const front of [database, cache]) front.cut(); // the next connect needs them
    await untilAuth('key');
    expect(database.refusal()).toMatch(/not known, or expired/);
    expect(cache.refusal()).toMatch(/not known, or expired/);
    await rm(environment.AWS_SHARED_CREDENTIALS_FILE as string);
    await untilAuth('credentials', 2 * withinMs); // once unhealthy for `auth`, a check waits twice as long
  } finally {
    end();
  }
  await stage.environment('profile');
  await healthy(running);
  await beside.stop();
  expect(harmed).toEqual([]);
});

test('a web identity that has expired: auth, and the identity is in no message', async () => {
  const { credentials } = stage;
  credentials.expireWebIdentity();
  const running = await start(await stage.environment('web identity'));
  await running.until(({ checks }) => allAuth(checks), 40_000);
  const said = running.output();
  expect(said).toMatch(/no AWS credentials: ExpiredTokenException: Token expired/);
  for (const secret of [credentials.webIdentity, 'X-Amz-Signature']) expect(said).not.toContain(secret);
});

test('no credentials anywhere, and instance metadata silent: auth within the default timeouts', async () => {
  const silent = await startTcpServer(() => {});
  const { keys, database, cache } = stage.checks({ interval: '3s', timeout: '2s', failure_threshold: 1 });
  const running = await start(
    {
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${silent.host}:${silent.port}`,
    },
    { keys: { ...keys, interval: '6s', timeout: '5s' }, database, cache },
  );
  try {
    await running.until(({ checks }) => three.every((name) => checks[name]?.status === 'unhealthy'), 40_000);
    const { body } = await running.get('/health');
    for (const name of three) expect(body.checks[name]).toMatchObject({ error: 'auth' });
  } finally {
    await silent.stop();
  }
});
