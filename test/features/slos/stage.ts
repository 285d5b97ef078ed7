// Features on a house whose time the test owns: their jobs run when they are due, and nothing waits.
import { setImmediate as othersTurn } from 'node:timers/promises';
import fastify from 'fastify';
import { Registry } from 'prom-client';
import type { Event } from '../../../src/core/event.ts';
import type { KnownCheck } from '../../../src/core/known-check.ts';
import type { LogFields } from '../../../src/core/log.ts';
import type { ConfiguredFeature } from '../../../src/features/define.ts';
import { createFeatureHost } from '../../../src/features/host.ts';
import { createMeters } from '../../../src/metrics/meters.ts';
import type { Job } from '../../../src/schedule/job.ts';
import { makeBoard } from '../../core/entries.ts';

type Options = {
  readonly checks?: readonly KnownCheck[];
  /** Wall time at the instant 0. */
  readonly wall?: Date;
};

export function createStage({ checks = [], wall = new Date('2026-03-31T23:00:00Z') }: Options = {}) {
  let now = 0;
  let draining = false;
  const clock = { now: () => now, wall: () => new Date(wall.getTime() + now) };
  const jobs = new Set<Job>();
  const events: Event[] = [];
  const said: (readonly [string, LogFields])[] = [];
  const say = (fields: LogFields, message: string): void => void said.push([message, fields]);
  const prom = new Registry();
  let mounted = fastify();
  const host = createFeatureHost({
    ...{ service: 'shop', version: '1', namespace: undefined, stateDir: undefined },
    ...{ clock, random: () => 0, redact: (text) => text, reveal: () => '' },
    log: { debug() {}, info: say, warn: say, error: say },
    board: makeBoard(checks),
    draining: () => draining,
    emit: (event) => void events.push(event),
    lease: {
      ...{ place: undefined, standing: 'leads', speaks: true, held: true, toldUntil: 0 },
      signal: new AbortController().signal,
      onChange() {},
    },
    taken: (name) => name.startsWith('sidewarden_'),
    events: { add() {}, remove() {} },
    shown: { put() {}, drop() {} },
    meters: createMeters({ prom, detail: 'default' }, () => {}),
    scheduler: { add: (job) => void jobs.add(job), nudge() {}, remove: async (job) => void jobs.delete(job) },
    async mount(routes) {
      const app = fastify();
      for (const plugin of routes) app.register(async (scope) => plugin(scope));
      await app.ready();
      return {
        begin() {
          mounted = app;
        },
        drop() {},
      };
    },
  });
  const due = (until: number): Job | undefined =>
    [...jobs].filter((job) => job.next(now) <= until).toSorted((one, other) => one.next(now) - other.next(now))[0];

  return {
    clock,
    events,
    said,
    host,
    drain(is: boolean) {
      draining = is;
    },
    /** These features, as after a reload. */
    async configure(configured: readonly ConfiguredFeature[]): Promise<void> {
      (await host.prepare(configured)).begin();
      for (let turn = 0; turn < 5; turn += 1) await othersTurn(); // those that end have ended
    },
    /** Time goes by, and jobs run when they are due. */
    async pass(ms: number): Promise<void> {
      const until = now + ms;
      for (let job = due(until); job !== undefined; job = due(until)) {
        now = Math.max(now, job.next(now));
        await job.run(new AbortController().signal);
      }
      now = until;
    },
    /** Time goes by, and nothing runs: the process is frozen. */
    freeze(ms: number) {
      now += ms;
    },
    async sendStatsd(...lines: readonly string[]): Promise<void> {
      const answer = await mounted.inject({
        ...{ method: 'POST', url: '/ingest/statsd', headers: { 'content-type': 'text/plain' } },
        body: lines.join('\n'),
      });
      if (answer.statusCode !== 202) throw new Error(answer.body);
    },
    /** Series of objectives with their values; without `sidewarden_slo_`. */
    async series(): Promise<Readonly<Record<string, number>>> {
      const found = [...(await prom.metrics()).matchAll(/^sidewarden_slo_(\S+) (\S+)$/gm)];
      return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
    },
  };
}
