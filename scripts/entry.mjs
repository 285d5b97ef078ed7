// The first file of the program, as text: it must be readable to a Node that is too old for all the rest.
import { readFileSync } from 'node:fs';
import { firstLines, option } from './v8-flags.mjs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** The oldest version that serves, such as `22.19`. */
export const oldestNode = engines.node.replace('>=', '');
const [major, minor] = oldestNode.split('.').map(Number);

/** A sentence when the Node that runs this is too old, else undefined. */
export function nodeProblem(what) {
  const [ours, part] = process.versions.node.split('.').map(Number);
  if (ours > major || (ours === major && part >= minor)) return undefined;
  return `${what} needs Node ${oldestNode} or newer, and ${process.execPath} is Node ${process.versions.node}.`;
}

// Node opens its debugger to everybody on the machine at SIGUSR1, unless somebody listens to it.
export const entry = `#!/usr/bin/env -S node ${option}
const major = ${major}, minor = ${minor}, oldestNode = '${oldestNode}';
${nodeProblem}
const problem = nodeProblem('sidewarden');
if (problem !== undefined) {
  process.stderr.write(problem + '\\n');
  process.exit(1);
}
process.on('SIGUSR1', () => {});
${firstLines}const { constants, enableCompileCache } = process.getBuiltinModule('node:module');
const { status } = enableCompileCache(import.meta.dirname + '/compile-cache');
if (status === constants.compileCacheStatus.FAILED) enableCompileCache();
await import('./main.js');
`;
