// For vitest's main process: one lender for all groups, whose path the test files are told.
import type { TestProject } from 'vitest/node';
import { type Lender, startLender } from './lender.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the lender's socket. */
    lender: string;
  }
}

/** Each group loads this file anew: what they share lies outside of it. */
const common = globalThis as { sidewardenLender?: { lender: Promise<Lender>; users: number } };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  common.sidewardenLender ??= { lender: startLender(), users: 0 };
  const shared = common.sidewardenLender;
  shared.users += 1;
  const lender = await shared.lender;
  project.provide('lender', lender.path);
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await lender.close();
  };
}
