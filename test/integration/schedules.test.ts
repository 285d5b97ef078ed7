// When checks run, measured where it counts: at the server, by the instants at which connections arrive.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../patience.ts';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import type { Listening } from '../servers/listening.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { waitedSince } from '../servers/waited.ts';
import { gapsOf, type Measured, now, spreadOf, watchArrivals } from './arrivals.ts';

/** How late a quiet machine may be, daemon and test together; what a busy one adds is measured. */
const slackMs = 150;
const token = 'the-token-of-this-test';

const names = ['cron', 'interval', 'silent', 'wrong', 'refusing'] as const;
type Name = (typeof names)[number];
/** Of the daemon and of us, in milliseconds. */
let waited = (): number => 0;
const arrivals = Object.fromEntries(names.map((name) => [name, watchArrivals(name, () => waited())])) as Record<
  Name,
  ReturnType<typeof watchArrivals>
>;
/** What the servers `wrong` and `refusing` do now. */
const good = { wrong: true, refusing: true };
/** From when to when connections to the silent server were open, and how late that was seen at most. */
const flights: { readonly from: number; to: number; lateMs: number }[] = [];

let servers: Record<Exclude<Name, 'refusing'>, Listening> & { readonly refusing: HttpServer };
let daemon: Sidewarden;

beforeAll(async () => {
  servers = {
    cron: await startTcpServer(() => arrivals.cron.note()),
    interval: await startTcpServer(() => arrivals.interval.note()),
    silent: await startTcpServer((socket) => {
      const flight = { from: now(), to: Number.POSITIVE_INFINITY, lateMs: 0 };
      const waitedBefore = waited();
      flights.push(flight);
      arrivals.silent.note();
      socket.resume().once('close', () => Object.assign(flight, { to: now(), lateMs: waited() - waitedBefore }));
    }),
    wrong: await startTcpServer((socket) => {
      arrivals.wrong.note();
      socket.end(good.wrong ? 'ready\n' : 'out of order\n');
    }),
    refusing: await startHttpServer((_, response) => {
      arrivals.refusing.note();
      response.writeHead(good.refusing ? 200 : 401).end();
    }),
  };
  const at = ({ host, port }: Listening): string => `${host}:${port}`;
  const checks = {
    cron: { type: 'tcp', address: at(servers.cron), cron: '* * * * * *', timeout: '500ms' },
    interval: { type: 'tcp', address: at(servers.interval), interval: '500ms', timeout: '400ms' },
    silent: { type: 'tcp', address: at(servers.silent), expect: 'never', interval: '600ms', timeout: '570ms' },
    wrong: { type: 'tcp', address: at(servers.wrong), expect: '^ready', interval: '2500ms', timeout: '500ms' },
    refusing: { type: 'http', url: `http://${at(servers.refusing)}/`, interval: '500ms', timeout: '400ms' },
  };
  daemon = await startSidewarden({ configuration: { token, checks } });
  waited = waitedSince(daemon);
});
afterAll(async () => {
  await daemon?.stop();
  await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
});

function expectWithin(values: readonly Measured[], least: number, most: number): void {
  const all = values.map(
    ({ ms, lessMs, moreMs }) => `${Math.round(ms)} (-${Math.round(lessMs)} +${Math.round(moreMs)})`,
  );
  for (const { ms, moreMs, lessMs } of values) {
    expect(ms, `of ${all}`).toBeGreaterThanOrEqual(least - 1 - lessMs);
    expect(ms, `of ${all}`).toBeLessThanOrEqual(most + slackMs + moreMs);
  }
}
/** Resolves once the check's status is this. */
const until = (check: Name, status: string, withinMs: number): Promise<number> =>
  daemon.until(({ checks }) => checks[check]?.status === status, withinMs);

type Past = { readonly time: string; readonly result: string };
type Detailed = { checks: Record<string, { history: readonly Past[]; transitions: readonly { time: string }[] }> };

/** How many runs passed in a row, by the daemon's own history, before the last change of the status. */
async function passesBefore(check: Name): Promise<number> {
  const { body } = await daemon.get<Detailed>('/health/detailed', { authorization: `Bearer ${token}` });
  const { history = [], transitions = [] } = body.checks[check] ?? {};
  const at = Math.max(...transitions.map(({ time }) => Date.parse(time)));
  const before = history.filter(({ time }) => Date.parse(time) <= at).map(({ result }) => result);
  return before.length - 1 - before.lastIndexOf('failed');
}

