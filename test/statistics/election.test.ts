// One replica reads: who, for how long, and what the others show, over any order of faults.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { initialPlace, nextPlace, reads } from '../../src/leadership/place.ts';
import { type Connection, intervalMs, type Part, type Replica, Server, startReplica } from './world.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const readers = (replicas: readonly Replica[], check: string) => replicas.filter((one) => one.reads(check));
const connectionsOf = (server: Server) => [...server.connections].map(({ replica }) => replica);

async function start(count: number, parts: Readonly<Record<string, Part>>): Promise<Replica[]> {
  const replicas = Array.from({ length: count }, (_, number) => startReplica(number, parts));
  await Promise.all(replicas.map((one) => one.start()));
  return replicas;
}
const stop = (replicas: readonly Replica[]) => Promise.all(replicas.map((one) => one.kill()));

test('one of three reads, and the others show nothing and hold no connection', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(3, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(6500);
  const [leader, ...more] = readers(replicas, 'database');
  expect(more).toEqual([]);
  expect(readers(replicas, 'cache')).toEqual([leader]);
  expect(leader?.page()).toContain('database_value{check="database",instance="server:1"} 1\n');
  expect(leader?.page()).toContain('cache_value{check="cache",instance="server:1"} 1\n');
  for (const one of replicas) if (one !== leader) expect(one.page()).toBe('');
  expect(connectionsOf(database)).toHaveLength(2); // that of the lead, too
  expect(connectionsOf(cache)).toHaveLength(1);
  await stop(replicas);
});

test('when it is killed another reads within two intervals of the probe', async () => {
  const database = new Server();
  const replicas = await start(3, { database: { server: database, elects: 'primary' } });
  await pass(6500);
  const [leader] = readers(replicas, 'database');
  await leader?.kill();
  const left = replicas.filter((one) => one !== leader);
  await pass(10_000);
  expect(readers(left, 'database')).toHaveLength(1);
  expect(readers(left, 'database')[0]?.page()).toContain('database_value');
  await stop(left);
});

test('a frozen place: up is 0 and nothing else, the others go on, and all returns', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(2, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(20_000);
  const [leader] = readers(replicas, 'database');
  database.frozen = true;
  await pass(2 * intervalMs);
  expect(leader?.page()).toContain('database_up{check="database",instance="server:1"} 0\n');
  expect(leader?.page()).not.toContain('database_value');
  expect(leader?.page()).toContain('cache_value');
  await pass(20 * intervalMs);
  expect(readers(replicas, 'database')).toEqual([leader]);
  expect(leader?.page()).toContain('cache_value');
  database.frozen = false;
  await pass(5 * intervalMs);
  expect(readers(replicas, 'database')).toHaveLength(1);
  const [now] = readers(replicas, 'database');
  expect(now?.page()).toContain('database_up{check="database",instance="server:1"} 1\n');
  expect(now?.page()).toContain('database_value');
  expect(now?.page()).toContain('database_size');
  await stop(replicas);
});

test('a leader that lost its place to another stands down for everything when it sees that', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(2, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(20_000);
  const [leader] = readers(replicas, 'database') as [Replica];
  const number = replicas.indexOf(leader);
  const other = replicas[1 - number] as Replica;
  database.unreachable.add(number);
  await pass(20_000);
  database.holders.clear(); // its keep-alives ran out
  await pass(11_000);
  expect(other.reads('database')).toBe(true);
  expect(leader.reads('cache')).toBe(true);
  expect(leader.page()).not.toContain('database_value');
  database.unreachable.delete(number);
  await pass(60_000);
  expect(leader.reads('cache')).toBe(false);
  expect(leader.page()).toBe('');
  expect(readers(replicas, 'cache')).toEqual([other]);
  await stop(replicas);
});

test('a leader whose connection ended leads again within seconds, when nobody was quicker', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(2, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(20_000);
  const [leader] = readers(replicas, 'database') as [Replica];
  for (const connection of [...database.connections] as Connection[]) connection.breakOff();
  expect(leader.page()).toContain('database_up{check="database",instance="server:1"} 0\n');
  expect(leader.page()).not.toContain('database_value');
  expect(leader.reads('cache'), 'nobody else leads yet').toBe(true);
  await pass(2000);
  expect(readers(replicas, 'database')).toEqual([leader]);
  expect(leader.page()).toContain('database_value');
  await stop(replicas);
});

