// Help, dispatch and completion come from one table: what each says is true of the others.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { CommandTable } from '../../src/cli/command.ts';
import { type Command, UsageError } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import { featureCommands } from '../../src/cli/feature-commands.ts';
import { read } from '../docs/pages.ts';
import { runCommand } from '../integration/command.ts';
import { runHere } from './run-here.ts';

const table: CommandTable = { ...commands, ...featureCommands() };
const names = Object.keys(table);
const loaded = await Promise.all(
  Object.entries(table).map(async ([name, { load }]) => [name, (await load()).command] as const),
);
const page = read('docs/cli.md');
const completions = await Promise.all(
  ['bash', 'zsh', 'fish'].map(async (shell) => (await runCommand(['completion', shell])).stdout),
);
/** The part of the page that is about one command. */
const section = (name: string): string => page.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';

test('--help names every command', async () => {
  const { code, stdout } = await runHere(['--help']);
  expect(code).toBe(0);
  for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
});

test.each([[['--help']], [['probe', '--help']], [['help', 'drain']], [['probe', '--nonsense']], [['prob']]])(
  'the built program says the same to %j as what is tried below',
  async (args) => expect(await runCommand(args)).toEqual(await runHere(args)),
);

describe.each(loaded)('%s', (name, command: Command) => {
  test('--help shows its options and examples', async () => {
    const { code, stdout, stderr } = await runHere([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: sidewarden ${name}\\b`));
    for (const option of [...Object.keys(command.options), 'help']) expect(stdout).toContain(`  --${option}`);
    for (const [line, what] of command.examples) expect(stdout).toContain(`${line}\n      ${what}\n`);
    expect((await runHere(['help', name])).stdout).toBe(stdout);
  });

  test('its examples are of this command, with options that it has', () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [line] of command.examples) {
      const own = /\bsidewarden\b(?! *[^ ]*\.yaml)([^|>)]*)/.exec(line)?.[1] ?? '';
      const [first = 'run', ...rest] = own.trim().split(/\s+/).filter(Boolean);
      expect(first).toBe(name);
      const used = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
      expect(used.filter((option) => !(option in command.options))).toEqual([]);
    }
  });

  test('docs/cli.md has a section with each of its options', () => {
    expect(section(name)).not.toBe('');
    for (const option of Object.keys(command.options)) expect(section(name)).toContain(`\`--${option}`);
    const documented = [...section(name).matchAll(/^\| `--([\w-]+)/gm)].map(([, option = '']) => option);
    expect(documented.filter((option) => !(option in command.options))).toEqual([]);
  });

  test('an unknown option, and one operand too many, end with 2 and how it is used', async () => {
    const most = command.operands?.most ?? 0;
    const many = Number.isFinite(most) ? [Array.from({ length: most + 1 }, () => 'x')] : [];
    for (const args of [['--nonsense'], ...many]) {
      const { code, stdout, stderr } = await runHere([name, ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`Usage: sidewarden ${name}`);
    }
  });

  test('every completion knows it and its options', () => {
    for (const script of completions) {
      expect(script).toContain(name);
      for (const option of Object.keys(command.options)) expect(script).toMatch(new RegExp(`(--|-l )${option}\\b`));
    }
  });
});

test('the page has no section of a command that does not exist', () => {
  const sections = [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, name = '']) => name);
  expect(sections).toEqual(names);
});

test('-v prints the version, alone and behind a command', async () => {
  const { code, stdout } = await runHere(['-v']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: (await runHere(['--version'])).stdout });
  expect((await runHere(['probe', '-v'])).stdout).toBe(stdout);
});

test('a mistyped command ends with 2 and the one that was meant', async () => {
  const { code, stdout, stderr } = await runHere(['prob']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('did you mean probe?');
  expect((await runHere(['help', 'nonsense'])).code).toBe(2);
  expect((await runHere(['constructor'])).code).toBe(2);
});

test.each([
  [['check-config', '--nonsense'], 'unknown option --nonsense'],
  [['check-config', '--conf', 'x'], 'unknown option --conf; did you mean --config?'],
  [['check-config', '-c', 'x'], 'unknown option -c'],
  [['check-config', '--config'], '--config needs a value: --config FILE'],
  [['check-config', '--config', '--json'], '--config needs a value: --config FILE'],
  [['check-config', '--json=1'], '--json takes no value'],
  [['check-config', 'a.yaml', 'b.yaml', 'c.yaml'], 'one FILE at most; b.yaml is one too many'],
  [['schema', 'x'], 'options alone; x is one too many'],
])('%j is refused in words of ours', async (args, said) => {
  const { code, stderr } = await runHere(args);
  expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 2, first: `sidewarden: ${said}` });
});

test('what a command throws for wrong operands is 2, and anything else is thrown on', async () => {
  const throwing = (error: Error) => ({
    fails: {
      summary: 'fails',
      load: async () => ({
        command: { about: '', options: {}, examples: [], execute: () => Promise.reject(error) } satisfies Command,
      }),
    },
  });
  expect(await dispatch(['fails'], throwing(new UsageError('not so')))).toBe(2);
  await expect(dispatch(['fails'], throwing(new Error('broken')))).rejects.toThrow('broken');
});

describe('the completion of bash', () => {
  /** What bash offers for these words, the last of them unfinished. */
  const offered = (...words: string[]): readonly string[] => {
    const script = [
      'source <(printf %s "$COMPLETION")',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is of bash
      'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sidewarden; printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('\n');
    const env = { PATH: process.env.PATH ?? '', COMPLETION: completions[0] };
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split('\n').filter(Boolean);
  };

  test.each([
    [
      ['sidewarden', 'pr'],
      ['probe', 'print-config'],
    ],
    [['sidewarden', 'drain', '--u'], ['--undo']],
    [
      ['sidewarden', 'completion', ''],
      ['--help', 'bash', 'zsh', 'fish'],
    ],
    [['sidewarden', 'run', '--log-level', 'd'], ['debug']],
    [
      ['sidewarden', 'run', '--config', 'config/s'],
      ['config/schema.json', 'config/sidewarden.yaml'],
    ],
    [['sidewarden', 'check-config', '--o'], ['--online']],
  ])('%j offers %j', (words, expected) => expect([...offered(...words)].sort()).toEqual([...expected].sort()));
});

const longPath = `/${'d'.repeat(119)}`;
test.each([
  ['--socket', ['--socket', longPath], {}],
  ['SIDEWARDEN_CONTROL', [], { SIDEWARDEN_CONTROL: longPath }],
])('a path that no socket can have is told as such: %s', async (said, args, environment) => {
  for (const name of ['drain', 'healthcheck']) {
    const { code, stderr } = await runHere([name, ...args], { environment });
    expect(code).toBe(2);
    expect(stderr).toContain(`${said} has a socket path of 120 bytes, and the kernel takes at most 107`);
    const withoutWord = await runHere([name, '--socket', 'unix:/run/x.sock'], { environment });
    expect(withoutWord.stderr).toContain('--socket is a path alone, without unix:');
  }
  const { stderr } = await runHere(['healthcheck', '--listen', `unix:${longPath}`]);
  expect(stderr).toContain('has a socket path of 120 bytes');
});

test.each([
  ['http://hunter:12/x@localhost', 'before an @'],
  ['http://hunter2@localhost:1', 'must be without user and password'],
  ['http://u:hunter2@localhost:1/', 'must be without user and password'],
  ['http://localhost:1/hunter2', 'has a path: write the path as the operand'],
  ['http://localhost:1//', 'has a path: write the path as the operand'],
  ['http://localhost:1?hunter2', 'has a ?: write the path with it as the operand'],
  ['http://localhost:1/?token=hunter2', 'has a ?: write the path with it as the operand'],
  ['http://localhost:1/hunter2?x', 'has a path: write the path as the operand'],
  ['http://localhost:1/#hunter2', 'has a #'],
  ['http://localhost:1#hunter2', 'has a #'],
  ['http://localhost:1/#hunter2@x', 'before an @'],
  ['http:///hunter2', 'names no host'],
  ['hunter2', 'must be a URL that begins with http://'],
])('healthcheck --url %s is refused, and shows nothing of it', async (url, said) => {
  const { code, stdout, stderr } = await runHere(['healthcheck', '--url', url]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`--url ${said.startsWith('before') ? 'has' : said}`);
  expect(stderr).toContain(said);
  expect(stderr).not.toContain('hunter');
});

test('a Node that is too old is one sentence, and the program’s first file can be read by it', async () => {
  const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.18.9' } })";
  const node = [`--import=data:text/javascript,${encodeURIComponent(older)}`];
  const { code, stdout, stderr } = await runCommand(['--version'], { node });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^sidewarden needs Node 22\.19 or newer, and \S+ is Node 22\.18\.9\.\n$/);
  const first = read('dist/sidewarden.js');
  expect(first).not.toMatch(/^import /m); // what is imported is read before the first line runs
});