describe.concurrent('at their times', () => {
  test('cron: at its instants, a little later by the pod’s offset, never early, none left out', async () => {
    await until('cron', 'healthy', 20_000); // a process that starts is late by itself
    const runs = (await arrivals.cron.next(8, 40_000)).slice(1);
    const after = runs.map(({ at, lateMs }) => ({ ms: ((at + 500) % 1000) - 500, moreMs: lateMs, lessMs: 0 }));
    expectWithin(after, 0, 100); // a tenth of the gap of 1 s
    expect(spreadOf(after)).toBeLessThan(slackMs); // one offset for all of them
    expectWithin(gapsOf(runs), 1000 - slackMs, 1000);
  });

  test('interval: on its grid within a tenth, and not in step', async () => {
    const runs = (await arrivals.interval.next(14, 40_000)).slice(2); // the first is at once, wherever the grid lies
    const from = runs[0]?.at ?? 0;
    const off = runs.map(({ at, lateMs }, index) => ({ ms: at - from - index * 500, moreMs: lateMs, lessMs: 0 }));
    expect(spreadOf(off)).toBeLessThanOrEqual(100 + slackMs);
    const jitter = off.map(({ ms }) => ms);
    expect(Math.max(...jitter) - Math.min(...jitter), 'no jitter').toBeGreaterThan(10);
    expectWithin(gapsOf(runs), 400, 600);
  });

  test('a server that hangs has one flight at a time', async () => {
    await until('silent', 'unhealthy', 20_000); // until then a failure is confirmed after its end
    const runs = await arrivals.silent.next(7, 40_000);
    expectWithin(gapsOf(runs), 570 - slackMs, 720); // an arrival that is noticed late makes the next gap short
    const counted = flights.slice();
    // That the last but one has ended may not have been read yet.
    await eventually(() => expect(counted.slice(0, -1).every(({ to }) => Number.isFinite(to))).toBe(true));
    const overlaps = counted.slice(1).map(({ from }, index) => {
      const { to = Number.POSITIVE_INFINITY, lateMs = 0 } = counted[index] ?? {};
      return to - lateMs - from;
    });
    // A close and the next connection may reach this process in one turn, in either order.
    expect(Math.max(...overlaps)).toBeLessThan(slackMs);
  });

  test('a first failure is confirmed after 1 s though the interval is 2.5 s, a first success too', async () => {
    await until('wrong', 'healthy', 20_000);
    good.wrong = false;
    const failing = await arrivals.wrong.next(4, 40_000);
    expectWithin(gapsOf(failing.slice(0, 3)), 900, 1100);
    expectWithin(gapsOf(failing.slice(2)), 1250, 2750); // unhealthy: as configured, back to the grid
    good.wrong = true;
    const up = daemon.metric('sidewarden_check_up', { check: 'wrong' });
    const [passing, upBefore] = await Promise.all([arrivals.wrong.next(2, 40_000), up]);
    expect(upBefore).toBe(0);
    expectWithin(gapsOf(passing), 900, 1100);
    const [calm] = await Promise.all([arrivals.wrong.next(1, 40_000), until('wrong', 'healthy', 1000)]);
    expect(await passesBefore('wrong'), 'one success is not yet healthy').toBe(2);
    expectWithin(gapsOf([...passing.slice(1), ...calm]), 1250, 2750);
  });

  test('rejected credentials back off: each wait is twice the last', async () => {
    await until('refusing', 'healthy', 20_000);
    good.refusing = false;
    const failing = await arrivals.refusing.next(5, 40_000);
    expectWithin(gapsOf(failing).slice(0, 2), 450, 550);
    good.refusing = true;
    const passing = await arrivals.refusing.next(3, 40_000);
    const waits = gapsOf([...failing.slice(2), ...passing.slice(0, 1)]);
    for (const [at, wait] of [1000, 2000, 4000].entries()) {
      expectWithin(waits.slice(at, at + 1), wait - 250, wait + 50);
    }
    expectWithin(gapsOf(passing.slice(0, 2)), 450, 550);
    expectWithin(gapsOf(passing.slice(1)), 250, 550); // the wait is forgotten
    await until('refusing', 'healthy', 1000);
  });
});
