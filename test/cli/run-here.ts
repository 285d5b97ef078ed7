// Runs a command in this process, for what it says: a process of its own takes a third of a second, and the built program
// adds nothing to the words.
import { vi } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import type { CommandOptions, Ended } from '../integration/command.ts';

/** One at a time. @throws what the program says as its last word, before it ends with 1. */
export async function runHere(
  args: readonly string[],
  { environment = {} }: Pick<CommandOptions, 'environment'> = {},
): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += text;
      return true;
    }),
  );
  const own = process.env;
  process.env = { ...environment };
  try {
    return { code: await dispatch(args, commands), ...said };
  } finally {
    process.env = own;
    for (const spy of spies) spy.mockRestore();
  }
}
