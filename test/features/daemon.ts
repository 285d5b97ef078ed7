// A daemon in this process, whose features are told by the test and taken over by a reload.
import { loadConfiguration, type Taken } from '../../src/config/load.ts';
import type { Source } from '../../src/config/source.ts';
import { createDaemon } from '../../src/daemon.ts';
import type { ConfiguredFeature, Feature } from '../../src/features/define.ts';

/** @param written as it would stand below the key */
export const asked = (feature: Feature, written: unknown = {}): ConfiguredFeature => ({
  feature,
  settings: feature.settings.parse(written),
});

/** It listens on a free port of the loopback, and logs nothing. @param environment beside that */
export async function startDaemon(environment: Readonly<Record<string, string>> = {}) {
  let features: readonly ConfiguredFeature[] = [];
  const load = (): Taken => {
    const loaded = loadConfiguration({
      environment: {
        SIDEWARDEN_LISTEN: '127.0.0.1:0',
        SIDEWARDEN_LOG_LEVEL: 'silent',
        SIDEWARDEN_TOKEN: 'token-of-the-tests',
        ...environment,
      },
    });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return { ...loaded, configuration: { ...loaded.configuration, features } };
  };
  const source: Source = {
    load,
    digest: async () => 'same',
    keep: async () => undefined,
    lastGood: async () => undefined,
  };
  const daemon = createDaemon({ source, digest: 'same', taken: load() });
  await daemon.start();
  const [url = ''] = daemon.addresses();
  return {
    daemon,
    url,
    ask: (path: string, options: RequestInit = {}): Promise<Response> =>
      fetch(`${url}${path}`, {
        ...options,
        headers: { authorization: 'Bearer token-of-the-tests', ...options.headers },
      }),
    /** These are the features once the reload is through, which is not waited for. */
    reload(wanted: readonly ConfiguredFeature[]): void {
      features = wanted;
      daemon.reload();
    },
    stop: (): Promise<void> => daemon.stop(),
  };
}
