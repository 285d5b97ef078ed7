// A real Prometheus scrapes /metrics while the service behind it does all that a service can do wrong with its page: no scrape
// fails, our own series are never missing, memory stays within its bound. SIDEWARDEN_TEST_LONG=1: three minutes of it.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryOf } from '../bench/measure.ts';
import { stored } from '../integration/statistics-scrape.ts';
import { eventually } from '../patience.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import { type PageFault, pageFaults } from '../servers/shop/faults.ts';
import { type Shop, startShop } from '../servers/shop.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const long = process.env.SIDEWARDEN_TEST_LONG === '1';
/** How long each fault lasts, once a fetch has met it. */
const eachMs = long ? 15_000 : 600;
/** Those that leave nothing to show. */
const failing: readonly PageFault[] = ['cut', 'endless', 'huge', 'slow', 'hang', 'redirect'];
/** docs/app.md says it: MiB of memory that the page adds at most, whatever it is. */
const mostMemory = 60;

let shop: Shop;
let daemon: Sidewarden;
let prometheus: Prometheus;

beforeAll(async () => {
  shop = await startShop({ loadPerS: 20 });
  const metrics = { url: `${shop.url}/metrics`, interval: '300ms', timeout: '250ms', max_samples: 2000 };
  daemon = await startSidewarden({ configuration: { checks: {}, app: { prefix: 'shop', metrics } } });
  await eventually(async () => expect(await daemon.metric('sidewarden_app_up')).toBe(1));
  prometheus = await startPrometheus({
    scrape: [{ job_name: 'sidewarden', static_configs: [{ targets: [new URL(daemon.url).host] }] }],
  });
  await eventually(async () => expect(await prometheus.query('up')).toHaveLength(1));
});
afterAll(async () => {
  await prometheus?.stop();
  await daemon?.stop();
  await shop?.remove();
});

/** Anonymous memory of the daemon, in MiB. */
const memory = (): number => memoryOf(daemon.pid).anon;

const isBack = () => expect.poll(() => daemon.metric('sidewarden_app_up')).toBe(1);

async function suffer(fault: PageFault): Promise<void> {
  await shop.fault({ metrics: fault });
  if (fault === 'crash') {
    await shop.ended();
    await expect.poll(() => daemon.metric('sidewarden_app_up')).toBe(0);
    await shop.start();
    await isBack();
    return;
  }
  if (failing.includes(fault)) await expect.poll(() => daemon.metric('sidewarden_app_up')).toBe(0);
  if (long || !failing.includes(fault)) await wait(eachMs);
}

test('whatever the page is', async () => {
  const before = memory();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, memory());
  }, 50);
  const ups = new Map<PageFault, number | undefined>();
  try {
    for (const fault of pageFaults) {
      await suffer(fault);
      ups.set(fault, await daemon.metric('sidewarden_app_up'));
      await shop.fault({ metrics: 'none' });
      await isBack();
    }
    shop.freeze();
    await expect.poll(() => daemon.metric('sidewarden_app_up')).toBe(0);
    shop.thaw();
    await isBack();
  } finally {
    clearInterval(watching);
  }
  expect([...ups].filter(([, up]) => up === 0).map(([fault]) => fault)).toEqual(failing);
  expect(most - before).toBeLessThan(mostMemory);
  for (const reason of ['bad_line', 'duplicate'])
    expect(await daemon.metric('sidewarden_app_scrape_dropped_total', { reason })).toBeGreaterThan(0);
}, 600_000);

test('no scrape failed, and no series of ours was missing in one', async () => {
  const [up] = await stored(prometheus, 'up');
  const scrapes = up?.values.map(([, value]) => value) ?? [];
  expect(scrapes.length).toBeGreaterThan(long ? 120 : 6);
  expect(new Set(scrapes)).toEqual(new Set(['1']));
  const ours = await stored(prometheus, '{__name__=~"sidewarden_.+", __name__!~"sidewarden_nodejs_gc.*"}');
  expect(ours.length).toBeGreaterThan(50);
  expect(ours.filter(({ values }) => values.length < scrapes.length).map(({ metric }) => metric)).toEqual([]);
});

test('what the service says is there again', async () => {
  const { text } = await daemon.get<string>('/metrics/app');
  expect(text).toMatch(/^shop_http_requests_total\{.*\} \d+$/m);
});
