// Servers that the files of a run share, since they are costly to start (lender.ts).
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { family, freezeFamily, signalAll } from './descendants.ts';
import type { ElasticsearchServer } from './elasticsearch.ts';
import { clientOf, type ElasticsearchFacts } from './elasticsearch-client.ts';
import { type KmsAddress, type KmsKeys, keysAt } from './kms.ts';
import type { Order, Reply, Request, Wanted } from './lender.ts';

/**
 * Elasticsearch that asks for users, as good as new and for this file alone, until `remove()` gives it back. It may be
 * stopped, killed, frozen and filled; the next file finds nothing of it.
 */
export async function borrowElasticsearch({ tls = false } = {}): Promise<ElasticsearchServer> {
  const line = await openLine();
  type Taken = ElasticsearchFacts & { readonly pid: number };
  const { pid: first, ...facts } = (await line.ask({
    take: tls ? 'elasticsearch with tls' : 'elasticsearch',
  })) as Taken;
  let pid = first;
  const order = (name: Order) => async (): Promise<void> => {
    pid = ((await line.ask({ order: name })) as { readonly pid: number }).pid;
  };
  return {
    ...facts,
    ...clientOf(facts),
    get pid() {
      return pid;
    },
    start: order('start'),
    stop: order('stop'),
    restart: order('restart'),
    kill: order('kill'),
    freeze: () => freezeFamily(pid),
    thaw: () => signalAll(family(pid), 'SIGCONT'),
    async remove() {
      line.close();
    },
  };
}

/** KMS of this run, which other files use too: for keys of one's own, and nothing else. */
export type BorrowedKms = KmsAddress & KmsKeys;

export async function borrowKms(): Promise<BorrowedKms> {
  const line = await openLine();
  const address = (await line.ask({ take: 'kms' })) as KmsAddress;
  line.close();
  return { ...address, ...keysAt(address.url) };
}

type Asked = { readonly take: Wanted } | { readonly order: Order };

async function openLine(): Promise<{ ask(what: Asked): Promise<unknown>; close(): void }> {
  const socket = connect(inject('lender'));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const open = new Map<number, { resolve(facts: unknown): void; reject(error: Error): void }>();
  createInterface(socket).on('line', (line) => {
    const reply = JSON.parse(line) as Reply;
    const asked = open.get(reply.id);
    open.delete(reply.id);
    if ('error' in reply) asked?.reject(new Error(reply.error));
    else asked?.resolve(reply.facts);
  });
  socket.on('close', () => {
    for (const { reject } of open.values()) reject(new Error('the lender of servers is gone'));
  });
  let id = 0;
  return {
    ask: (what) =>
      new Promise((resolve, reject) => {
        id += 1;
        open.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ id, ...what } satisfies Request)}\n`);
      }),
    close: () => socket.end(),
  };
}
