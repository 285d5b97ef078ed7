// Every type under its own default schedule: all its servers go silent at once, and each is said within its bound.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitions } from '../../src/dependencies/index.ts';
import { connects, type Rig, type StartRig } from '../contract/rig.ts';
import { type FaultProxy, startProxy } from '../faults/proxy.ts';
import { startUdpProxy, type UdpProxy } from '../faults/udp-proxy.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const types = definitions.map(({ type }) => type);
/** The slowest that may be: a whole interval of kms, its confirmations and their timeouts. */
const longestMs = 200_000;

/** What the KMS rig set for the SDK. */
const awsEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'))) as Record<string, string>;

const rigs = new Map<string, Rig>();
const proxies = new Map<string, FaultProxy | UdpProxy>();
let daemon: Sidewarden;

beforeAll(async () => {
  for (const definition of definitions) {
    const { type } = definition;
    const { startRig } = (await import(`../contract/rigs/${type}.ts`)) as { startRig: StartRig };
    const rig = await startRig();
    rigs.set(type, rig);
    proxies.set(type, await (connects(definition) ? startProxy(rig.server) : startUdpProxy(rig.server)));
  }
  const checks = Object.fromEntries(
    [...rigs].map(([type, rig]) => {
      const { write: _, round_trip: __, ...plain } = rig.via(proxies.get(type) as FaultProxy); // costly phases are no default
      return [type, { type, ...plain }];
    }),
  );
  daemon = await startSidewarden({ configuration: { checks }, environment: awsEnvironment() });
}, 300_000);
afterAll(async () => {
  await daemon?.stop();
  for (const one of [...proxies.values(), ...rigs.values()]) await one.stop();
});

test(
  'each type is unhealthy within its bound, and healthy again by itself',
  async () => {
    await daemon.until((_, code) => code === 200, 60_000);
    for (const proxy of proxies.values()) await proxy.set('silent');
    const begin = performance.now();
    const took = new Map<string, number>();
    await daemon.until(({ checks }) => {
      for (const type of types) {
        if (!took.has(type) && checks[type]?.status === 'unhealthy') took.set(type, performance.now() - begin);
      }
      return took.size === types.length;
    }, longestMs);
    for (const type of types) {
      const bound = (await daemon.metric('sidewarden_check_detection_bound_seconds', { check: type })) as number;
      expect(took.get(type), type).toBeLessThanOrEqual(bound * 1000);
      process.stdout.write(`${type}: ${((took.get(type) as number) / 1000).toFixed(1)} s, bound ${bound} s\n`);
    }
    for (const proxy of proxies.values()) await proxy.set('pass');
    await daemon.until((_, code) => code === 200, longestMs);
  },
  2 * longestMs + 120_000,
);
