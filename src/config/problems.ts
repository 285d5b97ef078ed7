// What is wrong with a configuration, where it stands, and how to fix it: found anywhere, said in one form.
import { keyText } from './mask.ts';
import type { Path, Places } from './places.ts';

export type Problem = {
  /** The file; absent for a variable or a flag. */
  readonly file?: string;
  /** From 1, as are columns. */
  readonly line?: number;
  readonly column?: number;
  /** `checks.database.interval`, or the variable or flag that was read. */
  readonly path: string;
  /** What was read, without secrets, and what is wrong with it. */
  readonly message: string;
  readonly fix?: string;
};

/** Stands for a value that was already found wrong: nothing more is said about it. */
export const unreadable = Symbol('unreadable');

/** More than this many help nobody. */
const shownAtMost = 100;

/** One block for each problem: `file:line:column path: message`, and how to fix it on a line of its own. */
export function formatProblems(problems: readonly Problem[]): string {
  const blocks = problems.slice(0, shownAtMost).map((problem) => {
    const fix = problem.fix === undefined ? '' : `\n  fix: ${problem.fix}`;
    return `${[placeText(problem), problem.path].filter((part) => part !== '').join(' ')}: ${problem.message}${fix}`;
  });
  const rest = problems.length - blocks.length;
  return [...blocks, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

/** For programs: what is wrong with the file as a whole, or its YAML, stands at no path. */
export const problemsJson = (problems: readonly Problem[]): readonly Problem[] =>
  problems.map((problem) => (problem.path === 'YAML' ? { ...problem, path: '' } : problem));

const placeText = ({ file, line, column }: Problem): string =>
  [file, line, column].filter((part) => part !== undefined).join(':');

/** `checks.database.gates[1]`. */
export const pathText = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      return `${index === 0 ? '' : '.'}${keyText(part).text}`;
    })
    .join('');

/** Gathers problems and knows where each path was written. */
export interface Findings {
  /** @param at 'key' points at the word itself, 'value' at what follows it. */
  add(path: Path, message: string, fix?: string, at?: 'key' | 'value'): void;
  push(...problems: readonly Problem[]): void;
  /** Whether something is wrong at a path, or below it. */
  has(path: Path): boolean;
  /** In the order of the file, each once. */
  all(): readonly Problem[];
}

export function createFindings(places: Places): Findings {
  const found = new Map<string, Problem>();
  const wrong: Path[] = [];
  const push = (...problems: readonly Problem[]): void => {
    for (const problem of problems)
      found.set(`${problem.line}:${problem.column}:${problem.path}:${problem.message}`, problem);
  };
  return {
    push,
    has: (path) => wrong.some((one) => path.every((part, index) => one[index] === part)),
    add(path, message, fix, at = 'value') {
      wrong.push(path);
      const { place, exact } = places.find(path);
      const position =
        place?.variable !== undefined
          ? undefined
          : exact && at === 'value'
            ? place?.value
            : (place?.key ?? place?.value);
      push({
        ...(place?.file === undefined ? {} : { file: place.file }),
        ...(position ?? {}),
        path: place?.variable ?? pathText(path),
        message,
        ...(fix === undefined ? {} : { fix }),
      });
    },
    all: () => [...found.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
  };
}
