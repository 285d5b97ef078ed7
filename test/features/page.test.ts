// What a feature has for the page of the service's own metrics: on /metrics/app and at the end of /metrics, never waited for.
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type AppPage, defineFeature, type House, type Live } from '../../src/features/define.ts';
import { asked, startDaemon } from './daemon.ts';

let stop = async (): Promise<void> => {};
afterEach(() => stop());

const one = Buffer.from('# TYPE shop_orders_total counter\nshop_orders_total 1\n');

/** A toy that shows what the test says. */
function toy(key: string, page: AppPage) {
  let house: House | undefined;
  const feature = defineFeature({
    key,
    settings: z.strictObject({}).describe('a toy'),
    load: async () => ({
      begin(_: unknown, given: House): Live {
        house = given;
        return { page };
      },
    }),
  });
  return { feature, house: () => house };
}

async function start(features: readonly ReturnType<typeof toy>[], environment: Readonly<Record<string, string>> = {}) {
  const daemon = await startDaemon(environment);
  stop = daemon.stop;
  daemon.reload(features.map(({ feature }) => asked(feature)));
  const text = async (path: string): Promise<string> => (await daemon.ask(path)).text();
  return { ...daemon, text };
}

test('it is /metrics/app, stands once in /metrics, and is gone with the feature', async () => {
  const { text, reload } = await start([toy('toy', { parts: () => [one] })]);
  await expect.poll(() => text('/metrics/app')).toBe(one.toString());
  expect((await text('/metrics')).split('shop_orders_total 1\n')).toHaveLength(2);
  expect(await text('/metrics/checks')).not.toContain('shop_orders_total');
  expect(await text('/metrics/statistics')).toBe('');
  reload([]);
  await expect.poll(() => text('/metrics/app')).toBe('');
  expect(await text('/metrics')).not.toContain('shop_orders_total');
});

test('one that fails costs neither our own series nor the page of another feature', async () => {
  const failing: AppPage = {
    parts() {
      throw new Error('no page');
    },
  };
  const { text } = await start([toy('failing', failing), toy('other', { parts: () => [one] })]);
  await expect.poll(() => text('/metrics/app')).toBe(one.toString());
  expect(await text('/metrics')).toContain('sidewarden_ready 1\n');
});

const names = ['sidewarden_ready', 'sidewarden_anything', 'shop_orders_total', 'pg_up', 'redis_up'];

test.each([
  ['ours', {}, ['sidewarden_ready', 'sidewarden_anything']],
  [
    'and those of statistics that some replica reads, wherever it is',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' },
    ['sidewarden_ready', 'sidewarden_anything', 'pg_up'],
  ],
])('a feature learns which names are taken: %s', async (_, environment, expected) => {
  const wanted = toy('toy', { parts: () => [] });
  await start([wanted], environment);
  await expect.poll(wanted.house).toBeDefined();
  const taken = wanted.house()?.taken;
  expect(names.filter((name) => taken?.(name))).toEqual(expected);
});
