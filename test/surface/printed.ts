// What commands print with --json, run here over configurations with checks that pass, fail, skip and reach a second node.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import { startTcpServer } from '../servers/tcp.ts';
import type { Answers } from './answers.ts';

/** Nobody listens there. */
const away = 'http://127.0.0.1:1';

/** A cluster that is yellow, and one that does not offer its health. */
const answer: RequestListener = ({ url }, response) => {
  const offers = url?.startsWith('/serverless/') !== true;
  const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
  response.writeHead(offers ? 200 : 410, headers);
  const error = { type: 'api_not_available_exception', reason: 'not available when running in serverless mode' };
  response.end(JSON.stringify(offers ? { status: 'yellow' } : { error }));
};

/** A Redis that says how many clients it takes. */
const speak = (socket: Socket): void => {
  const info = 'maxclients:10000\r\n';
  const replies: Readonly<Record<string, string>> = {
    PING: '+PONG\r\n',
    ROLE: '*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n',
    INFO: `$${info.length}\r\n${info}\r\n`,
  };
  socket.on('data', (chunk: Buffer) => {
    for (const [, command = ''] of `${chunk}`.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
      socket.write(replies[command.toUpperCase()] ?? '+OK\r\n');
    }
  });
};

export async function printedJson(): Promise<Answers> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-surface-'));
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redis = await startTcpServer(speak);
  try {
    const file = (name: string, content: object): string => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const search = { type: 'elasticsearch' };
    const asked = {
      refused: { type: 'http', url: away },
      second: { ...search, url: `${away},${here}` },
      silent: { ...search, url: `${here}/serverless` },
      cache: { type: 'redis', url: `redis://${redis.host}:${redis.port}` },
    };
    const keys = { type: 'kms', key_id: 'alias/a', region: 'a', round_trip: {} };
    const good = file('good.yaml', { checks: asked });
    const slow = { indicator: { histogram: 'a_seconds', threshold: 1 }, objective: 95, window: '7d' };
    const objectives = file('objectives.yaml', { app: { statsd: {} }, prometheus: { url: away }, slos: { slow } });
    const costly = file('costly.yaml', { checks: { keys, app: { type: 'tcp', address: '127.0.0.1:1' } } });
    const wrong = file('wrong.yaml', { loglevel: 'info', checks: { a: { type: 'tcp', address: 1 } } });
    const variables = { SIDEWARDEN_LISTEN: '1' };
    return new Map([
      ['probe --json', [await printed(['probe', '--json', '--config', good])]],
      [
        'check-config --json',
        [
          await printed(['check-config', '--json', '--config', costly]),
          await printed(['check-config', '--json', '--config', wrong], variables),
          await printed(['check-config', '--json', '--config', '/dev/null']),
        ],
      ],
      [
        'check-config --json --online',
        [
          await printed(['check-config', '--json', '--online', '--config', good]),
          await printed(['check-config', '--json', '--online', '--config', objectives]),
        ],
      ],
      [
        'check-config --json --replicas',
        [await printed(['check-config', '--json', '--replicas=9', '--config', costly])],
      ],
      ['print-config --json', leavesOf(await printed(['print-config', '--json', '--config', good]))],
    ]);
  } finally {
    server.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The maps of a tree that have no map below them: what is said of each value. The keys above are the configuration's. */
function leavesOf(tree: unknown): readonly unknown[] {
  const isMap = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(tree)) return [];
  const inner = Object.entries(tree)
    .filter(([key]) => key !== 'value')
    .flatMap(([, value]) => leavesOf(value));
  return inner.length > 0 ? inner : [{ '(each value)': tree }];
}

/** What a command line writes to standard output, read as JSON. It has an environment of its own. */
async function printed(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { write } = process.stdout;
  const { env } = process;
  let text = '';
  process.env = environment;
  process.stdout.write = (part: string | Uint8Array): boolean => {
    text += String(part);
    return true;
  };
  try {
    await dispatch(args, commands);
  } finally {
    process.stdout.write = write;
    process.env = env;
  }
  return JSON.parse(text);
}
