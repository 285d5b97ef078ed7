// Runs the code blocks of the runbooks and guides, each by its language, as somebody would who pastes it.
import { spawn } from 'node:child_process';
import { runRedisCli } from '../servers/redis-cli.ts';
import { commandsIn, type Fault } from './fences.ts';
import { problemsOf } from './known-families.ts';
import type { Stage } from './stage.ts';

/** What is wrong with the text of a block; nothing: it runs. */
export type Runner = (text: string, stage: Stage) => Promise<readonly Fault[]>;

/** One after the other, and each command once, whichever pages have it. */
const lineByLine = (run: (command: string, stage: Stage) => Promise<string | undefined>): Runner => {
  const ran = new Map<string, Promise<string | undefined>>();
  return async (text, stage) => {
    const faults: Fault[] = [];
    for (const { command, after } of commandsIn(text)) {
      const running = ran.get(command) ?? run(command, stage);
      ran.set(command, running);
      const message = await running;
      if (message !== undefined) faults.push({ after, message });
    }
    return faults;
  };
};

/** One expression. Our own mistakes are told alone: they name the place. */
const promql: Runner = async (text, { prometheus }) => {
  const own = problemsOf(text);
  if (own.length > 0) return own.map((message) => ({ after: 0, message }));
  try {
    await prometheus.query(text);
    return [];
  } catch (error) {
    const [message = '', line = '1'] = /(?<=: )(\d+):\d+: .*$/.exec((error as Error).message) ?? [String(error)];
    return [{ after: Number(line) - 1, message }];
  }
};

const redis = lineByLine(async (command, { cache }) => {
  const { answer, refused } = await runRedisCli(cache, command.trim());
  return refused ? `${command}: ${answer}` : undefined;
});

const elasticsearch = lineByLine(async (command, { search }) => {
  const path = /^GET (\/\S*)$/.exec(command)?.[1];
  if (path === undefined) return `${command}: it is not GET and a path: write the block as text`;
  const { status, body } = await search.request('GET', path);
  return status === 200 ? undefined : `${command}: ${status} ${JSON.stringify(body).slice(0, 200)}`;
});

/** curl says each answer that is no success; what closes the pipe early, as `head` does, is no mistake. */
const beforeEach = 'curl() { command curl --fail --show-error "$@"; }\n';
const isFault = (line: string): boolean => !/^curl: \(23\)/.test(line);

const sh = lineByLine(async (command, stage) => {
  const { code, stderr } = await inShell(command, stage);
  const said = stderr.split('\n').filter((line) => /^(?:curl: |bash: )/.test(line) && isFault(line));
  const foundNothing = code === 1 && /\|\s*grep [^|]*$/.test(command);
  if (said.length === 0 && (code === 0 || foundNothing)) return;
  return `${command}: exit code ${code}: ${(said.length > 0 ? said.join('; ') : stderr).slice(0, 300)}`;
});

/** Where the daemon listens on another port than 9090. */
async function inShell(
  command: string,
  { folder, programs, daemon, control, environment }: Stage,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const here = command
    .replaceAll('localhost:9090', new URL(daemon.url).host)
    .replaceAll('/run/sidewarden/control.sock', control);
  const env = { ...environment, PATH: `${programs}:${process.env.PATH}`, SIDEWARDEN_CONTROL: control };
  const child = spawn('bash', ['--norc', '-c', beforeEach + here], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

/** Of `sql` there is run-sql.ts. */
export const runners: Readonly<Record<string, Runner>> = { promql, redis, elasticsearch, sh };
