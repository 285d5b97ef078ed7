// What check-config --replicas prints against what a PostgreSQL server sees of so many daemons: connections, log-ins, queries.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { removeFolder, runFolder } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { runCommand } from './command.ts';

const pods = 3;
const intervalMs = 500;
/** Runs of a pod lie on its grid, 10 % off it at most: over any time there is one and a fifth more, or fewer. */
const runsOff = 1.2;
const queriesOfRun = 2;

type Printed = {
  readonly connections: { readonly kept: number; readonly rotating: number };
  readonly log_ins_per_second: { readonly at_rest: number; readonly restart: number };
  readonly requests_per_second: { readonly at_rest: number };
};
/** One line of the server's log. */
type Event = { readonly at: number; readonly backend: string; readonly kind: 'in' | 'out' | 'query' };

let server: PostgresServer;
let folder: string;
let daemons: readonly Sidewarden[] = [];
let printed: Printed;

beforeAll(async () => {
  server = await startPostgres({
    settings: { log_connections: 'on', log_disconnections: 'on', log_statement: 'all', log_line_prefix: '%n %p %u ' },
  });
  const check = { type: 'postgres', url: server.url, interval: '500ms', timeout: '400ms', expect: 'primary' };
  // What a leader asks besides is its own; test/integration/statistics-leader.test.ts has it.
  const configuration = { statistics: { mode: 'off' }, checks: { database: { ...check, max_connection_age: '2s' } } };
  folder = await runFolder('replicas');
  const file = join(folder, 'sidewarden.yaml');
  await writeFile(file, stringify(configuration));
  const { stdout } = await runCommand(['check-config', '--config', file, '--replicas', `${pods}`, '--json']);
  printed = JSON.parse(stdout).checks.database.cost;
  daemons = await Promise.all(Array.from({ length: pods }, () => startSidewarden({ configuration })));
});
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await server?.remove();
  if (folder !== undefined) removeFolder(folder);
});

/** What the user of the checks did, in the order of the log; times in seconds. */
function events(): readonly Event[] {
  return [...server.output().matchAll(/^(\d+\.\d+) (\d+) app LOG: {2}(.*)$/gm)].flatMap(
    ([, at, backend = '', text = '']) => {
      const kind = text.startsWith('connection authorized')
        ? 'in'
        : text.startsWith('disconnection')
          ? 'out'
          : text.startsWith('statement')
            ? 'query'
            : undefined;
      return kind === undefined ? [] : [{ at: Number(at), backend, kind } as const];
    },
  );
}

/** The most and the fewest sessions open after any event, from when there was one for each pod. */
function sessions(all: readonly Event[]): { readonly most: number; readonly fewest: number } {
  const open = new Set<string>();
  const counts = all.map(({ backend, kind }) => {
    if (kind === 'in') open.add(backend);
    if (kind === 'out') open.delete(backend);
    return open.size;
  });
  const steady = counts.slice(counts.indexOf(pods));
  return { most: Math.max(...steady), fewest: Math.min(...steady) };
}

test('three daemons cost the server what was printed', async () => {
  expect(printed).toMatchObject({ connections: { kept: 3, rotating: 6 }, log_ins_per_second: { restart: 3 } });
  for (const daemon of daemons) await daemon.until((_, code) => code === 200, 40_000);
  const healthy = events().length;
  const enough = 5 * printed.requests_per_second.at_rest; // five seconds of it
  await expect.poll(() => events().slice(healthy).length).toBeGreaterThan(enough);
  const all = events();
  const seen = all.slice(healthy);
  const seconds = (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0);
  const count = (kind: Event['kind']) => seen.filter((one) => one.kind === kind).length;

  expect(sessions(all)).toMatchObject({ fewest: printed.connections.kept });
  expect(sessions(all).most).toBeGreaterThan(printed.connections.kept);
  expect(sessions(all).most).toBeLessThanOrEqual(printed.connections.rotating);

  const { at_rest: queries } = printed.requests_per_second;
  expect(Math.abs(count('query') - queries * seconds)).toBeLessThanOrEqual(pods * queriesOfRun * runsOff);

  const { at_rest: logIns, restart } = printed.log_ins_per_second;
  expect(count('in')).toBeLessThanOrEqual(logIns * seconds + pods);
  // A run that is not yet old enough leaves it to the next one: 2 s and an interval later at the latest.
  expect(count('in')).toBeGreaterThanOrEqual(pods * Math.floor(seconds / (2 + (runsOff * intervalMs) / 1000)));
  const instants = all.filter(({ kind }) => kind === 'in').map(({ at }) => at);
  const inOneSecond = instants.map((from) => instants.filter((at) => at >= from && at < from + 1).length);
  expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(restart);
});
