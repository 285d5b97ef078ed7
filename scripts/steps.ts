// The steps of `npm test`: tools, each of which counts as one test, and groups of tests, which vitest runs in one go.
import { spawn } from 'node:child_process';
import type { Outcome } from './vitest.ts';

export type Step = { readonly name: string; readonly does: string; readonly run?: () => Promise<Outcome> };

const tool = (name: string, does: string, command: string, ...args: string[]): Step => ({
  name,
  does,
  run: () => runTool(name, command, args),
});

/** Those without `run` are groups: projects of vitest.config.ts. */
export const steps: readonly Step[] = [
  tool('build', 'build dist/ (node scripts/build.mjs)', 'node', 'scripts/build.mjs'),
  tool('style', 'format and lint (biome check)', 'biome', 'check', '--colors=off'),
  tool('types', 'check types (tsc)', 'tsc', '--project', '.', '--pretty', 'false', '--singleThreaded'),
  tool('unused', 'look for dead code and dependencies (knip)', 'knip', '--no-progress'),
  { name: 'unit', does: 'each part by itself' },
  { name: 'contract', does: 'every dependency type against its real server' },
  { name: 'integration', does: 'the daemon and the command line as a whole' },
  { name: 'faults', does: 'real servers that hang, reset, refuse, cut and restart' },
];

/** What a tool says is shown when it fails. */
async function runTool(name: string, command: string, args: readonly string[]): Promise<Outcome> {
  const { code, output } = await run(command, args);
  if (code === 0) return { passed: 1, failures: [], skipped: [] };
  const message = output.trimEnd().split('\n').slice(-60).join('\n');
  return { passed: 0, failures: [{ name, message: `${message}\n(exit code ${code})` }], skipped: [] };
}

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
