// Replicas of one service before real servers: each a process, with a proxy of its own to the server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type LeaseTimes, leaseTimes, provenMs } from '../../src/core/lease-times.ts';
import { type FaultProxy, startProxy } from '../faults/proxy.ts';
import type { PostgresNode, PostgresServer } from '../servers/postgres.ts';
import { overlapsOf, untoldOf } from './judge.ts';

/** The real times take minutes. */
const long = process.env.SIDEWARDEN_TEST_LONG === '1';
export const times: LeaseTimes = long ? leaseTimes : { beatMs: 400, proofMs: 1100, silenceMs: 4000 };
export const intervalMs = long ? 5000 : 500;
/** How long a process is frozen, and a machine that is busy with other tests forgiven. */
export const frozenMs = long ? 60_000 : 8000;
const busyMs = 15_000;
/** What a test may take at most. */
export const slow = 600_000;

/** As documented: the next probe sees the lead free, one asks within a second, and waits until no proof of another counts. */
export const takeoverMs = 2 * intervalMs + 1000 + 1.01 * provenMs(times);

export type Replica = {
  readonly name: string;
  readonly child: ChildProcess;
  readonly proxy: FaultProxy;
  /** What it wrote. */
  readonly lines: string[];
};

const holds = ({ lines }: Replica): boolean =>
  / held /.test(` ${lines.findLast((line) => / (held|free) /.test(line)) ?? ''}`);
const speaks = ({ lines }: Replica): boolean =>
  lines.findLast((line) => / (held|free) /.test(line))?.endsWith('speaks') ?? false;

export type Stage = {
  readonly replicas: readonly Replica[];
  start(count: number, more?: object): Promise<readonly Replica[]>;
  /** Until one of these holds the lease. @returns it, and what that took from this call on. */
  holder(of?: readonly Replica[]): Promise<{ readonly one: Replica; readonly tookMs: number }>;
  /** That no two ever held it at the same time, and that nothing went untold. */
  judge(): void;
  speakers(): readonly Replica[];
  stop(): Promise<void>;
};

export const within = (took: number, documented: number): void => expect(took).toBeLessThan(documented + busyMs);

/** @param urlAt of one replica, whose proxy listens there. */
export function createStage(server: PostgresServer, urlAt?: (port: number) => string): Stage {
  const replicas: Replica[] = [];
  const direct = (port: number): string =>
    `postgres://app:${encodeURIComponent(server.password)}@127.0.0.1:${port}/shop`;
  const startOne = async (more: object, target: Pick<PostgresNode, 'host' | 'port'>): Promise<Replica> => {
    const proxy = await startProxy(target);
    const settings = { url: (urlAt ?? direct)(proxy.port), expect: 'primary', ...more };
    const args = [fileURLToPath(new URL('holder.ts', import.meta.url)), JSON.stringify(settings)];
    const child = spawn(process.execPath, [...args, JSON.stringify(times), String(intervalMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
    });
    const replica = { name: `${replicas.length}`, child, proxy, lines };
    replicas.push(replica);
    return replica;
  };
  return {
    replicas,
    async start(count, more = {}) {
      const begun = await Promise.all(Array.from({ length: count }, () => startOne(more, server)));
      await expect.poll(() => begun.every(({ lines }) => lines.length > 0), { timeout: 60_000 }).toBe(true);
      return begun;
    },
    async holder(of = replicas) {
      const begin = performance.now();
      const timeout = 120_000;
      await expect.poll(() => of.filter(holds).length, { timeout, interval: 10 }).toBe(1);
      const [one] = of.filter(holds);
      if (one === undefined) throw new Error('it was lost again in the same moment');
      return { one, tookMs: performance.now() - begin };
    },
    judge() {
      const all = replicas.map(({ lines }) => lines);
      expect(overlapsOf(all)).toEqual([]);
      expect(untoldOf(all)).toEqual([]);
    },
    speakers: () => replicas.filter(speaks),
    async stop() {
      await Promise.all(
        replicas.map(async ({ child, proxy }) => {
          if (child.exitCode === null && child.signalCode === null) {
            child.kill('SIGKILL');
            await once(child, 'exit');
          }
          await proxy.stop();
        }),
      );
    },
  };
}
