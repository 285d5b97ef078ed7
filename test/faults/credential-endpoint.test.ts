// A while without the endpoint that gives AWS credentials: KMS says so within its bound, and nobody else notices.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsStage, startAwsStage } from '../integration/aws-stage.ts';
import { type HealthBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundOf } from './bound.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

/** Of which the lifetime and the bound are 9 s. The long form is for whoever looks for what comes late. */
const withoutMs = process.env.SIDEWARDEN_TEST_LONG === '1' ? 60_000 : 15_000;
/** So long at least it is watched after KMS was blamed. */
const afterMs = 5000;
const timeoutMs = 900;
/** Longest that an answer may take. */
const answerMs = 500;
/** Until these are over the SDK has no need to ask again. */
const lifetimeMs = 3000;
/** Of credentials that cannot be had. */
const classes = ['auth', 'timeout'];
const others = ['database', 'cache', 'plain', 'sessions'] as const;

let stage: AwsStage;
let endpoint: FaultProxy;
let silenced: Sidewarden;
let unreachable: Sidewarden;

beforeAll(async () => {
  stage = await startAwsStage({ lifetimeMs });
  endpoint = await startProxy(stage.credentials.container);
  const common = { interval: '1s', timeout: `${timeoutMs}ms` };
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

/**
 * For as long as there is no endpoint: from the bound on KMS is unhealthy for want of credentials, and nobody else
 * notices anything.
 * @param hiddenMs how long the daemon has no need to ask for new ones.
 * @returns all that must not have been.
 */
async function watch(daemon: Sidewarden, hiddenMs: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const bound = await boundOf(daemon, 'keys', { moreMs: hiddenMs });
  let blamed = false;
  const look = ({ checks }: HealthBody): void => {
    for (const name of others) {
      const found = checks[name];
      if (found !== undefined && found.status !== 'healthy') wrong.push(`${name}: ${JSON.stringify(found)}`);
    }
    const { keys } = checks;
    const unlike = keys?.phase !== 'credentials' || !classes.includes(keys.error ?? '');
    if (keys?.status === 'unhealthy' ? unlike : blamed) wrong.push(`keys: ${JSON.stringify(keys)}`);
  };
  const blaming = bound.seen(classes, { beside: look }).then(() => {
    blamed = true;
    return wait(afterMs);
  });
  let over = false;
  const watching = Promise.all([blaming, wait(withoutMs)]).finally(() => {
    over = true;
  });
  watching.catch(() => {}); // thrown below
  while (!over) {
    const waited = waitedSince(daemon);
    const asked = performance.now();
    const { body } = await daemon.get<HealthBody>('/health');
    const took = performance.now() - asked - waited();
    if (took > answerMs) wrong.push(`an answer took ${took} ms, without the wait for a core`);
    look(body);
    await wait(100);
  }
  await watching;
  return wrong;
}

test('silent, or without a route to it', async () => {
  const waited = waitedSince(silenced);
  await silenced.until(({ status }) => status === 'healthy', 60_000);
  await unreachable.until(
    ({ checks }) => checks.plain?.status === 'healthy' && checks.sessions?.status === 'healthy',
    60_000,
  );
  await endpoint.set('silent');
  const [heard, reached] = await Promise.all([watch(silenced, lifetimeMs), watch(unreachable, 0)]);
  expect(heard).toEqual([]);
  expect(reached).toEqual([]);
  // Nothing fails but what times out since nobody gets a core: these two processes wait for half a timeout at least.
  for (const check of others) {
    const failed = (await silenced.metric('sidewarden_check_runs_total', { check, result: 'failed' })) as number;
    const labels = { check, class: 'timeout' };
    expect(await silenced.metric('sidewarden_check_failures_total', labels), check).toBe(failed);
    expect(failed, check).toBeLessThanOrEqual(Math.floor(waited() / (timeoutMs / 2)));
  }
  expect(endpoint.connections.open, 'connections pile up').toBeLessThan(12);
  await endpoint.set('pass');
  await silenced.until(({ status }) => status === 'healthy', 60_000);
}, 240_000);
