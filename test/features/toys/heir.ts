// A toy: it reads what is said of the errand, goes on with what its predecessor kept, and takes series away.
import { z } from 'zod';
import type { OwnFamily } from '../../../src/core/own-family.ts';
import { defineFeature, type House, type Live, type Others } from '../../../src/features/define.ts';

const settings = z.strictObject({ name: z.string().default('first') }).describe('what is handed over');
type Settings = z.output<typeof settings>;
type Labels = Readonly<Record<string, string>>;
type Heritage = { readonly names: readonly string[]; readonly labels: Labels };

const heirs: OwnFamily = {
  name: 'sidewarden_heir_number',
  type: 'gauge',
  labels: ['name', 'errand'],
  help: 'Which in the line it is.',
  detail: 'default',
  for: 'the tests',
};

export const heir = defineFeature({
  key: 'heir',
  settings,
  reads: ['errand'],
  families: [heirs],
  load: async () => ({
    begin({ name }: Settings, { meter, inherited }: House, { errand }: Others): Live {
      const before = inherited as Heritage | undefined;
      const heritage: Heritage = {
        names: [...(before?.names ?? []), name],
        labels: { name, errand: JSON.stringify(errand ?? null) },
      };
      const number = meter(heirs);
      if (before !== undefined) number.remove(before.labels);
      number.set(heritage.labels, heritage.names.length);
      return { heritage };
    },
  }),
});
