// A toy: a task that only the replica runs that holds the lease, and a family that counts its runs.
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { OwnFamily } from '../../../src/core/own-family.ts';
import { defineFeature, type FeatureJob, type House, type Live } from '../../../src/features/define.ts';

const settings = z.strictObject({ everyMs: z.int().default(20) }).describe('work that one replica does');
type Settings = z.output<typeof settings>;

const runs: OwnFamily = {
  name: 'sidewarden_errand_runs_total',
  type: 'counter',
  labels: [],
  help: 'Runs of the errand.',
  detail: 'default',
  for: 'the tests',
};

export const errand = defineFeature({
  key: 'errand',
  settings,
  elects: true,
  families: [runs],
  load: async () => ({
    begin({ everyMs }: Settings, { lease, meter }: House): Live {
      const counted = meter(runs);
      counted.add({}, 0);
      let last = 0;
      const job: FeatureJob = {
        name: 'errand',
        next: (now) => (lease.held ? Math.max(now, last + everyMs) : now + everyMs),
        async run(signal) {
          last = performance.now();
          if (!lease.held) return;
          await wait(1, undefined, { signal }).catch(() => undefined);
          counted.add({}, 1);
        },
      };
      return { jobs: [job] };
    },
  }),
});
