// A service that has a page and sends StatsD lines: what has a name on the page is the page's, whatever becomes of the page.
import { afterEach, expect, test } from 'vitest';
import { app } from '../../../src/features/app/index.ts';
import { startHttpServer } from '../../servers/http.ts';
import { lintMetrics } from '../../servers/prometheus.ts';
import { asked, startDaemon } from '../daemon.ts';

let stop: readonly (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stop.map((one) => one())));

const page = [
  '# HELP jobs_total Jobs.',
  '# TYPE jobs_total counter',
  'jobs_total{worker="a"} 5',
  '# HELP took_seconds How long.',
  '# TYPE took_seconds histogram',
  'took_seconds_bucket{le="1"} 1',
  'took_seconds_bucket{le="+Inf"} 1',
  'took_seconds_sum 0.5',
  'took_seconds_count 1',
  '',
].join('\n');

async function start() {
  const service = await startHttpServer((_, response) => response.end(page));
  const daemon = await startDaemon();
  stop = [daemon.stop, service.stop];
  const metrics = { url: `http://${service.host}:${service.port}`, interval: '100ms', timeout: '90ms' };
  daemon.reload([asked(app, { metrics, statsd: { listen: [] } })]);
  const text = async (path: string): Promise<string> => (await daemon.ask(path)).text();
  const send = async (...lines: readonly string[]) =>
    (
      await daemon.ask('/ingest/statsd', {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: lines.join('\n'),
      })
    ).json() as Promise<{ taken: number; rejected: Record<string, number> }>;
  await expect.poll(() => text('/metrics/app')).toContain('jobs_total{worker="a"} 5');
  return { service, text, send };
}

test('lines for what is on the page are refused, and the others stand beside it', async () => {
  const { text, send } = await start();
  expect(await send('jobs_total:1|c|#worker:b', 'took_seconds:5|h', 'took_seconds_sum:4|c', 'queue_depth:3|g')).toEqual(
    {
      ...{ lines: 4, taken: 1 },
      rejected: { reserved: 3 },
    },
  );
  const shown = await text('/metrics/app');
  expect(shown).toContain(page);
  expect(shown.replace(page, '')).toBe(
    '# HELP queue_depth Sent as StatsD lines.\n# TYPE queue_depth gauge\nqueue_depth 3\n',
  );
  expect(await lintMetrics(await text('/metrics'))).toEqual({ code: 0, output: '' });
});

test('it stays so while the page fails, and after', async () => {
  const { service, text, send } = await start();
  await service.stop();
  await expect.poll(() => text('/metrics/app')).toBe('');
  expect((await send('jobs_total:1|c|#worker:a')).rejected).toEqual({ reserved: 1 });
  expect(await text('/metrics/app')).toBe('');
  await service.start();
  await expect.poll(() => text('/metrics/app')).toBe(page);
});

test('Prometheus’ own names are reserved, by either way', async () => {
  const { service, text, send } = await start();
  service.answer = (_, response) => response.end('up 0\nscrape_samples_scraped 7\nshop_up 1\n');
  await expect.poll(() => text('/metrics/app')).toBe('shop_up 1\n');
  expect((await send('up:0|g', 'scrape_duration_seconds:9|g', 'ALERTS:1|g')).rejected).toEqual({ reserved: 3 });
});
