// Every way in which a real dependency can be out of order: said with its class, at its phase, within the printed bound.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { boundMsOf, showsWithin } from './bound.ts';
import { checksOf, faults, type Servers, startServers } from './faulty-servers.ts';

/** Back-off doubles the interval of 1 s a few times at most until a fault ends here. */
const recoveryMs = 20_000;
/** Of a fault seen and fixed. */
const timeout = 150_000;

let servers: Servers;
let daemon: Sidewarden;

beforeAll(async () => {
  servers = await startServers();
  daemon = await startSidewarden({
    configuration: { checks: checksOf(servers) },
    environment: servers.kms.environment,
  });
}, 240_000);
afterAll(async () => {
  await daemon?.stop();
  await servers?.stop();
});

const until = (check: string, holds: (body: CheckBody) => boolean, boundMs: number): Promise<CheckBody> =>
  showsWithin(daemon, check, holds, { boundMs });
const healthy = ({ status }: CheckBody): boolean => status === 'healthy';
const unhealthy = ({ status }: CheckBody): boolean => status === 'unhealthy';

/** In milliseconds: as exported, and as the log said it at the start. */
async function boundOf(check: string): Promise<number> {
  const boundMs = await boundMsOf(daemon, check);
  const printed = daemon.log().find((record) => String(record.message).startsWith(`${check}: a fault is seen within`));
  expect(printed?.message).toMatch(new RegExp(`within ${boundMs / 1000}s[, ]`));
  return boundMs;
}

describe.concurrent('a fault while everything runs', () => {
  test.each(faults)(
    '$check: $errorClass at $phase',
    async ({ check, errorClass, phase, begin }) => {
      await until(check, healthy, recoveryMs);
      const bound = await boundOf(check);
      const end = await begin(servers);
      try {
        const body = await until(check, unhealthy, bound);
        expect(body).toMatchObject({ status: 'unhealthy', error: errorClass, phase });
        const one = await daemon.get(`/health/checks/${check}`);
        expect(one.code).toBe(503);
      } finally {
        await end();
      }
      await until(check, healthy, recoveryMs);
    },
    timeout,
  );

  test(
    'a standby is no primary until it is promoted',
    async () => {
      const body = await until('promoted', unhealthy, await boundOf('promoted'));
      expect(body).toMatchObject({ error: 'readonly', phase: 'role' });
      await servers.standby.promote();
      await until('promoted', healthy, recoveryMs);
    },
    timeout,
  );

  test('a host that does not exist', async () => {
    const body = await until('nowhere', unhealthy, await boundOf('nowhere'));
    expect(body).toMatchObject({ error: 'dns', phase: 'connect' });
  });

  test(
    'a cluster: yellow is healthy with a warning, red is not',
    async () => {
      const { elasticsearch } = servers;
      await Promise.all(['red', 'strict'].map((check) => until(check, healthy, recoveryMs)));
      const bound = await boundOf('red');
      await elasticsearch.makeYellow();
      const warned = await until('red', ({ warnings }) => warnings?.includes('yellow') === true, bound);
      expect(warned).toMatchObject({ status: 'healthy', warnings: ['yellow'] });
      const refused = await until('strict', unhealthy, bound);
      expect(refused).toMatchObject({ error: 'server', phase: 'health' });
      await elasticsearch.makeRed();
      const body = await until('red', unhealthy, bound);
      expect(body).toMatchObject({ error: 'server', phase: 'health' });
      await elasticsearch.makeGreen();
      for (const check of ['red', 'strict']) {
        const back = await until(check, healthy, recoveryMs);
        expect(back.warnings ?? []).not.toContain('yellow');
      }
    },
    timeout,
  );

  test(
    'a certificate: near its end it warns, nearer it fails',
    async () => {
      const fresh = await until('certificate', healthy, recoveryMs);
      expect(fresh.warnings ?? []).not.toContain('expiring');
      const bound = await boundOf('certificate');
      await servers.renew(5);
      const warned = await until('certificate', ({ warnings }) => warnings?.includes('expiring') === true, bound);
      expect(warned.status).toBe('healthy');
      await servers.renew(2);
      const body = await until('certificate', unhealthy, bound);
      expect(body).toMatchObject({ error: 'tls', phase: 'certificate' });
      await servers.renew(20);
      const back = await until('certificate', healthy, recoveryMs);
      expect(back.warnings ?? []).not.toContain('expiring');
    },
    timeout,
  );
});
