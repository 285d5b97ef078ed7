// sidewarden generate: what follows from the configuration and other programs read, such as rules of Prometheus.
import { loadConfiguration, type Taken } from '../config/load.ts';
import { nearest } from '../config/nearest.ts';
import { formatProblems, type Problem } from '../config/problems.ts';
import type { Feature } from '../features/define.ts';
import { type Format, formats, type GeneratedFile, type Mistake } from '../features/generate.ts';
import { defineCommand, UsageError } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { factsOf, isNoFact } from './facts.ts';
import { explain } from './loading.ts';
import { config } from './options.ts';
import { type NamedPart, parts } from './parts.ts';
import { paintFor, paragraph, say } from './terminal.ts';

const names = parts.map(({ name }) => name);

export const command = defineCommand({
  about: `Without PART all of them: ${parts.map(({ name, part }) => `${name} (${part.summary})`).join(', ')}.
The same configuration gives the same bytes everywhere. Secrets need not be there: a variable that is not set is no
mistake where nothing depends on its value.`,
  operands: { form: '[PART…]', most: parts.length, choices: names },
  options: {
    config,
    out: { type: 'string', value: 'PATH', summary: 'folder to write to; standard output unless set' },
    check: {
      type: 'boolean',
      summary: 'write nothing: show what differs in the folder of --out, which is a failure (1)',
    },
    format: {
      type: 'string',
      value: 'FORMAT',
      choices: formats,
      summary: 'files as programs read them, or objects of kubernetes (files)',
    },
  },
  examples: [
    ['sidewarden generate rules --out prometheus/rules', 'a file for `rule_files` of Prometheus'],
    ['sidewarden generate --format kubernetes | kubectl apply -f -', 'objects for the Prometheus operator'],
    ['sidewarden generate --out prometheus/rules --check', 'in a pipeline: is what was committed what follows?'],
  ],
  async execute({ values, operands }) {
    const { out, check = false } = values;
    if (check && out === undefined) throw new UsageError('--check compares with a folder: name it with --out');
    if (out === '') throw new UsageError('--out needs the path of a folder');
    const format = formatOf(values.format);
    const wanted = wantedOf(operands);
    const loaded = loadConfiguration({
      arguments: { config: values.config },
      environment: process.env,
      assumable: isNoFact,
    });
    if (!loaded.ok) {
      explain({ ...loaded, problems: loaded.problems.map(withReason) });
      return exitCodes.configuration;
    }
    if (!isNamed(loaded)) return refused(loaded, [unnamed]);
    const { checks, source } = loaded.configuration;
    if (checks.length === 0 && source === 'environment')
      tellNotes(['no file was found, and no variable configures a check: name the file with --config']);
    const { files, notes, mistakes } = await madeOf(loaded, wanted, format);
    if (mistakes.length > 0) return refused(loaded, mistakes);
    tellNotes(notes);
    if (out === undefined) {
      say(textOf(files));
      return exitCodes.ok;
    }
    const { comparedWith, writeTo } = await import('./generated-files.ts');
    return (check ? comparedWith : writeTo)(out, files, tellNotes);
  },
});

/** A variable that must be set although most need not, and which value will do. */
const withReason = (problem: Problem): Problem =>
  /^checks\.[^.]+\.(?:url|address|socket)$/.test(problem.path) && problem.message.endsWith('is not set')
    ? {
        ...problem,
        fix: `${problem.fix}: its host says whether the check asks the service itself, so any value with that host will do`,
      }
    : problem;

const formatOf = (given: string | undefined): Format => {
  const found = formats.find((one) => one === (given ?? 'files'));
  if (found === undefined) throw new UsageError(`--format is ${formats.join(' or ')}, not ${given}`);
  return found;
};

function wantedOf(operands: readonly string[]): readonly NamedPart[] {
  for (const name of operands) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const hint = near === undefined ? `: there is ${names.join(', ')}` : `; did you mean ${near}?`;
    throw new UsageError(`there is no part ${name}${hint}`);
  }
  return operands.length === 0 ? parts : parts.filter(({ name }) => operands.includes(name));
}

/** Whether somebody named the service. */
const isNamed = ({ effective }: Taken): boolean =>
  effective().some(({ path, source }) => path.join() === 'service' && source !== 'default');

const unnamed: Mistake = {
  path: 'service',
  message: 'is missing: what is generated bears its name, and the jobs of Prometheus do',
  fix: 'add `service: NAME`, or set SIDEWARDEN_SERVICE',
};

function refused({ configuration: { source } }: Taken, mistakes: readonly Mistake[]): ExitCode {
  const place = source === 'environment' ? {} : { file: source };
  process.stderr.write(`${formatProblems(mistakes.map((mistake) => ({ ...place, ...mistake })))}\n`);
  return exitCodes.configuration;
}

async function madeOf(loaded: Taken, wanted: readonly NamedPart[], format: Format) {
  const facts = factsOf(loaded.configuration);
  const made = await Promise.all(
    wanted.map(async ({ feature, part }) => {
      const settings = facts.settingsOf(feature.key) ?? usualOf(feature);
      const { generator } = await part.load();
      const mistakes = generator.mistakes?.(settings, facts, format) ?? [];
      return {
        files: mistakes.length > 0 ? [] : generator.generate(settings, facts, format),
        notes: generator.notes?.(settings, facts) ?? [],
        mistakes,
      };
    }),
  );
  return {
    files: made.flatMap(({ files }) => files).toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    notes: made.flatMap(({ notes }) => notes),
    mistakes: made.flatMap(({ mistakes }) => mistakes),
  };
}

function tellNotes(notes: readonly string[]): void {
  const { doubtful } = paintFor(process.stderr);
  for (const note of notes) process.stderr.write(paragraph('note:', note, process.stderr, doubtful));
}

/** What holds where the configuration says nothing of the feature. */
const usualOf = ({ settings }: Feature): unknown => settings.parse({});

/** One file as it is; of several each under its path. */
const textOf = (files: readonly GeneratedFile[]): string =>
  files.length === 1
    ? files.map(({ text }) => text).join('')
    : files.map(({ path, text }) => `# ${path}\n${text}`).join('---\n');
