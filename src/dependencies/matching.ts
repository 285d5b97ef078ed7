// Matches a text from outside against a configured regular expression, for a bounded time: a pattern that backtracks
// for ever would otherwise stop the event loop, and with it every other check.
import { type Context, createContext, Script } from 'node:vm';
import { Failure } from '../core/failure.ts';

const limitMs = 50;
const script = new Script('new RegExp(pattern).test(text)');
let context: Context | undefined;

/** @throws Failure `server` when no verdict is reached within 50 ms. */
export function matches(pattern: string, text: string): boolean {
  context ??= createContext({});
  Object.assign(context, { pattern, text });
  try {
    return script.runInContext(context, { timeout: limitMs }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Failure('server', `the pattern ${pattern} takes over ${limitMs} ms on this answer: make it simpler`, {
      cause: error,
    });
  } finally {
    context.text = '';
  }
}
