// Three toys on a real daemon: they go on and off by reload, work meanwhile, and leave nothing.
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfiguredFeature } from '../../src/features/define.ts';
import { asked, startDaemon } from './daemon.ts';
import { errand } from './toys/errand.ts';
import { merged } from './toys/merged.ts';
import { page } from './toys/page.ts';

let service: Server;
let running: Awaited<ReturnType<typeof startDaemon>>;
let toys: readonly ConfiguredFeature[];

beforeAll(async () => {
  service = createServer((_, response) => response.end('shop_orders_total{kind="gift"} 7\n'));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/metrics`;
  toys = [asked(page), asked(errand), asked(merged, { url })];
  running = await startDaemon({ APP_URL: url });
  await until('the check passed', async () => (await running.ask('/health/checks/app')).status === 200);
});
afterAll(async () => {
  await running?.stop();
  service?.closeAllConnections();
  service?.close();
});

/** Polls until it holds. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await holds())) {
    if (performance.now() - begin > 20_000) throw new Error(`not within 20 s: ${what}`);
    await wait(5);
  }
}
const metrics = async (): Promise<string> => (await running.ask('/metrics')).text();
const isOn = async (): Promise<boolean> => (await running.ask('/page')).status === 200;
const isTitled = async (title: string): Promise<boolean> =>
  ((await (await running.ask('/page')).json()) as { title?: string }).title === title;
/** Names and labels, but for those of requests: the tests make these themselves. */
const seriesOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (/^(?!#|sidewarden_http_)/.test(line) ? (/^(\S+) /.exec(line)?.[1] ?? []) : []));
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

describe('toys', () => {
  test('work as soon as a reload brings them', async () => {
    expect((await running.ask('/page')).status).toBe(404);
    running.reload(toys);
    await until('the page is there', isOn);
    expect(await (await running.ask('/page')).json()).toEqual({ title: 'Shop', checks: 1 });
    await until('the service’s page is merged into ours', async () =>
      (await metrics()).includes('shop_orders_total{kind="gift"} 7'),
    );
    await until('the replica that is alone runs the errand', async () =>
      /^sidewarden_errand_runs_total [1-9]/m.test(await metrics()),
    );
    expect(await (await running.ask('/metrics/checks')).text()).toContain('shop_orders_total');
    expect(await metrics()).toContain('sidewarden_sink_errors_total{sink="page"} 0');
    expect((await running.ask('/health/live')).status).toBe(200);
  });

  test('a stream outlives a reload that does not touch its feature, and ends when the feature changes', async () => {
    const response = await running.ask('/page/events');
    const chunks = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
    expect((await chunks.read()).value).toContain('event: title\ndata: "Shop"');
    running.reload(toys.filter(({ feature }) => feature.key !== 'errand'));
    await until('the errand is gone', async () => !(await metrics()).includes('sidewarden_errand'));
    running.reload([asked(page, { title: 'Other' })]);
    let rest = await chunks.read();
    while (!rest.done) rest = await chunks.read();
    await until('the new title', async () => isTitled('Other'));
    expect((await running.ask('/page/events', { headers: { authorization: '' } })).status).toBe(401);
  });

  test('a reload that cannot be applied leaves those at work as they are', async () => {
    const broken = { ...page, load: async () => Promise.reject(new Error('a library is missing')) };
    const other = { ...broken, key: 'other' } as typeof page;
    running.reload([asked(page, { title: 'Third' }), asked(other)]);
    await until('it is refused', async () => /^sidewarden_config_last_reload_successful 0$/m.test(await metrics()));
    expect(await (await running.ask('/page')).json()).toMatchObject({ title: 'Other' });
    running.reload([asked(page), asked({ ...page, key: 'twin' } as typeof page)]); // the same routes twice
    await until('it is read', async () => /^sidewarden_config_last_reload_successful 0$/m.test(await metrics()));
    expect(await (await running.ask('/page')).json()).toMatchObject({ title: 'Other' });
    running.reload([]);
    await until('all are gone', async () => !(await isOn()));
  });

  test('go on and off by reload 100 times and leave no descriptor, series or timer', async () => {
    const before = { series: seriesOf(await metrics()), descriptors: descriptors(), timers: timers() };
    for (let time = 0; time < 100; time += 1) {
      running.reload(toys);
      await until('on', isOn);
      if (time % 25 === 0) await (await running.ask('/page/events')).body?.cancel();
      running.reload([]);
      await until('off', async () => !(await isOn()));
    }
    await expect.poll(async () => seriesOf(await metrics())).toEqual(before.series);
    await until('the descriptors are back', async () => descriptors() <= before.descriptors);
    await until('the timers are back', async () => timers() <= before.timers);
  }, 120_000);
});
