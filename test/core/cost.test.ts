// The arithmetic of what pods cost: proportional to the pods, finite, and ordered as its names say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Asked, type CheckCost, costOf, defaultSurge, nobody } from '../../src/core/cost.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { loadText, right } from '../config/load.ts';

const per = fc.oneof(
  fc.constant('run' as const),
  fc.constant('session' as const),
  fc.record({ restMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 86_400_000 })) }),
  fc.record({ readerMs: fc.integer({ min: 1000, max: 86_400_000 }) }),
);
const tariff = { source: 'https://example.com', asOf: '2026-01' };
const call = fc.record(
  {
    name: fc.constant('call'),
    count: fc.integer({ min: 1, max: 5 }),
    most: fc.integer({ min: 5, max: 9 }),
    per,
    quota: fc.record({ ...fixed(tariff), perSecond: fc.integer({ min: 1, max: 100_000 }) }),
    price: fc.record({ ...fixed(tariff), usdPer10000: fc.double({ min: 0, max: 10, noNaN: true }) }),
  },
  { requiredKeys: ['name', 'count', 'per'] },
);
const asked: fc.Arbitrary<Asked> = fc
  .record({
    intervalMs: fc.integer({ min: 100, max: 7 * 86_400_000 }),
    maxConnectionAgeMs: fc.integer({ min: 1000, max: 86_400_000 }),
    keeps: fc.constantFrom('connection' as const, 'nothing' as const),
    cost: fc.record({ logIns: fc.integer({ min: 0, max: 2 }), calls: fc.array(call, { minLength: 1, maxLength: 4 }) }),
  })
  .map((one) => ({ ...one, policy: { confirmMs: Math.min(one.intervalMs, 1000) } }));
const podsOf = (replicas: number) => ({ replicas, surge: defaultSurge(replicas) });
const pods = fc.integer({ min: 1, max: 100_000 }).map(podsOf);
const leader = { replicas: 1, surge: 0 };
/** The modes of statistics: `off`, `leader`, `all`. */
const readers = fc.constantFrom(nobody, leader, undefined);

function fixed<T extends object>(values: T): { [Key in keyof T]: fc.Arbitrary<T[Key]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as never;
}

/** Every number that says something of the pods together. */
const numbersOf = ({ connections, logInsPerSecond, requestsPerSecond, calls }: CheckCost): readonly number[] => [
  ...[connections, logInsPerSecond, requestsPerSecond].flatMap((group) => Object.values(group)),
  ...calls.flatMap(({ perSecond, perMonth, usdPerMonth = 0, quotaShare }) => [
    perSecond,
    perMonth,
    usdPerMonth,
    ...Object.values(quotaShare ?? {}),
  ]),
];

