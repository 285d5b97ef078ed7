// A toy: the page of another process, merged into ours.
import { z } from 'zod';
import { renderSamples } from '../../../src/core/exposition.ts';
import type { Family } from '../../../src/core/family.ts';
import { defineFeature, type FeatureJob, type House, type Live } from '../../../src/features/define.ts';

const settings = z.strictObject({ url: z.url(), everyMs: z.int().default(20) }).describe('the page of the service');
type Settings = z.output<typeof settings>;

const family: Family = { name: 'shop_orders_total', type: 'counter', help: 'Orders.', labels: ['kind'] };

export const merged = defineFeature({
  key: 'merged',
  settings,
  load: async () => ({
    begin({ url, everyMs }: Settings, { clock, show }: House): Live {
      let last = Number.NEGATIVE_INFINITY;
      const job: FeatureJob = {
        name: 'the page of the service',
        next: () => last + everyMs,
        async run(signal) {
          last = clock.now();
          const text = await fetch(url, { signal }).then((answer) => answer.text());
          const samples = text.split('\n').flatMap((line) => {
            const [, kind = '', value = ''] = /^shop_orders_total\{kind="(\w+)"\} (\d+)$/.exec(line) ?? [];
            return kind === '' ? [] : [{ family, labels: [kind], value: Number(value) }];
          });
          show('page', renderSamples(samples, {}), clock.now() + 60_000);
        },
      };
      return { jobs: [job] };
    },
  }),
});