test('one that leads after an attempt of its own broke says nothing of its last round before the first has ended', async () => {
  const database = new Server();
  const parts: Readonly<Record<string, Part>> = { database: { server: database, elects: 'primary' } };
  database.customs = 1; // which takes 1.8 s
  const [replica] = (await start(1, parts)) as [Replica];
  const another = {};
  const { key } = replica.statistics.election('database') ?? { key: 0n };
  database.holders.set(key, another);
  await pass(6000);
  database.gate = new Promise(() => {}); // its question whether it may lead is not answered
  database.end(another);
  const opened = database.opened;
  for (let waited = 0; database.opened === opened && waited < 10_000; waited += 100) await pass(100);
  expect(database.opened).toBe(opened + 1);
  replica.statistics.election('database')?.tell(true); // another was quicker
  await pass(3000);
  expect(replica.page()).toBe('');
  database.gate = undefined;
  replica.statistics.election('database')?.tell(false);
  const lines = () => replica.page().split('\n');
  for (let waited = 0; !replica.page().includes('_up{') && waited < 10_000; waited += 100) await pass(100);
  expect(lines()).toContain('database_up{check="database",instance="server:1"} 1');
  expect(replica.page()).not.toContain('database_last_error');
  await pass(2500);
  expect(lines()).toContain('database_last_error{check="database",instance="server:1"} 0');
  await stop([replica]);
});

test('one that lost its connection stands down as soon as its probe sees another', () => {
  const lost = [{ kind: 'asked', answer: 'leads' } as const, { kind: 'broke' } as const].reduce(
    nextPlace,
    initialPlace,
  );
  expect(reads(lost)).toBe(true);
  expect(reads(nextPlace(lost, { kind: 'seen', held: false }))).toBe(true);
  expect(reads(nextPlace(lost, { kind: 'seen', held: true }))).toBe(false);
});

test('behind a pooler nobody leads, it is said once, and nobody asks for ever', async () => {
  const database = new Server();
  database.pooled = true;
  const replicas = await start(2, { database: { server: database, elects: 'any' } });
  await pass(3_600_000);
  expect(readers(replicas, 'database')).toEqual([]);
  expect(database.asked.reduce((sum, count) => sum + count, 0)).toBeLessThan(60);
  for (const { log } of replicas) expect(log.lines.filter(({ message }) => message.includes('pooler'))).toHaveLength(1);
  await stop(replicas);
});

test('whoever stands down leaves nothing: no sample, no metric of a collector, whatever was under way', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(2, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(20_000);
  const [leader] = readers(replicas, 'database') as [Replica];
  expect(leader.collectors.get('cache')).toEqual(new Set(['often', 'seldom']));
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  cache.gate = gate;
  await pass(14_000); // a round has begun, and waits
  const number = replicas.indexOf(leader);
  database.unreachable.add(number);
  for (const connection of [...database.connections] as Connection[]) database.end(connection);
  await pass(12_000);
  database.unreachable.delete(number);
  await pass(30_000);
  open();
  await pass(1000);
  expect(leader.reads('database')).toBe(false);
  expect(leader.page()).toBe('');
  expect(leader.collectors.size).toBe(0);
  await stop(replicas);
});

test('the connection of the leader’s statistics is replaced at its age, and nothing is missing meanwhile', async () => {
  const database = new Server();
  const [replica] = (await start(1, { database: { server: database, elects: 'primary' } })) as [Replica];
  await pass(20_000);
  for (let second = 0; second < 700; second += 1) {
    await pass(1000);
    expect(replica.page()).toContain('database_up{check="database",instance="server:1"} 1\n');
    expect(replica.page()).toContain('database_value');
  }
  expect(database.opened, 'and that of the lead is not').toBe(3 + 1);
  await replica.kill();
});

test('before a server whose probes cannot tell, one asks all the same, and reads', async () => {
  const database = new Server();
  database.blind = true;
  const replicas = await start(2, { database: { server: database, elects: 'any' } });
  await pass(50_000);
  expect(readers(replicas, 'database')).toEqual([]);
  await pass(100_000);
  expect(readers(replicas, 'database')).toHaveLength(1);
  await stop(replicas);
});

