// Real servers and Sidewarden in front of them, until Ctrl-C; nothing of it is left behind.
import { parseArgs } from 'node:util';
import { isFree } from '../test/servers/process.ts';
import { MissingServers } from '../test/servers/source.ts';
import { buildIfOld, Problem, startDaemon } from './demo-daemon.ts';
import { endAtSignals, unlessEnded } from './demo-end.ts';
import { follow } from './demo-follow.ts';
import { type DemoServer, startServers } from './demo-servers.ts';

const HELP = `npm run demo [-- --port PORT]

Starts PostgreSQL, Redis, Elasticsearch, a stand-in for AWS KMS and a small shop on loopback, and Sidewarden in front of
them on 127.0.0.1:9090. Servers that this machine lacks are downloaded once, or it says how to install them. Ctrl-C ends it all, and
so do SIGTERM and the end of the terminal.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' }, port: { type: 'string', default: '9090' } } });
  const port = Number(values.port);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Problem(`--port ${values.port} is no port`);
  if (!(await isFree(port))) {
    throw new Problem(`port ${port} is taken; take another one: npm run demo -- --port ${port === 9191 ? 9292 : 9191}`);
  }
  const signal = endAtSignals(say);
  try {
    await unlessEnded(buildIfOld(say, signal), signal);
    await run(port, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  say('stopped; nothing is left behind'); // what had only begun to start is killed as this process ends
  return 0;
}

async function run(port: number, signal: AbortSignal): Promise<void> {
  const servers: DemoServer[] = [];
  try {
    await startServers(servers, say, signal);
    const daemon = await unlessEnded(startDaemon(port, servers, say), signal);
    try {
      await follow(daemon, servers, signal, say);
    } finally {
      await daemon.stop();
    }
  } finally {
    await Promise.allSettled(servers.map(({ server }) => server.stop()));
  }
}

try {
  process.exit(await main());
} catch (error) {
  const known =
    error instanceof Problem ||
    error instanceof MissingServers ||
    (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exit(1);
}
