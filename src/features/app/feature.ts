// The service's own metrics at work: its page and its StatsD lines, which /metrics/app shows together.
import type { House, Live, Working } from '../define.ts';
import type { AppSettings } from './settings.ts';

type Settings = Pick<AppSettings, 'metrics' | 'statsd'>;

/** Of the page and of StatsD, what is configured. */
async function importParts({ metrics, statsd }: Settings) {
  const page = metrics && (await import('./page/service-page.ts'));
  const lines = statsd && (await import('./statsd/statsd.ts'));
  const catalogue = statsd && (await import('../../core/app-catalogue.ts'));
  const { appMetrics = [] } = catalogue ?? {};
  return { createServicePage: page?.createServicePage, createStatsd: lines?.createStatsd, appMetrics };
}

const none: ReadonlySet<string> = new Set();

export async function load(wanted: Settings): Promise<Working<AppSettings>> {
  const { createServicePage, createStatsd, appMetrics } = await importParts(wanted);
  return {
    begin({ prefix = '', presets, metrics, statsd }: AppSettings, house: House): Live {
      const page = metrics && createServicePage?.(metrics, house);
      const known = appMetrics.filter(({ preset }) => presets.includes(preset));
      const lines =
        statsd &&
        createStatsd?.(statsd, {
          ...{ ...house, prefix, metrics: known },
          onPage: () => page?.names() ?? none,
        });
      return {
        jobs: [...(page === undefined ? [] : [page.job]), ...(lines?.jobs ?? [])],
        ...(lines !== undefined && { routes: lines.routes }),
        page: {
          parts: (now) => [...(page?.parts(now) ?? []), ...(lines?.parts(now) ?? [])],
        },
        async close() {
          page?.close();
          await lines?.close();
        },
      };
    },
  };
}
