// From a family of core/names.ts to what prom-client wants to know of it.
import type { Registry as PromRegistry } from 'prom-client';
import { type Detail, isShown } from '../core/detail.ts';
import type { OwnFamily } from '../core/own-family.ts';

/** Where families are registered, and which of them. */
export type Registration = { readonly prom: PromRegistry; readonly detail: Detail };

/** One that the detail leaves out counts as the others do, and is on no page. */
export const settings = <Labels extends string>(
  { prom, detail }: Registration,
  { name, help, labels, detail: needed }: OwnFamily & { labels: readonly Labels[] },
) => ({
  name,
  help,
  labelNames: [...labels],
  registers: isShown(needed, detail) ? [prom] : [],
});
