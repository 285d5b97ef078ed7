// What `init` asks at a terminal: one variable after the other, each answer tried before it is kept.
import { createInterface } from 'node:readline/promises';

export interface Terminal {
  ask(question: string): Promise<string>;
  close(): void;
}

/** @throws when the input ends (Ctrl-D, Ctrl-C) before an answer. */
export function openTerminal(): Terminal {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  return {
    async ask(question) {
      try {
        return (await lines.question(question, { signal: ended.signal })).trim();
      } catch (error) {
        throw new Error('stopped; nothing was written', { cause: error });
      }
    },
    close: () => lines.close(),
  };
}

/** What answers a question about one variable. */
export type Asked = {
  readonly variable: string;
  readonly summary: string;
  /** Whether the environment has it. */
  readonly set: boolean;
  /** Tries an answer (undefined: what the environment has), and tells what came of it; a wrong one cannot be kept. */
  tryOut(answer: string | undefined): Promise<'good' | 'failed' | 'wrong'>;
};

/** @returns the answer; `environment`: what is set there; undefined: none. */
export async function askFor(
  terminal: Terminal,
  { variable, summary, set, tryOut }: Asked,
): Promise<{ readonly typed: string } | 'environment' | undefined> {
  const usual = set ? 'Enter: as in the environment, -: none' : 'Enter: none';
  for (;;) {
    const answer = await terminal.ask(`\n${summary}\n${variable} (${usual}): `);
    if (answer === '-' || (answer === '' && !set)) return undefined;
    const typed = answer === '' ? undefined : answer;
    const found = await tryOut(typed);
    if (found === 'wrong') continue;
    if (found === 'good' || /^y/i.test(await terminal.ask('Keep it all the same? (y, or Enter to ask again): ')))
      return typed === undefined ? 'environment' : { typed };
  }
}
