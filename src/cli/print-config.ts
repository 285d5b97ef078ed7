// sidewarden print-config: every value in force and where it comes from, secrets masked.
import type { EffectiveValue } from '../config/effective.ts';
import { asWritten } from '../config/references.ts';
import { defineCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { loadOrExplain } from './loading.ts';
import { configuration, json } from './options.ts';
import { type Paint, paintFor, say, sayJson } from './terminal.ts';

export const command = defineCommand({
  about: `Each value has its source behind it: a flag, a variable,
file:line (with the variable that it mentions), or default. Secrets are masked; what is not set is not shown.`,
  options: { ...configuration, json },
  examples: [
    ['sidewarden print-config', 'what would a daemon started here do, and who says so?'],
    ['sidewarden print-config --json | jq .checks.database.interval', 'one value and its source'],
  ],
  async execute({ values }) {
    const loaded = loadOrExplain(values);
    if (loaded === undefined) return exitCodes.configuration;
    if (values.json === true) sayJson(treeOf(loaded.effective()));
    else say(textOf(loaded.effective(), paintFor(process.stdout)));
    return 0;
  },
});

type Tree = { [key: string]: unknown };

/** The configuration's own structure, with `{ value, source }` in place of each value. */
function treeOf(values: readonly EffectiveValue[]): Tree {
  const root: Tree = { checks: {} };
  for (const { path, value, source } of values) {
    let parent = root;
    for (const key of path.slice(0, -1)) {
      parent[key] ??= {};
      parent = parent[key] as Tree;
    }
    parent[String(path.at(-1))] = { value, source };
  }
  return root;
}

const widest = 48;

/** YAML, with the sources as comments. */
function textOf(values: readonly EffectiveValue[], paint: Paint): string {
  const lines: { readonly text: string; readonly source?: string }[] = [];
  let open: readonly (string | number)[] = [];
  for (const { path, value, source, reference } of values) {
    const parents = path.slice(0, -1);
    const same = parents.findIndex((key, index) => key !== open[index]);
    for (let depth = same < 0 ? parents.length : same; depth < parents.length; depth++)
      lines.push({ text: `${'  '.repeat(depth)}${parents[depth]}:` });
    open = parents;
    lines.push({
      text: `${'  '.repeat(parents.length)}${path.at(-1)}: ${reference === true ? JSON.stringify(value) : yaml(value)}`,
      source,
    });
  }
  const width = Math.min(widest, Math.max(0, ...lines.map(({ text }) => text.length)));
  return lines
    .map(({ text, source }) => (source === undefined ? text : `${text.padEnd(width)}  ${paint.faint(`# ${source}`)}`))
    .map((line) => `${line}\n`)
    .join('');
}

/** A plain word as it is; anything else as JSON, which YAML reads too. A `$` that would begin a reference is doubled. */
const yaml = (value: unknown): string =>
  typeof value === 'string' && isPlain(value)
    ? value
    : JSON.stringify(value, (_, inner) => (typeof inner === 'string' ? asWritten(inner) : inner));

const isPlain = (text: string): boolean =>
  /^[A-Za-z/][\w/.-]*$|^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
