// When checks run, measured where it counts: at the server, by the instants at which connections arrive.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../servers/http.ts';
import type { Listening } from '../servers/listening.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { gapsOf, now, spreadOf, watchArrivals } from './arrivals.ts';

/** How late the machine itself may be, daemon and test together. */
const slackMs = 150;

const names = ['cron', 'interval', 'silent', 'wrong', 'refusing'] as const;
type Name = (typeof names)[number];
const arrivals = Object.fromEntries(names.map((name) => [name, watchArrivals(name)])) as Record<
  Name,
  ReturnType<typeof watchArrivals>
>;
/** What the servers `wrong` and `refusing` do now. */
const good = { wrong: true, refusing: true };
/** From when to when connections to the silent server were open. */
const flights: { readonly from: number; to?: number }[] = [];

let servers: Record<Exclude<Name, 'refusing'>, Listening> & { readonly refusing: HttpServer };
let daemon: Sidewarden;

beforeAll(async () => {
  servers = {
    cron: await startTcpServer(() => arrivals.cron.note()),
    interval: await startTcpServer(() => arrivals.interval.note()),
    silent: await startTcpServer((socket) => {
      const flight: { from: number; to?: number } = { from: now() };
      flights.push(flight);
      arrivals.silent.note();
      socket.resume().once('close', () => {
        flight.to = now();
      });
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
    cron: { type: 'tcp', address: at(servers.cron), cron: '*/2 * * * * *', timeout: '500ms' },
    interval: { type: 'tcp', address: at(servers.interval), interval: '1s', timeout: '500ms' },
    silent: { type: 'tcp', address: at(servers.silent), expect: 'never', interval: '1s', timeout: '950ms' },
    wrong: { type: 'tcp', address: at(servers.wrong), expect: '^ready', interval: '5s', timeout: '500ms' },
    refusing: { type: 'http', url: `http://${at(servers.refusing)}/`, interval: '1s', timeout: '500ms' },
  };
  daemon = await startSidewarden({ configuration: { checks } });
});
afterAll(async () => {
  await daemon?.stop();
  await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
});

function expectWithin(values: readonly number[], least: number, most: number): void {
  const all = values.map(Math.round).join(', ');
  for (const value of values) {
    expect(value, `of ${all}`).toBeGreaterThanOrEqual(least - 1);
    expect(value, `of ${all}`).toBeLessThanOrEqual(most + slackMs);
  }
}
/** Resolves once the check's status is this. */
const until = (check: Name, status: string, withinMs: number): Promise<number> =>
  daemon.until(({ checks }) => checks[check]?.status === status, withinMs);

describe.concurrent('at their times', () => {
  test('cron: at its instants, a little later by the pod’s offset, never early, none left out', async () => {
    const runs = (await arrivals.cron.next(8, 20_000)).slice(1); // the first may be the one at the start
    const after = runs.map((instant) => ((instant + 1000) % 2000) - 1000);
    expectWithin(after, 0, 200); // a tenth of the gap of 2 s
    expect(spreadOf(after)).toBeLessThan(slackMs); // one offset for all of them
    expectWithin(gapsOf(runs), 2000 - slackMs, 2000);
  }, 30_000);

  test('interval: on its grid within a tenth, and not in step', async () => {
    const runs = (await arrivals.interval.next(14, 20_000)).slice(2); // the first is at once, wherever the grid lies
    const off = runs.map((instant, at) => instant - (runs[0] as number) - at * 1000);
    expect(spreadOf(off)).toBeLessThanOrEqual(200 + slackMs);
    expect(spreadOf(off), 'no jitter').toBeGreaterThan(10);
    expectWithin(gapsOf(runs), 800, 1200);
  }, 30_000);

  test('a server that hangs has one flight at a time', async () => {
    await until('silent', 'unhealthy', 10_000); // until then a failure is confirmed, 1 s after its end
    const runs = await arrivals.silent.next(7, 20_000);
    expectWithin(gapsOf(runs), 950 - slackMs, 1200); // an arrival that is noticed late makes the next gap short
    const overlaps = flights.slice(1).map(({ from }, at) => (flights[at]?.to ?? Number.POSITIVE_INFINITY) - from);
    // A close and the next connection may reach this process in one turn, in either order.
    expect(Math.max(...overlaps)).toBeLessThan(slackMs);
  }, 30_000);

  test('a first failure is confirmed after 1 s though the interval is 5 s, a first success too', async () => {
    await until('wrong', 'healthy', 10_000);
    good.wrong = false;
    const failing = await arrivals.wrong.next(4, 30_000);
    expectWithin(gapsOf(failing.slice(0, 3)), 900, 1100);
    expectWithin(gapsOf(failing.slice(2)), 2500, 5500); // unhealthy: as configured, back to the grid
    expect(await daemon.metric('sidewarden_check_up', { check: 'wrong' })).toBe(0);
    good.wrong = true;
    const passed = () => daemon.metric('sidewarden_check_runs_total', { check: 'wrong', result: 'passed' });
    const before = (await passed()) as number;
    const passing = [...(await arrivals.wrong.next(1, 10_000))];
    while (((await passed()) as number) === before);
    expect((await daemon.get('/health')).body.checks.wrong?.status, 'one success is not yet healthy').toBe('unhealthy');
    passing.push(...(await arrivals.wrong.next(1, 2000)));
    expectWithin(gapsOf(passing), 900, 1100);
    await until('wrong', 'healthy', 1000);
    const calm = await arrivals.wrong.next(1, 10_000);
    expectWithin(gapsOf([...passing.slice(1), ...calm]), 2500, 5500);
  }, 60_000);

  test('rejected credentials back off: each wait is twice the last', async () => {
    await until('refusing', 'healthy', 10_000);
    good.refusing = false;
    const failing = await arrivals.refusing.next(5, 30_000);
    expectWithin(gapsOf(failing).slice(0, 2), 900, 1100);
    good.refusing = true;
    const passing = await arrivals.refusing.next(3, 30_000);
    const waits = gapsOf([...failing.slice(2), ...passing.slice(0, 1)]);
    for (const [at, wait] of [2000, 4000, 8000].entries()) {
      expectWithin(waits.slice(at, at + 1), wait - 500, wait + 100);
    }
    expectWithin(gapsOf(passing.slice(0, 2)), 900, 1100);
    expectWithin(gapsOf(passing.slice(1)), 500, 1100); // the wait is forgotten
    await until('refusing', 'healthy', 1000);
  }, 90_000);
});
