// What the build holds and what a running daemon loads of it: no client library that the configuration does not use.
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { filesIn, outputs, packagesIn, reportLoads } from './loads.ts';

/** KMS brings the chain of AWS credentials and the signer, which others need for `auth: aws-iam` alone. */
const aws = ['@aws-sdk/client-kms', '@aws-sdk/credential-provider-node', '@smithy/signature-v4'] as const;
const clients = ['pg', 'ioredis', '@elastic/elasticsearch', ...aws] as const;
/** What a type needs at least; `http`, `tcp`, `tls` and `dns` need Node alone. */
const nowhere = '127.0.0.1';
const port = await freePort();
const checks = {
  postgres: { type: 'postgres', url: `postgres://nobody@${nowhere}:${port}/nothing` },
  elasticsearch: { type: 'elasticsearch', url: `http://${nowhere}:${port}` },
  redis: { type: 'redis', url: `redis://${nowhere}:${port}` },
  kms: { type: 'kms', key_id: 'alias/nothing', endpoint: `http://${nowhere}:${port}` },
  http: { type: 'http', url: `http://${nowhere}:${port}/` },
  tcp: { type: 'tcp', address: `${nowhere}:${port}` },
  tls: { type: 'tls', address: `${nowhere}:${port}` },
  dns: { type: 'dns', name: 'nothing.invalid', resolver: `${nowhere}:${port}` },
} as const;
const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIANOBODY', AWS_SECRET_ACCESS_KEY: 'nothing' };

let daemon: Sidewarden | undefined;
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
});

/** The clients among what the daemon loads until every check has run once. */
async function loaded(configured: Partial<typeof checks>): Promise<readonly string[]> {
  let said = '';
  daemon = await startSidewarden({
    configuration: { log_level: 'error', checks: configured },
    environment,
    node: [reportLoads],
    hear: (text) => {
      said += text;
    },
  });
  await daemon.until((body) => Object.values(body.checks).every(({ latency_ms }) => latency_ms !== null), 50_000);
  const files = filesIn(said);
  expect(files).toContain('dist/main.js');
  const packages = packagesIn(files);
  expect(packages).toContain('fastify');
  return clients.filter((client) => packages.has(client));
}

test.each([
  ['no check', [], []],
  ['postgres', ['postgres'], ['pg']],
  ['redis', ['redis'], ['ioredis']],
  ['elasticsearch', ['elasticsearch'], ['@elastic/elasticsearch']],
  ['kms', ['kms'], aws],
  ['http, tcp, tls and dns', ['http', 'tcp', 'tls', 'dns'], []],
  ['all four', ['postgres', 'redis', 'elasticsearch', 'kms'], clients],
] as const)('%s: its client and no other', async (_, types, expected) => {
  const configured = Object.fromEntries(types.map((type) => [type, checks[type]]));
  expect(await loaded(configured)).toEqual(expected);
});

/** Sources of features that the daemon loads, but for what describes them. */
async function featuresLoaded(app?: object): Promise<readonly string[]> {
  let said = '';
  daemon = await startSidewarden({
    configuration: { log_level: 'error', checks: {}, ...(app && { app }) },
    node: [reportLoads],
    hear: (text) => {
      said += text;
    },
  });
  if (app !== undefined)
    await expect.poll(async () => (await daemon?.get<string>('/metrics'))?.text).toContain('\nsidewarden_app_');
  const sources = filesIn(said).flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
  expect(sources).toContain('src/features/app/settings.ts');
  const described = /\/app\/(index|settings|problems)\.ts$/;
  const folders = sources.map((file) => /^src\/(?:features\/(app.*)|core\/(app-catalogue)\.ts)$/.exec(file));
  const found = folders.flatMap((match) => (match && !described.test(match[0]) ? [match[1] ?? match[2] ?? ''] : []));
  return [...new Set(found.map((file) => file.replace(/\/[^/]*$/, '')))].toSorted();
}

test('of a feature what is configured, and no more', async () => {
  expect(await featuresLoaded()).toEqual([]);
  await daemon?.stop();
  const metrics = { url: `http://${nowhere}:${port}/metrics` };
  expect(await featuresLoaded({ metrics })).toEqual(['app', 'app/page']);
  await daemon?.stop();
  expect(await featuresLoaded({ statsd: { listen: [] } })).toEqual(['app', 'app-catalogue', 'app/statsd']);
});

test('what never runs is not in the build', () => {
  const packages = packagesIn(Object.keys(outputs));
  expect(packages).toContain('@elastic/transport');
  for (const absent of [
    'undici',
    'ajv',
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
    'light-my-request',
  ]) {
    expect(packages, absent).not.toContain(absent);
  }
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const languages = files.filter((file) => /\/zod\/.*\/locales\//.test(file)).map((file) => file.split('/').at(-1));
  expect(languages).toEqual(['en.js']);
});
