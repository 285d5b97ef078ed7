// A Prometheus that hangs, on a real daemon: events are counted, answers come, and nothing of it is left after a reload.
import { afterEach, expect, test, vi } from 'vitest';
import { prometheus } from '../../../../src/features/prometheus/index.ts';
import { slos } from '../../../../src/features/slos/index.ts';
import { startHttpServer } from '../../../servers/http.ts';
import { asked, startDaemon } from '../../daemon.ts';

let stop: readonly (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(stop.map((one) => one()));
});

test('one that hangs delays nothing, and is let go', async () => {
  let begun = 0;
  let open = 0;
  const server = await startHttpServer(({ socket }) => {
    begun += 1;
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  vi.spyOn(Math, 'random').mockReturnValue(0); // the first round begins at once
  const app = await startHttpServer((_, response) => response.end('ok'));
  const daemon = await startDaemon({ APP_URL: `http://${app.host}:${app.port}/` });
  stop = [daemon.stop, server.stop, app.stop];
  const metrics = async (): Promise<string> => (await daemon.ask('/metrics')).text();
  const valueAt = async (series: string): Promise<number> =>
    Number(
      (await metrics())
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    );
  const objectives = asked(slos, { ready: { indicator: { ready: true }, objective: 99 } });
  const url = `http://me:s3cret-password@${server.host}:${server.port}`;
  const isHung = asked(prometheus, { url, timeout: '60s' });

  daemon.reload([objectives, isHung]);
  await expect.poll(() => valueAt('sidewarden_slo_prometheus_failures_total{class="timeout"}')).toBe(0);
  await expect.poll(() => begun).toBeGreaterThan(0);
  const good = 'sidewarden_slo_events_total{slo="ready",result="good"}';
  const before = await valueAt(good);
  await expect.poll(() => valueAt(good), { timeout: 5000 }).toBeGreaterThanOrEqual(before + 2);
  expect((await daemon.ask('/health/live')).status).toBe(200);
  expect(await metrics()).not.toContain('s3cret');

  daemon.reload([objectives]);
  await expect.poll(metrics, { timeout: 10_000 }).not.toMatch(/^sidewarden_slo_prometheus/m);
  await expect.poll(() => open).toBe(0);
  expect(await valueAt(good)).toBeGreaterThanOrEqual(before);
});
