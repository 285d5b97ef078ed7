// `${NAME}` in scalars of the file, after it was parsed, so that a value can never change the file's structure.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are about that very form.
import { readValue } from './file.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { type Findings, unreadable } from './problems.ts';
import { unfilled } from './unfilled.ts';
import { Unset } from './unset.ts';

/** A value of the environment, which its field will read as what it needs: a string, a number, a secret. */
export class Substituted {
  readonly text: string | undefined;
  /** The file that holds the value, when it came by the variable's `_FILE` form. */
  readonly file: string | undefined;
  constructor(source: { readonly text: string } | { readonly file: string }) {
    this.text = 'text' in source ? source.text : undefined;
    this.file = 'file' in source ? source.file : undefined;
  }
  /** What its file is where it cannot be read. */
  absent(): Unset | undefined {
    const read = this.file === undefined ? undefined : readValue(this.file);
    return read === undefined || 'text' in read
      ? undefined
      : new Unset(unreadableFile('its _FILE variable', read.problem.message));
  }
}

type Wrong = {
  readonly message: string;
  readonly fix: string;
  /** The value is elsewhere: nothing says it here. */
  readonly absent?: true;
};

export type Substituting = {
  readonly environment: NodeJS.ProcessEnv;
  readonly findings: Findings;
  /** Collects the variables' names. */
  readonly used: Set<string>;
  /** Where a variable that is not set is no mistake; nowhere unless said. */
  readonly assumable?: ((path: Path) => boolean) | undefined;
};

/** A copy of the tree in which every string with a `$` is replaced, and none is left that another tool would have filled in. */
export function substitute(tree: unknown, given: Substituting, path: Path = []): unknown {
  if (typeof tree === 'string') {
    const { environment, findings, used, assumable } = given;
    const expanded = unfilled(tree) ?? (tree.includes('$') ? expand(tree, environment, used) : tree);
    const mayBeAbsent = assumable?.(path) === true;
    if (mayBeAbsent && expanded instanceof Substituted) return expanded.absent() ?? expanded;
    if (expanded instanceof Substituted || typeof expanded === 'string') return expanded;
    if (mayBeAbsent && 'absent' in expanded) return new Unset(expanded);
    findings.add(path, expanded.message, expanded.fix);
    return unreadable;
  }
  if (Array.isArray(tree)) return tree.map((item, index) => substitute(item, given, [...path, index]));
  if (tree === null || typeof tree !== 'object') return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, substitute(value, given, [...path, key])]),
  );
}

/** `${1}` is for whoever reads the value: no variable has such a name. */
const references = /\$\$|\$\{(?!\d+\})([^}]*)(\}?)/g;

function expand(text: string, environment: NodeJS.ProcessEnv, used: Set<string>): Substituted | string | Wrong {
  const whole = /^\$\{(?!\d+\})([^}$]*)\}$/.exec(text)?.[1];
  if (whole !== undefined) {
    used.add(whole);
    const source = lookUp(whole, environment);
    return 'message' in source ? source : new Substituted(source);
  }
  let wrong: Wrong | undefined;
  let substituted = false;
  const result = text.replace(references, (reference, name: string | undefined, end: string | undefined) => {
    if (reference === '$$') return '$';
    if (end === '') wrong = { message: '`${` has no `}`', fix: 'close it, or write `$${` for the text itself' };
    if (wrong !== undefined) return '';
    used.add(name ?? '');
    substituted = true;
    const value = readNow(name ?? '', environment);
    if ('message' in value) wrong = value;
    return 'text' in value ? value.text : '';
  });
  if (wrong !== undefined) return wrong;
  return substituted ? new Substituted({ text: result }) : result;
}

function readNow(name: string, environment: NodeJS.ProcessEnv): { readonly text: string } | Wrong {
  const source = lookUp(name, environment);
  if (!('file' in source)) return source;
  const read = readValue(source.file);
  return 'text' in read ? read : unreadableFile(`${name}_FILE`, read.problem.message);
}

export const unreadableFile = (variable: string, why: string): Wrong => ({
  message: `the file that ${variable} names ${why}`,
  fix: `correct ${variable}, or mount the file`,
  absent: true,
});

/** The value of a variable, or the file that its `_FILE` form names. An empty `_FILE` counts as unset. */
export function lookUp(
  name: string,
  environment: NodeJS.ProcessEnv,
): { readonly text: string } | { readonly file: string } | Wrong {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return {
      message: '`${…}` holds more than the name of a variable',
      fix: 'write `${NAME}`: there are no defaults such as `${NAME:-value}`; `$${` stands for the text itself',
    };
  }
  const text = environment[name];
  const file = environment[`${name}_FILE`] || undefined;
  if (text !== undefined && file !== undefined) {
    return { message: `${name} and ${name}_FILE are both set`, fix: 'unset one of them' };
  }
  if (text !== undefined) return { text };
  if (file !== undefined) return { file };
  const near = nearest(name, Object.keys(environment));
  const hint = near === undefined ? '' : `; ${near} is set: is that the one?`;
  return { message: `the variable ${name} is not set`, fix: `set ${name} or ${name}_FILE${hint}`, absent: true };
}
