// The code blocks of a page with the lines on which they stand, in lists too.
import { read } from './pages.ts';

export type Fence = {
  readonly page: string;
  /** Of the page; that of the first line inside. */
  readonly line: number;
  /** What stands behind the backticks; empty when nothing does. */
  readonly language: string;
  /** Without the indent of the block. */
  readonly text: string;
};

/** @throws for a block that nothing ends */
export function fencesOf(page: string, text: string = read(page)): readonly Fence[] {
  const fences: Fence[] = [];
  let open:
    | { readonly indent: string; readonly mark: string; readonly language: string; readonly at: number }
    | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, indent = '', mark = '', language = ''] = /^( *)(`{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (mark !== '') open = { indent, mark, language: language.trim(), at: index + 1 };
    } else if (mark.length >= open.mark.length && language.trim() === '') {
      const { indent: outer, at } = open;
      const inside = lines.slice(at, index).map((one) => (one.startsWith(outer) ? one.slice(outer.length) : one));
      fences.push({ page, line: at + 1, language: open.language, text: inside.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.at}: nothing ends this block`);
  return fences;
}

/** What is wrong with a block, and how many of its lines stand before that. */
export type Fault = { readonly after: number; readonly message: string };

/** A command, and how many lines of the block stand before it. */
export type Command = { readonly command: string; readonly after: number };

/** One for each line, unless it ends with a backslash; empty lines and those that begin with `#` are none. */
export function commandsIn(text: string): readonly Command[] {
  const commands: Command[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const after = index;
    while (lines[index]?.endsWith('\\')) index += 1;
    const command = lines.slice(after, index + 1).join('\n');
    if (/^\s*[^\s#]/.test(command)) commands.push({ command, after });
  }
  return commands;
}
