// Features that fail: what one throws or leaves undone harms neither the others nor this process, and leaves nothing.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { families } from '../../src/core/names.ts';
import type { OwnFamily } from '../../src/core/own-family.ts';
import { Secret } from '../../src/core/secret.ts';
import { defineFeature, type Feature, type FeatureJob, type House, type Live } from '../../src/features/define.ts';
import { asked, startDaemon } from './daemon.ts';

let daemon: Awaited<ReturnType<typeof startDaemon>>;
beforeEach(async () => {
  daemon = await startDaemon();
});
afterEach(() => daemon.stop());

const settings = z.strictObject({ value: z.int().default(1) }).describe('a toy');
const toy = (key: string, begin: (house: House) => Live, over: Partial<Feature> = {}): Feature => ({
  ...defineFeature({ key, settings, load: async () => ({ begin: (_: unknown, house: House) => begin(house) }) }),
  ...over,
});
const family = (name: string): OwnFamily => ({
  ...{ name, type: 'gauge', labels: [], help: 'A toy.', detail: 'default', for: 'the tests' },
});
const metrics = async (): Promise<string> => (await daemon.ask('/metrics')).text();
const isRead = (good: boolean) => async () =>
  new RegExp(`^sidewarden_config_last_reload_successful ${good ? 1 : 0}$`, 'm').test(await metrics());
/** A job that runs every 10 ms. */
function job(run: (signal: AbortSignal) => Promise<void>, over: Partial<FeatureJob> = {}): FeatureJob {
  let last = performance.now();
  return {
    name: 'job',
    next: () => last + 10,
    run(signal) {
      last = performance.now();
      return run(signal);
    },
    ...over,
  };
}

test('a job that throws, at once or later, or that cannot say when it runs, goes on; the others too', async () => {
  const runs = { rejects: 0, throws: 0, good: 0 };
  const jobs = [
    job(async () => {
      runs.rejects += 1;
      throw new Error('a disk is full');
    }),
    job(() => {
      runs.throws += 1;
      throw new Error('a mistake');
    }),
    job(async () => undefined, {
      next() {
        throw new Error('another mistake');
      },
    }),
  ];
  const good = toy('good', () => ({
    jobs: [
      job(async () => {
        runs.good += 1;
      }),
    ],
  }));
  daemon.reload([asked(toy('failing', () => ({ jobs }))), asked(good)]);
  await expect.poll(() => Math.min(...Object.values(runs))).toBeGreaterThan(2);
  expect((await daemon.ask('/health/live')).status).toBe(200);
});

test('one whose jobs never end delays a stop by their bound once, and keeps no other feature waiting', async () => {
  let [begun, good] = [0, 0];
  const deaf = () =>
    job(
      () => {
        begun += 1;
        return new Promise<void>(() => {});
      },
      { endMs: 1500 },
    );
  daemon.reload([asked(toy('deaf', () => ({ jobs: [deaf(), deaf(), deaf()] })))]);
  await expect.poll(() => begun).toBe(2); // two of a feature at a time
  daemon.reload([
    asked(
      toy('good', () => ({
        jobs: [
          job(async () => {
            good += 1;
          }),
        ],
      })),
    ),
  ]);
  await expect.poll(() => good).toBeGreaterThan(2);
  const own = await startDaemon();
  own.reload([asked(toy('deaf', () => ({ jobs: [deaf()] })))]);
  const before = begun;
  await expect.poll(() => begun).toBeGreaterThan(before);
  const begin = performance.now();
  const timer = wait(1500).then(() => performance.now() - begin); // a timer beside it, for a busy machine
  await own.stop();
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThan(1400);
  expect(tookMs).toBeLessThan((await timer) + 1400);
});

test('one that fails at its end is gone all the same: what it let go, its families, its sink', async () => {
  let closed = false;
  const broken = toy(
    'broken',
    ({ meter, show }) => {
      meter(family('toy_up')).set({}, 1);
      show('page', [], Number.POSITIVE_INFINITY);
      return {
        consumer: { name: 'broken', accept() {}, close: () => Promise.reject(new Error('nobody listens')) },
        close() {
          closed = true;
          throw new Error('cannot close');
        },
      };
    },
    { families: [family('toy_up')] },
  );
  daemon.reload([asked(broken)]);
  await expect.poll(metrics).toContain('toy_up 1');
  daemon.reload([]);
  await expect.poll(metrics).not.toMatch(/toy_up|sink="broken"/);
  expect(closed).toBe(true);
});

