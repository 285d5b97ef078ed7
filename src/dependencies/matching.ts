// Matches a string from outside against a configured regular expression, for a bounded time: a pattern that backtracks
// for ever would otherwise stop the event loop, and with it every other check.
import { type Context, createContext, Script } from 'node:vm';
import { Failure, Starved } from '../core/failure.ts';

/** Of processor time: so much is the pattern's own. */
const limitMs = 50;
/**
 * The interrupt comes by the wall clock, which also runs while others have the processor or a limit of the container
 * keeps us from it. So when it came too soon the match begins anew, with longer to wait: an eighth of a processor is
 * enough for a verdict in the end.
 */
const triesMs = [limitMs, 2 * limitMs, 4 * limitMs, 8 * limitMs];
/** Whoever was interrupted after this had all of its time, but for the grain of the clocks. */
const spentMs = 0.9 * limitMs;

const script = new Script('new RegExp(pattern).test(text)');
let context: Context | undefined;

/**
 * @throws Failure `server` when 50 ms of processor time are too little for a verdict.
 * @throws Starved when there was not even so much of it.
 */
export function matches(pattern: string, text: string): boolean {
  context ??= createContext({});
  Object.assign(context, { pattern, text });
  try {
    for (const timeout of triesMs) {
      const begin = computedMs();
      const verdict = verdictWithin(timeout, context);
      if (verdict !== undefined) return verdict;
      if (computedMs() - begin >= spentMs)
        throw new Failure('server', `the pattern ${pattern} takes over ${limitMs} ms on this answer: make it simpler`);
    }
    throw new Starved(
      `no verdict of the pattern ${pattern}: this process got less than ${limitMs} ms of processor time`,
    );
  } finally {
    context.text = '';
  }
}

/** @returns undefined when it was interrupted. */
function verdictWithin(timeout: number, within: Context): boolean | undefined {
  try {
    return script.runInContext(within, { timeout }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

/** What this thread has computed so far; before Node 23.9 the whole process, which is a little more. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}
