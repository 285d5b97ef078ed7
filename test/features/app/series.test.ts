// How many series of its own the feature has, as check-config counts them: those that a daemon has.
import { afterEach, expect, test } from 'vitest';
import { app } from '../../../src/features/app/index.ts';
import { startHttpServer } from '../../servers/http.ts';
import { freePort } from '../../servers/process.ts';
import { asked, startDaemon } from '../daemon.ts';

let stop: readonly (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stop.map((one) => one())));

test.each(['page', 'statsd', 'both'])('%s', async (which) => {
  const server = await startHttpServer((_, response) => response.end('shop_orders_total 1\n'));
  const daemon = await startDaemon();
  stop = [daemon.stop, server.stop];
  const metrics = { url: `http://${server.host}:${server.port}`, interval: '200ms', timeout: '100ms' };
  const statsd = { listen: [`udp://127.0.0.1:${await freePort()}`] };
  const configured = asked(app, { ...(which !== 'statsd' && { metrics }), ...(which !== 'page' && { statsd }) });
  daemon.reload([configured]);
  const ours = async (): Promise<readonly string[]> =>
    (await (await daemon.ask('/metrics/checks')).text())
      .split('\n')
      .filter((line) => line.startsWith('sidewarden_app_'));
  await expect.poll(async () => (await ours()).length).toBe(app.series?.(configured.settings));
  const has = async (name: string): Promise<boolean> => (await ours()).some((line) => line.startsWith(name));
  expect(await has('sidewarden_app_up ')).toBe(which !== 'statsd');
  expect(await has('sidewarden_app_statsd_series ')).toBe(which !== 'page');
  // What is not configured any more is gone, and says nothing false for ever.
  if (which !== 'both') return;
  const without = asked(app, { statsd });
  daemon.reload([without]);
  await expect.poll(() => has('sidewarden_app_up ')).toBe(false);
  expect((await ours()).length).toBe(app.series?.(without.settings));
});