test('when nobody can connect to ask, each says so: in the log, with up 0, and by its collectors', async () => {
  const database = new Server();
  database.refuses = true;
  database.refusal = new Failure('auth', 'the password is wrong');
  const replicas = await start(2, { database: { server: database, elects: 'primary' } });
  await pass(600_000);
  for (const one of replicas) {
    expect(one.page().replace(/^#.*\n/gm, '')).toBe(
      'database_up{check="database",instance="server:1"} 0\ndatabase_last_error{check="database",instance="server:1"} 1\n',
    );
    expect(one.log.lines.map(({ message }) => message)).toEqual(['database: its statistics cannot be read (auth)']);
    expect(one.runs.every(({ ok, errorClass }) => !ok && errorClass === 'auth')).toBe(true);
    expect(one.runs.length / 2, 'ever more seldom').toBeLessThan(16);
  }
  database.refuses = false;
  await pass(70_000);
  expect(readers(replicas, 'database')).toHaveLength(1);
  for (const one of replicas) if (!one.reads('database')) expect(one.page()).toBe('');
  await stop(replicas);
});

test('an outage in which the leader ends too: up is 0 still, and one reads when it is over', async () => {
  const database = new Server();
  const cache = new Server();
  const replicas = await start(2, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
  await pass(20_000);
  const [leader] = readers(replicas, 'database') as [Replica];
  const [other] = replicas.filter((one) => one !== leader) as [Replica];
  database.refuses = true;
  for (const connection of [...database.connections] as Connection[]) connection.breakOff();
  await leader.kill();
  await pass(180_000);
  expect(other.page()).toContain('database_up{check="database",instance="server:1"} 0\n');
  expect(other.page()).not.toContain('database_value');
  database.refuses = false;
  await pass(70_000);
  expect(other.reads('cache')).toBe(true);
  expect(other.page()).toContain('database_up{check="database",instance="server:1"} 1\n');
  await stop([other]);
});

test('a reload that changes the place keeps the lead, and what follows goes on', async () => {
  const database = new Server();
  const cache = new Server();
  const parts = { database: { server: database, elects: 'primary' } as const, cache: { server: cache } };
  const replicas = await start(2, parts);
  await pass(20_000);
  const [leader] = readers(replicas, 'database') as [Replica];
  await leader.replace({ ...parts, database: { ...parts.database, mode: 'leader' } });
  for (let second = 0; second < 30; second += 1) {
    await pass(1000);
    expect(leader.page()).toContain('cache_value');
    expect(readers(replicas, 'database')).toEqual([leader]);
  }
  expect(leader.page()).toContain('database_value');
  await stop(replicas);
});

describe('seats', () => {
  test('without a place the others are off', async () => {
    const cache = new Server();
    const [replica] = (await start(1, { cache: { server: cache } })) as [Replica];
    await pass(120_000);
    expect(cache.asked).toEqual([]);
    expect(replica.standings.get('cache')).toEqual({ mode: 'off', reads: false });
    await replica.kill();
  });

  test('every replica reads where the mode is all', async () => {
    const cache = new Server();
    const replicas = await start(3, { cache: { server: cache, mode: 'all' } });
    await pass(1000);
    expect(readers(replicas, 'cache')).toHaveLength(3);
    for (const one of replicas) expect(one.page()).toContain('cache_value');
    await stop(replicas);
  });

  test('a replica of the database elects for itself and is followed by nobody', async () => {
    const standby = new Server();
    const cache = new Server();
    const replicas = await start(1, { standby: { server: standby, elects: 'replica' }, cache: { server: cache } });
    await pass(10_000);
    expect(readers(replicas, 'standby')).toHaveLength(1);
    expect(replicas[0]?.standings.get('cache')?.mode).toBe('off');
    await stop(replicas);
  });

  test('a reload without the place ends the lead, and frees it', async () => {
    const database = new Server();
    const parts = { database: { server: database, elects: 'primary' } as const };
    const [one, two] = (await start(2, parts)) as [Replica, Replica];
    await pass(6500);
    const [leader, other] = one.reads('database') ? [one, two] : [two, one];
    await leader.replace({});
    expect(leader.page()).toBe('');
    expect(leader.standings.size).toBe(0);
    await pass(10_000);
    expect(other.reads('database')).toBe(true);
    await stop([one, two]);
  });
});

type Step = {
  readonly kind: 'freeze' | 'thaw' | 'refuse' | 'accept' | 'cut' | 'part' | 'join';
  readonly replica: number;
  readonly ms: number;
};

test('whatever happens, two never both hold the lead, and when all is well one reads again', async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('freeze', 'thaw', 'refuse', 'accept', 'cut', 'part', 'join'),
    replica: fc.nat(2),
    ms: fc.integer({ min: 100, max: 40_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const database = new Server();
      const cache = new Server();
      const replicas = await start(3, { database: { server: database, elects: 'primary' }, cache: { server: cache } });
      for (const { kind, replica, ms } of steps) {
        if (kind === 'freeze') database.frozen = true;
        if (kind === 'thaw') database.frozen = false;
        if (kind === 'refuse') database.refuses = true;
        if (kind === 'accept') database.refuses = false;
        if (kind === 'cut') for (const one of database.connections) one.breakOff();
        if (kind === 'part') database.unreachable.add(replica);
        if (kind === 'join') database.unreachable.delete(replica);
        await pass(ms);
        const showing = replicas.filter((one) => one.page().includes('database_value'));
        expect(showing.length).toBeLessThanOrEqual(1);
      }
      database.frozen = false;
      database.refuses = false;
      database.unreachable.clear();
      for (const connection of database.holders.values()) {
        if (![...database.connections].includes(connection as never)) database.end(connection);
      }
      await pass(150_000);
      expect(readers(replicas, 'database')).toHaveLength(1);
      expect(readers(replicas, 'cache')).toEqual(readers(replicas, 'database'));
      expect(readers(replicas, 'cache')[0]?.page()).toContain('cache_value');
      for (const one of replicas) expect(one.latenessMs()).toBeLessThan(5000);
      await stop(replicas);
    }),
    { numRuns: 60 },
  );
});
