// What `check-config --online` asks for objectives: the service's page, and Prometheus.
import { brief, messageOf } from '../../../dependencies/fault.ts';
import { withLimits } from '../../../schedule/limits.ts';
import type { Asked, Asking } from '../../define.ts';
import { isAsked, type PrometheusSettings } from '../../prometheus/settings.ts';
import type { AppFacts } from '../app-facts.ts';
import { kindOf, type SlosSettings } from '../settings.ts';
import { fetchSeries, judgeByPage } from './page.ts';
import { askPrometheus } from './prometheus.ts';

/** Of one asking: first what the page says, then Prometheus. */
export async function ask(settings: SlosSettings, asking: Asking): Promise<readonly Asked[]> {
  const prometheus = asking.others.prometheus as PrometheusSettings | undefined;
  const ofPage = await askPage(settings, asking);
  const ofPrometheus = isAsked(prometheus) ? await askPrometheus(settings, prometheus, asking) : [];
  return [...ofPage, ...ofPrometheus];
}

async function askPage(settings: SlosSettings, { clock, redact, others }: Asking): Promise<readonly Asked[]> {
  const app = others.app as AppFacts | undefined;
  const counted = Object.entries(settings).filter(([, { indicator }]) =>
    ['ratio', 'histogram'].includes(kindOf(indicator)),
  );
  const byStatsd = app?.statsd !== undefined;
  if (app === undefined || counted.length === 0) return [];
  if (app.metrics === undefined)
    return counted.map(([name, { indicator }]) => ({
      path: ['slos', name, 'indicator', kindOf(indicator)],
      result: 'unknown',
      message: 'comes by StatsD: only the daemon sees it',
    }));
  const page = app.metrics;
  try {
    const timed = { clock, timeoutMs: page.timeout };
    const series = await withLimits(timed, new AbortController().signal, (limits) => fetchSeries(page, limits));
    return counted.flatMap(([name, { indicator }]) =>
      judgeByPage(series, indicator, byStatsd).map(({ path, ...found }) => ({
        ...found,
        path: ['slos', name, 'indicator', ...path],
      })),
    );
  } catch (error) {
    const message = `the page of the service cannot be read: ${brief(messageOf(error, page.timeout), redact)}`;
    return [{ path: ['app', 'metrics'], result: 'bad', message, fix: 'let the service answer at app.metrics.url' }];
  }
}