describe('for any check', () => {
  test('twice the pods and readers cost twice as much', () => {
    fc.assert(
      fc.property(asked, pods, readers, (one, some, reading = some) => {
        const times = (n: number, { replicas, surge }: typeof some) => ({ replicas: n * replicas, surge: n * surge });
        const [once, twice] = [1, 2].map((n) => numbersOf(costOf(one, times(n, some), times(n, reading))));
        expect(once).toHaveLength(twice?.length ?? 0);
        for (const [index, value] of (once ?? []).entries()) expect(twice?.[index]).toBeCloseTo(2 * value, 6);
      }),
    );
  });
  test('no number is anything but finite and at least 0', () => {
    fc.assert(
      fc.property(asked, pods, readers, (one, some, reading = some) => {
        for (const value of numbersOf(costOf(one, some, reading))) {
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
      }),
    );
  });
  test('what is said to be more is not less', () => {
    fc.assert(
      fc.property(asked, pods, readers, (one, some, reading = some) => {
        const { connections, requestsPerSecond } = costOf(one, some, reading);
        expect(connections.kept).toBeLessThanOrEqual(connections.rotating);
        expect(connections.rotating).toBeLessThan(connections.rollout);
        expect(requestsPerSecond.atRest).toBeLessThanOrEqual(requestsPerSecond.confirming);
      }),
    );
  });
  test('of the leaders: a connection each, and nothing else', () => {
    fc.assert(
      fc.property(asked, pods, readers, (one, some, reading = some) => {
        const [without, found] = [nobody, leader].map((leads) => costOf(one, some, reading, leads));
        const { kept = 0, rotating = 0, rollout = 0 } = without?.connections ?? {};
        const connections = { kept: kept + 1, rotating: rotating + 1, rollout: rollout + 1 };
        expect(found).toEqual({ ...without, connections });
      }),
    );
  });
  test('of the readers: a connection each, and their calls, however many pods there are', () => {
    fc.assert(
      fc.property(asked, pods, pods, (one, some, reading) => {
        const [without, found] = [nobody, reading].map((who) => costOf(one, some, who));
        const isReaders = (per: object | string) => typeof per === 'object' && 'readerMs' in per;
        const own = found?.calls.filter(({ call: { per } }) => isReaders(per)) ?? [];
        expect(found?.calls.filter((each) => !own.includes(each))).toEqual(without?.calls);
        expect(own.map(({ call: each }) => each)).toEqual(one.cost.calls.filter(({ per }) => isReaders(per)));
        const { cost } = one;
        const alone = costOf({ ...one, cost: { ...cost, calls: own.map((each) => each.call) } }, podsOf(1), reading);
        expect(own).toEqual(alone.calls);
        for (const each of own) expect(each.quotaShare?.confirming).toBe(each.quotaShare?.atRest);
        const { kept = 0, rotating = 0, rollout = 0 } = without?.connections ?? {};
        const { replicas, surge } = reading;
        const more = { kept: kept + replicas, rotating: rotating + replicas, rollout: rollout + replicas + surge };
        expect(found?.connections).toEqual(more);
      }),
    );
  });
});

describe('a database, asked two queries every 5 s by 50 pods', () => {
  const cost = costOf(
    {
      intervalMs: 5000,
      maxConnectionAgeMs: 300_000,
      keeps: 'connection',
      policy: { confirmMs: 1000 },
      cost: {
        logIns: 1,
        calls: [
          { name: 'query', count: 2, per: 'run' },
          { name: 'write', count: 2, per: { restMs: 60_000 } },
        ],
      },
    },
    { replicas: 50, surge: 13 },
  );

  test('connections', () => expect(cost.connections).toEqual({ kept: 50, rotating: 100, rollout: 126 }));
  test('log-ins: each 240 s at the earliest', () => {
    expect(cost.logInsPerSecond.restart).toBe(50);
    expect(cost.logInsPerSecond.atRest).toBeCloseTo(50 / 240);
  });
  test('requests: a write that rests is rare, until it fails', () => {
    expect(cost.requestsPerSecond.atRest).toBeCloseTo(20 + 100 / 60);
    expect(cost.requestsPerSecond.confirming).toBeCloseTo((50 * 4) / 0.9);
  });
});

describe('KMS', () => {
  const kms = definitions.find(({ type }) => type === 'kms');
  const parsed = z.object(kms?.settings).parse({ key_id: 'alias/a', round_trip: {}, statistics: { rotations: true } });
  const cost = kms?.cost(parsed as never) ?? { logIns: 0, calls: [] };
  const check = { intervalMs: 60_000, maxConnectionAgeMs: 300_000, policy: { confirmMs: 5000 }, cost };

  test('the calls of a month, their price, their share of the quota', () => {
    const { calls } = costOf({ ...check, keeps: 'connection' }, { replicas: 100, surge: 25 }, leader);
    // docs/kms.md: 43,200 and 17,280 for each pod, and for the one that reads.
    expect(calls.map(({ perMonth }) => Math.round(perMonth))).toEqual([4_320_000, 1_728_000, 43_200, 120, 30]);
    expect(calls.map(({ usdPerMonth }) => usdPerMonth?.toFixed(2))).toEqual(['12.96', '5.18', '0.13', '0.00', '0.00']);
    expect(calls[0]?.quotaShare?.atRest).toBeCloseTo(100 / 60 / 2000);
    for (const { call: one } of calls) expect(one.price?.source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  });

  test('those of the statistics are made as often as the collectors run', async () => {
    const collectors = (await kms?.statistics?.())?.collectors ?? [];
    const said = cost.calls.flatMap(({ name, count, per: when }) =>
      typeof when === 'object' && 'readerMs' in when ? [[name.split(' ')[0], count, when.readerMs]] : [],
    );
    expect(said).toEqual(collectors.map(({ asks, intervalMs }) => [asks, 1, intervalMs]));
  });
});

test('a type that keeps nothing makes its session anew in each run', () => {
  const cost = { logIns: 1, calls: [{ name: 'hello', count: 1, per: 'session' as const }] };
  const check = { intervalMs: 2000, maxConnectionAgeMs: 300_000, policy: { confirmMs: 1000 }, cost };
  const pods = { replicas: 4, surge: 1 };
  expect(costOf({ ...check, keeps: 'nothing' }, pods)).toMatchObject({
    connections: { kept: 0, rotating: 4, rollout: 5 },
    logInsPerSecond: { atRest: 2 },
    requestsPerSecond: { atRest: 2 },
  });
});

describe('what the types say of their checks', () => {
  const text = `checks:
  database: { type: postgres, url: 'postgres://shop@db/shop' }
  written: { type: postgres, url: 'postgres://shop@db/shop', expect: primary, write: { interval: 2m } }
  several: { type: postgres, url: 'postgres://shop@db-1,db-2/shop?target_session_attrs=read-write' }
  search: { type: elasticsearch, url: 'https://es-1,https://es-2' }
  cache: { type: redis, url: 'redis://cache', write: {} }
  shards: { type: redis, cluster: { addresses: ['a:1', 'b:1', 'c:1'] } }
  keys: { type: kms, key_id: alias/shop }
  app: { type: http, url: 'http://127.0.0.1:8080/' }
  port: { type: tcp, address: 'db:5432' }
  edge: { type: tls, address: 'shop.example.com:443' }
  name: { type: dns, name: shop.example.com }
`;
  const { checks } = right(loadText(text));
  const said = Object.fromEntries(
    checks.map(({ name, definition, settings }) => {
      const { logIns, calls } = definition.cost(settings as never);
      const short = calls.map(({ count, most = count, per: when }) =>
        [typeof when === 'string' ? when : Object.entries(when).join('').replace('Ms,', ' '), count, most].join(' '),
      );
      return [name, [`${logIns}`, ...short].join(', ')];
    }),
  );

  test('every type is here', () => {
    expect(new Set(checks.map(({ definition }) => definition.type)).size).toBe(definitions.length);
  });
  test('log-ins, and calls: when, how many, at most', () => {
    expect(said).toEqual({
      database: '1, run 1 1',
      written: '1, run 2 2, rest 120000 2 2',
      several: '2, run 1 1, session 2 2',
      search: '0, run 1 2',
      cache: '1, run 2 2, session 3 3, rest 60000 1 1',
      shards: '1, run 3 9, session 4 12',
      keys: '0, run 1 1, reader 60000 1 1, reader 21600000 1 1',
      app: '0, run 1 1',
      port: '0, run 1 1',
      edge: '0, run 1 1',
      name: '0, run 1 1',
    });
  });
});
