// Real dependencies on this machine, where pods reach them, and the configuration of k8s/ that names them.
import { networkInterfaces } from 'node:os';
import { stringify } from 'yaml';
import type { Address } from '../contract/rig.ts';
import { checksOf, type Four, type Name, names, startFour } from '../faults/four.ts';
import { type FaultProxy, startProxy } from '../faults/proxy.ts';

/** How pods reach this machine. */
function hostAddress(): string {
  const named = process.env.SIDEWARDEN_TEST_HOST;
  if (named !== undefined && named !== '') return named;
  const [first] = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ family, internal }) => family === 'IPv4' && !internal),
  );
  if (first === undefined) throw new Error('set SIDEWARDEN_TEST_HOST to the address of this machine that pods reach');
  return first.address;
}

export type Dependencies = {
  readonly four: Four;
  /** In front of each, on the address that pods reach. */
  readonly proxies: Readonly<Record<Name, FaultProxy>>;
  stop(): Promise<void>;
};

export async function startDependencies(): Promise<Dependencies> {
  const four = await startFour();
  const host = hostAddress();
  const at = (name: Name): Address => (name === 'kms' ? { host: four.kms.host, port: four.kms.port } : four[name]);
  const proxies = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await startProxy(at(name), { host })])),
  ) as Record<Name, FaultProxy>;
  return {
    four,
    proxies,
    async stop() {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
      await four.stop();
    },
  };
}

/** As the configuration names a variable. */
const reference = (name: string): string => `$\{${name}}`;

/** What the service of the tests says of itself: by its page, and by StatsD lines. */
export const app = {
  metrics: { url: 'http://127.0.0.1:8080/metrics', interval: '1s', timeout: '500ms' },
  statsd: {},
};

/**
 * The configuration of k8s/, with KMS, and with a start that waits for the database.
 * @param more checks
 * @param features beside the checks
 */
export function configuration(
  { four, proxies }: Dependencies,
  more: Record<string, unknown> = {},
  features: Record<string, unknown> = {},
): string {
  const { kms } = checksOf(four, {}, proxies);
  return stringify({
    listen: ':9090',
    ...features,
    checks: {
      database: { type: 'postgres', url: reference('DATABASE_URL'), gates: ['ready', 'startup'], wait_for: 'healthy' },
      sessions: { type: 'redis', url: reference('REDIS_URL'), gates: ['admit'] },
      search: { type: 'elasticsearch', url: reference('ELASTICSEARCH_URL'), required: false },
      keys: { ...kms, gates: ['admit'] },
      app: {
        type: 'http',
        url: 'http://127.0.0.1:8080/healthz',
        gates: ['ready', 'live'],
        interval: '2s',
        timeout: '1s',
      },
      ...more,
    },
  });
}
