// Lends servers that are costly to start to the test files of one run: each is started when somebody first asks for it,
// and goes to the next file as if it were new. It lives in vitest's main process (lending.ts), and is asked over a Unix
// socket, a JSON text a line (borrow.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ElasticsearchServer } from './elasticsearch.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { tidy } from './elasticsearch-tidy.ts';
import { type KmsServer, startKms } from './kms.ts';

/** What a file can ask for: Elasticsearch with users, with or without TLS, for itself; KMS together with others. */
export type Wanted = 'elasticsearch' | 'elasticsearch with tls' | 'kms';
export type Order = 'start' | 'stop' | 'restart' | 'kill';
export type Request = { readonly id: number } & ({ readonly take: Wanted } | { readonly order: Order });
export type Reply = { readonly id: number } & ({ readonly facts: unknown } | { readonly error: string });

export type Lender = { readonly path: string; close(): Promise<void> };

/** How many of a kind there are at most; who finds none free waits. */
const most = { elasticsearch: 2, 'elasticsearch with tls': 1 } as const;
type Kind = keyof typeof most;

export async function startLender(): Promise<Lender> {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-lender-'));
  const path = join(folder, 'socket');
  const pools = {
    elasticsearch: createPool('elasticsearch'),
    'elasticsearch with tls': createPool('elasticsearch with tls'),
  };
  let kms: Promise<KmsServer> | undefined;

  const onConnection = (socket: Socket): void => {
    let kind: Kind | undefined;
    let server: Promise<ElasticsearchServer> | undefined;
    const answer = async (request: Request): Promise<unknown> => {
      if ('order' in request) {
        const mine = await server;
        await mine?.[request.order]();
        return { pid: mine?.pid };
      }
      if (request.take === 'kms') {
        kms ??= startKms();
        const { host, port, url, pid, environment } = await kms;
        return { host, port, url, pid, environment };
      }
      kind = request.take;
      server = pools[kind].take();
      const { distribution, folder: own, host, port, url, certificates, users, security, pid } = await server;
      return { distribution, folder: own, host, port, url, certificates, users, security, pid };
    };
    const reply = (text: Reply): void => void socket.write(`${JSON.stringify(text)}\n`);
    createInterface(socket).on('line', (line) => {
      const request = JSON.parse(line) as Request;
      answer(request).then(
        (facts) => reply({ id: request.id, facts }),
        (error: Error) => reply({ id: request.id, error: error.stack ?? error.message }),
      );
    });
    socket.on('error', () => {}); // the file's process is gone: what it had is given back below
    socket.on('close', () => {
      const back = kind;
      if (back !== undefined) server?.then(pools[back].giveBack, () => {});
    });
  };
  const listener = createServer(onConnection);
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  return {
    path,
    async close() {
      listener.close();
      await Promise.all([...Object.values(pools).map((pool) => pool.close()), kms?.then((server) => server.stop())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createPool(kind: Kind) {
  const free: ElasticsearchServer[] = [];
  const all = new Set<ElasticsearchServer>();
  const waiting: (() => void)[] = [];
  let room: number = most[kind];

  const start = async (): Promise<ElasticsearchServer> => {
    const server = await startElasticsearch({ security: true, tls: kind === 'elasticsearch with tls' });
    all.add(server);
    return server;
  };
  /** As new; what cannot be made so is replaced. */
  const renewed = async (server: ElasticsearchServer): Promise<ElasticsearchServer> => {
    try {
      await tidy(server);
      return server;
    } catch {
      all.delete(server);
      await server.kill();
      return start();
    }
  };
  return {
    async take(): Promise<ElasticsearchServer> {
      while (room === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      room -= 1;
      const server = free.pop();
      try {
        return await (server === undefined ? start() : renewed(server));
      } catch (error) {
        room += 1;
        waiting.shift()?.();
        throw error;
      }
    },
    giveBack(server: ElasticsearchServer): void {
      free.push(server);
      room += 1;
      waiting.shift()?.();
    },
    async close(): Promise<void> {
      await Promise.all([...all].map((server) => server.kill()));
    },
  };
}
