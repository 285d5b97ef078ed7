// The page of a registry as text.
import type { Registry } from '../../src/metrics/registry.ts';

export const textOf = async ({ bytes }: Pick<Registry, 'bytes'>): Promise<string> =>
  Buffer.concat(await bytes()).toString();
