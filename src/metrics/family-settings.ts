// From a family of core/names.ts to what prom-client wants to know of it.
import type { Registry as PromRegistry } from 'prom-client';
import type { OwnFamily } from '../core/names.ts';

export const settings = <Labels extends string>(
  prom: PromRegistry,
  { name, help, labels }: OwnFamily & { labels: readonly Labels[] },
) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [prom],
});