test('a reload that fails leaves nothing of what it made, and the next one works', async () => {
  const begin = ({ meter }: House): Live => {
    meter(family('toy_two')).set({}, 2);
    return {};
  };
  const two = toy('two', begin, { families: [family('toy_two'), family(families.live.name)] }); // the second is ours
  daemon.reload([asked(toy('one', () => ({}), { families: [family('toy_one')] })), asked(two)]);
  await expect.poll(isRead(false)).toBe(true);
  expect(await metrics()).not.toMatch(/toy_/);
  const good = toy('two', begin, { families: [family('toy_two')] });
  daemon.reload([asked(good)]);
  await expect.poll(metrics).toContain('toy_two 2');
});

test('off and on while it still ends: its families stay, and its jobs do not run beside their predecessors', async () => {
  let [running, most] = [0, 0];
  const slow = toy(
    'slow',
    ({ meter }) => ({
      jobs: [
        job(async (signal) => {
          running += 1;
          most = Math.max(most, running);
          meter(family('toy_slow')).set({}, 1);
          while (!signal.aborted) await wait(5);
          await wait(100);
          running -= 1;
        }),
      ],
    }),
    { families: [family('toy_slow')] },
  );
  daemon.reload([asked(slow)]);
  await expect.poll(metrics).toContain('toy_slow 1');
  for (let value = 2; value < 5; value += 1) {
    daemon.reload([]);
    await expect.poll(isRead(true)).toBe(true);
    daemon.reload([asked(slow, { value })]);
    await expect.poll(() => running).toBe(1);
  }
  await expect.poll(metrics).toContain('toy_slow 1');
  expect(most).toBe(1);
});

test('what an ended one still does reaches nobody, and a hook of its routes holds nothing up', async () => {
  let house: House | undefined;
  const ghost = toy('ghost', (given) => {
    house = given;
    return {
      routes(app) {
        app.get('/ghost', { config: { access: 'open' } }, () => 'boo');
        app.addHook('onClose', () => new Promise<void>(() => {}));
      },
    };
  });
  daemon.reload([asked(ghost)]);
  await expect.poll(async () => (await daemon.ask('/ghost')).status).toBe(200);
  daemon.reload([]);
  await expect.poll(async () => (await daemon.ask('/ghost')).status).toBe(404);
  const lines = [{ family: { ...family('toy_ghost'), labels: [] }, lines: ['toy_ghost 1'] }] as const;
  await expect
    .poll(async () => {
      house?.show('page', lines, Number.POSITIVE_INFINITY);
      return (await metrics()).includes('toy_ghost');
    })
    .toBe(false);
  daemon.reload([asked(ghost, { value: 2 })]);
  await expect.poll(async () => (await daemon.ask('/ghost')).status).toBe(200);
});

test('a secret of one that goes on stays known, also what was learnt later', async () => {
  const withSecret = z.strictObject({ secret: z.custom<Secret>() }).describe('a toy with a secret');
  let house: House | undefined;
  const feature = defineFeature({
    key: 'keeper',
    settings: withSecret,
    load: async () => ({
      begin(_: unknown, given: House): Live {
        house = given;
        return {};
      },
    }),
  });
  const first = Secret.of('first-of-all');
  daemon.reload([{ feature, settings: { secret: first } }]);
  await expect.poll(() => house?.redact('first-of-all')).toBe('***');
  daemon.reload([{ feature, settings: { secret: Secret.of('first-of-all') } }]);
  await expect.poll(isRead(true)).toBe(true);
  await daemon.ask('/health');
  first.learn('learnt-later');
  expect(house?.redact('learnt-later')).toBe('***');
});

test('a secret of another, which a feature reads, is known as long as that feature is at work', async () => {
  const withSecret = z.strictObject({ secret: z.custom<Secret>() }).describe('a toy with a secret');
  const other = defineFeature({ key: 'other', settings: withSecret });
  let house: House | undefined;
  const begin = (given: House): Live => {
    house = given;
    return {};
  };
  daemon.reload([
    asked(toy('reader', begin, { reads: ['other'] })),
    { feature: other, settings: { secret: Secret.of('of-another') } },
  ]);
  await expect.poll(() => house?.redact('of-another')).toBe('***');
});
