// Sixty seconds without the endpoint that gives AWS credentials: KMS says so within its bound, and nobody else notices.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsStage, startAwsStage } from '../integration/aws-stage.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const withoutMs = 60_000;
/** Until these are over the SDK has no need to ask again. */
const lifetimeMs = 3000;
const others = ['database', 'cache', 'plain', 'sessions'] as const;

let stage: AwsStage;
let endpoint: FaultProxy;
let silenced: Sidewarden;
let unreachable: Sidewarden;

beforeAll(async () => {
  stage = await startAwsStage({ lifetimeMs });
  endpoint = await startProxy(stage.credentials.container);
  const common = { interval: '1s', timeout: '900ms' };
  const { keys, database, cache } = stage.checks(common);
  const beside = {
    plain: { type: 'postgres', url: stage.direct.postgres, ...common },
    sessions: { type: 'redis', url: stage.direct.redis, ...common },
  };
  const environment = await stage.environment('Pod Identity');
  const uri = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  silenced = await startSidewarden({
    configuration: { checks: { keys, database, cache, ...beside } },
    environment: { ...environment, [uri]: `http://${endpoint.host}:${endpoint.port}/v1/credentials` },
  });
  // An address that leads nowhere (RFC 5737): packets are dropped, or refused for want of a route.
  unreachable = await startSidewarden({
    configuration: { checks: { keys, ...beside } },
    environment: { ...environment, [uri]: 'https://198.51.100.1/v1/credentials' },
  });
}, 240_000);
afterAll(async () => {
  await Promise.all([silenced?.stop(), unreachable?.stop(), endpoint?.stop()]);
  await stage?.stop();
});

/** Asks for as long as there is no endpoint. @returns all that must not have been. */
async function watch(daemon: Sidewarden, withinMs: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const begin = performance.now();
  for (;;) {
    const asked = performance.now();
    const { body } = await daemon.get<HealthBody>('/health');
    const now = performance.now();
    if (now - asked > 500) wrong.push(`an answer took ${now - asked} ms`);
    for (const name of others) {
      const found = body.checks[name];
      if (found !== undefined && found.status !== 'healthy') wrong.push(`${name}: ${JSON.stringify(found)}`);
    }
    const { status, error = '', rung } = body.checks.keys ?? {};
    const said = status === 'unhealthy' && ['auth', 'timeout'].includes(error) && rung === 'credentials';
    if (now - begin > withinMs && !said) wrong.push(`keys: ${JSON.stringify(body.checks.keys)}`);
    if (now - begin > withoutMs) return wrong;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const boundMs = async (daemon: Sidewarden): Promise<number> =>
  ((await daemon.metric('sidewarden_check_detection_bound_seconds', { check: 'keys' })) as number) * 1000;

test('silent, or without a route to it', async () => {
  await silenced.until(({ status }) => status === 'healthy', 15_000);
  await unreachable.until(
    ({ checks }) => checks.plain?.status === 'healthy' && checks.sessions?.status === 'healthy',
    5000,
  );
  await endpoint.set('silent');
  const [heard, reached] = await Promise.all([
    watch(silenced, lifetimeMs + (await boundMs(silenced))),
    watch(unreachable, await boundMs(unreachable)),
  ]);
  expect(heard).toEqual([]);
  expect(reached).toEqual([]);
  for (const check of others) {
    expect(await silenced.metric('sidewarden_check_runs_total', { check, result: 'failed' }), check).toBe(0);
  }
  expect(endpoint.connections.open, 'connections pile up').toBeLessThan(12);
  await endpoint.set('pass');
  await silenced.until(({ status }) => status === 'healthy', 30_000);
}, 180_000);
