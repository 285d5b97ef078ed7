// sidewarden completion: a script with which a shell completes commands, options and their values.
import { type Command, type CommandTable, defineCommand, UsageError } from './command.ts';
import { say } from './terminal.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const command = defineCommand({
  about: `The script comes from the same table as this help, so it
fits this version.`,
  operands: { form: shells.join('|'), most: 1, choices: shells },
  options: {},
  examples: [
    ['source <(sidewarden completion bash)', 'in this bash, or in ~/.bashrc'],
    ['source <(sidewarden completion zsh)', 'in this zsh, or in ~/.zshrc, below compinit'],
    ['sidewarden completion fish > ~/.config/fish/completions/sidewarden.fish', 'for every fish'],
  ],
  async execute({ operands: [wanted], commands }) {
    const shell = shells.find((one) => one === wanted);
    if (shell === undefined) throw new UsageError(`name a shell: ${shells.join(', ')}`);
    say(scripts[shell](await wordsOf(commands)));
    return 0;
  },
});

type Words = readonly { readonly name: string; readonly summary: string; readonly command: Command }[];

const wordsOf = (commands: CommandTable): Promise<Words> =>
  Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => ({
      name,
      summary,
      command: (await load()).command,
    })),
  );

const isFile = (value: string | undefined): boolean => value === 'FILE' || value === 'PATH';
const optionsOf = ({ options }: Command) => [
  ...Object.entries(options).map(([name, option]) => ({ name, ...option })),
  { name: 'help', type: 'boolean' as const, summary: 'print how it is used' },
];
const takesFile = ({ operands }: Command): boolean => operands?.form.includes('FILE') === true;
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const bash = (words: Words): string => {
  const cases = words.map(({ name, command: { operands }, command: one }) => {
    const flags = optionsOf(one).map((option) => `--${option.name}`);
    return `    ${name}) words=${quoted([...flags, ...(operands?.choices ?? [])].join(' '))}${takesFile(one) ? ' files=1' : ''} ;;`;
  });
  const values = new Map(words.flatMap(({ command: one }) => optionsOf(one).map((option) => [option.name, option])));
  const after = [...values.values()].flatMap((option) => {
    if (!('value' in option)) return [];
    if (option.choices !== undefined) return [`    --${option.name}) words=${quoted(option.choices.join(' '))} ;;`];
    return [`    --${option.name}) words= files=${isFile(option.value) ? '1' : ''} ;;`];
  });
  return `# bash completion of sidewarden
_sidewarden() {
  local words files= command="\${COMP_WORDS[1]}" current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$command" in
${cases.join('\n')}
    *) words='' ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words=${quoted([...words.map(({ name }) => name), '--help', '--version'].join(' '))} files=
  case "$previous" in
${after.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _sidewarden sidewarden
`;
};

const zsh = (words: Words): string => {
  const bracketed = (text: string): string => text.replaceAll(/[[\]:]/g, (sign) => `\\${sign}`);
  const cases = words.map(({ name, command: one }) => {
    const flags = optionsOf(one).map((option) => {
      const text = `--${option.name}${'value' in option ? '=' : ''}[${bracketed(option.summary)}]`;
      if (!('value' in option)) return quoted(text);
      const action = option.choices ? `(${option.choices.join(' ')})` : isFile(option.value) ? '_files' : ' ';
      return quoted(`${text}:${option.value}:${action}`);
    });
    const choices = one.operands?.choices;
    const operand = choices
      ? [quoted(`*:operand:(${choices.join(' ')})`)]
      : takesFile(one)
        ? [quoted('*:file:_files')]
        : [];
    return `    ${name}) _arguments ${[...flags, ...operand].join(' ')} ;;`;
  });
  return `#compdef sidewarden
_sidewarden() {
  if (( CURRENT == 2 )); then
    local -a commands=(${words.map(({ name, summary }) => quoted(`${name}:${bracketed(summary)}`)).join(' ')})
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _sidewarden sidewarden
`;
};

const fish = (words: Words): string => {
  const lines = words.flatMap(({ name, summary, command: one }) => [
    `complete -c sidewarden -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
    ...optionsOf(one).map((option) => {
      const value = !('value' in option)
        ? ''
        : option.choices
          ? ` -x -a '${option.choices.join(' ')}'`
          : isFile(option.value)
            ? ' -rF'
            : ' -x';
      return `complete -c sidewarden -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${value} -d ${fishQuoted(option.summary)}`;
    }),
    ...(one.operands?.choices
      ? [`complete -c sidewarden -f -n '__fish_seen_subcommand_from ${name}' -a '${one.operands.choices.join(' ')}'`]
      : []),
  ]);
  return `# fish completion of sidewarden\n${lines.join('\n')}\n`;
};
const fishQuoted = (text: string): string => `'${text.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;

const scripts: Readonly<Record<Shell, (words: Words) => string>> = { bash, zsh, fish };
