// The rooms that are mutated: which source they are, and which tests are theirs.
import { globSync } from 'node:fs';

export type Room = {
  readonly name: string;
  /** As `globSync` takes them, from the top of the tree. */
  readonly source: string;
  readonly tests: readonly string[];
  /** The types whose contract tests are its too. */
  readonly contract: readonly string[];
};

export type TestFile = { readonly project: 'unit' | 'contract'; readonly file: string };

const under = (...folders: readonly string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

const room = (name: string, tests: readonly string[]): Room => ({
  name,
  source: `src/${name}/**/*.ts`,
  tests,
  contract: [],
});

/** @param besides folders of `dependencies/` that are mutated as a part of the type, since it is what uses them most */
const type = (name: string, ...besides: readonly string[]): Room => ({
  name: `dependencies/${name}`,
  source:
    besides.length === 0 ? `src/dependencies/${name}/**/*.ts` : `src/dependencies/{${[name, ...besides]}}/**/*.ts`,
  tests: under(...[name, ...besides].map((folder) => `dependencies/${folder}`)),
  contract: [name],
});

/** In this order they take turns when mutations are drawn. */
export const rooms: readonly Room[] = [
  room('core', under('core')),
  room('schedule', under('schedule', 'checks', 'core')),
  room('checks', under('checks', 'core')),
  room('leadership', ['test/leadership/{lease,overlap,place,places,times,told}.test.ts', ...under('statistics')]), // without real servers
  room('statistics', under('statistics')),
  room('http', under('http')),
  room('config', [...under('config'), 'test/cli/config-commands.test.ts']),
  room('metrics', under('metrics')),
  room('features', under('features')),
  ...[type('postgres'), type('redis'), type('elasticsearch'), type('kms', 'aws'), type('http'), type('dns', 'resolve')],
  ...[type('tls'), type('tcp')],
  {
    name: 'dependencies',
    source: 'src/dependencies/{,endpoints/}*.ts',
    tests: ['test/dependencies/*.test.ts', ...under('dependencies/endpoints', 'checks', 'statistics')],
    contract: ['tls', 'tcp'],
  },
];

export const sourcesOf = (root: string, { source }: Room): string[] => globSync(source, { cwd: root }).sort();

/** Its unit tests first. */
export function testsOf(root: string, { tests, contract }: Room): TestFile[] {
  const unit = globSync([...tests], { cwd: root }).sort();
  return [
    ...unit.map((file): TestFile => ({ project: 'unit', file })),
    ...contract.map((type): TestFile => ({ project: 'contract', file: `test/contract/${type}.test.ts` })),
  ];
}
