// Builds the daemon when its sources are newer, and runs it as a user would: by a file that mentions variables.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { runFolder, type ServerProcess, startProcess } from '../test/servers/process.ts';
import { type DemoServer, demoApp, demoChecks } from './demo-servers.ts';

const root = join(import.meta.dirname, '..');

export type Daemon = {
  readonly process: ServerProcess;
  readonly url: string;
  readonly log: string;
  readonly configuration: string;
  readonly token: string;
  stop(): Promise<void>;
};

/** Something that the caller can put right; shown without a stack. */
export class Problem extends Error {}

/** The program that package.json names. */
function program(): string {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  return join(root, bin.sidewarden ?? '');
}

/** Runs scripts/build.mjs unless dist/ is newer than every source. Throws when the build fails. */
export async function buildIfOld(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const built = existsSync(program()) ? statSync(program()).mtimeMs : 0;
  const sources = [
    ...globSync(join(root, 'src/**/*')),
    ...['package.json', 'package-lock.json'].map((name) => join(root, name)),
  ];
  if (sources.every((path) => statSync(path).mtimeMs <= built)) return;
  say('building dist/ ...');
  try {
    await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, signal });
  } catch (error) {
    throw new Problem(`the build failed:\n${(error as { readonly stderr?: string }).stderr ?? error}`);
  }
}

/** Resolves when /health has answered 200. */
export async function startDaemon(
  port: number,
  servers: readonly DemoServer[],
  say: (line: string) => void,
): Promise<Daemon> {
  const folder = await runFolder('demo');
  const log = join(folder, 'sidewarden.log');
  const url = `http://127.0.0.1:${port}`;
  const token = `demo-${randomBytes(8).toString('hex')}`;
  const configuration = join(folder, 'sidewarden.yaml');
  writeFileSync(configuration, stringify({ service: 'demo', checks: demoChecks, app: demoApp }));
  say('starting Sidewarden ...');
  let answer = 'no answer';
  const ready = async (): Promise<boolean> => {
    const response = await fetch(`${url}/health`);
    answer = `${response.status} ${await response.text()}`;
    return response.ok;
  };
  try {
    const daemon = await startProcess({
      name: 'sidewarden',
      command: '/bin/sh',
      args: ['-c', 'exec "$@" >> "$0" 2>&1', log, process.execPath, program(), '--config', configuration],
      asCaller: true, // the tree may be readable to its owner alone
      folder,
      port,
      env: {
        ...Object.assign({}, ...servers.map(({ environment }) => environment)),
        SIDEWARDEN_TOKEN: token,
        SIDEWARDEN_LISTEN: `127.0.0.1:${port}`,
        SIDEWARDEN_CONTROL: join(folder, 'control.sock'),
      },
      ready,
      readyWithinMs: 30_000,
      stopWithinMs: 15_000,
    });
    return { process: daemon, url, log, configuration, token, stop: () => daemon.stop() };
  } catch (error) {
    const logged = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n') : '';
    throw new Problem(`Sidewarden did not become healthy; /health: ${answer}\nits log ends:\n${logged}`, {
      cause: error,
    });
  }
}
