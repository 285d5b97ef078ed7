// The commands; the code of one is imported when it is asked for.
import type { summaries } from './usage.ts';

/** @returns the exit code: 0 ok, 1 failed, 2 usage, 78 configuration. */
export type Execute = (args: readonly string[]) => Promise<number>;

export const commands: Record<keyof typeof summaries, () => Promise<{ execute: Execute }>> = {
  run: () => import('./run.ts'),
  'check-config': () => import('./check-config.ts'),
  'print-config': () => import('./print-config.ts'),
};
