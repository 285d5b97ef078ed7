// A role that may have three connections, and ten checks, of two daemons, that want one each: three get in and stay in past
// the age of their connections, seven say `capacity`, and all of them together leave the server in peace.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type CheckBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

const limit = 3;
const names = Array.from({ length: 10 }, (_, index) => `replica-${index}`);
const intervalMs = 2000;
const maxConnectionAge = '4s';
/**
 * In any two intervals after the first round there are fewer log-ins than two for each check: at the default interval of
 * 5 s these are two a second.
 */
const spanMs = 2 * intervalMs;

let server: PostgresServer;
let daemons: readonly Sidewarden[] = [];

beforeAll(async () => {
  // Milliseconds before each line. Every log-in that got as far as the limit is `authorized`, also one refused then.
  server = await startPostgres({ settings: { log_connections: 'on', log_line_prefix: '%n ' } });
  await server.query(`CREATE ROLE scarce LOGIN PASSWORD '${server.password}' CONNECTION LIMIT ${limit}`);
  const check = (name: string): object => {
    const url = server.url.replace('//app:', '//scarce:').concat(`?application_name=${name}`);
    return {
      type: 'postgres',
      url,
      interval: `${intervalMs}ms`,
      timeout: '1900ms',
      max_connection_age: maxConnectionAge,
    };
  };
  const statistics = { mode: 'off' }; // who reads them holds one connection more
  const start = (those: readonly string[]): Promise<Sidewarden> => {
    const checks = Object.fromEntries(those.map((name) => [name, check(name)]));
    return startSidewarden({ configuration: { statistics, checks } });
  };
  daemons = await Promise.all([start(names.slice(0, 5)), start(names.slice(5))]);
});
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await server?.remove();
});

type Login = { readonly name: string; readonly at: number };

/** All log-ins so far, in order: in milliseconds, and whose. */
const logins = (): readonly Login[] =>
  [...server.output().matchAll(/^(\d+)\.(\d{3}) .*connection authorized: user=scarce .*application_name=(\S+)/gm)].map(
    ([, seconds, millis, name]) => ({ at: Number(`${seconds}${millis}`), name: name as string }),
  );
const of = (name: string): readonly number[] => logins().flatMap((login) => (login.name === name ? [login.at] : []));

const all = async (): Promise<readonly (readonly [string, CheckBody])[]> => {
  const said = await Promise.all(daemons.map((daemon) => daemon.get('/health')));
  return said.flatMap(({ body }) => Object.entries(body.checks));
};

async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never: ${what}\n${JSON.stringify(await all())}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('three stay healthy, seven say capacity and back off', async () => {
  let holders: string[] = [];
  await until(
    'three healthy, seven unhealthy',
    async () => {
      const found = await all();
      holders = found.flatMap(([name, { status }]) => (status === 'healthy' ? [name] : []));
      const refused = found.filter(([, { status, error, phase }]) => {
        return status === 'unhealthy' && error === 'capacity' && phase === 'auth';
      });
      return holders.length === limit && refused.length === names.length - limit;
    },
    60_000,
  );

  const others = names.filter((name) => !holders.includes(name));
  const unlike: string[] = [];
  await until(
    'each holder has tried a second connection twice, each other has asked again after it was unhealthy',
    async () => {
      for (const [name, { status, error }] of await all()) {
        const right = holders.includes(name) ? status === 'healthy' : status === 'unhealthy' && error === 'capacity';
        if (!right) unlike.push(`${name} ${status} ${error}`);
      }
      return holders.every((name) => of(name).length >= 3) && others.every((name) => of(name).length >= 4);
    },
    60_000,
  );
  expect(unlike).toEqual([]);
  const [open] = await server.query(
    "SELECT array_agg(application_name) AS names FROM pg_stat_activity WHERE usename = 'scarce'",
  );
  expect((open?.names as string[] | undefined)?.toSorted()).toEqual(holders);

  for (const name of others) {
    const [first, second, third, fourth] = of(name).slice(0, 4) as [number, number, number, number];
    // A server that is full is not asked to confirm in haste; then the wait doubles. A run may lie half an interval off.
    expect(Math.min(second - first, third - second)).toBeGreaterThan(intervalMs * 0.4);
    expect(fourth - third).toBeGreaterThan(intervalMs * 1.4);
  }
  const instants = logins();
  const firstRound = Math.max(...names.map((name) => of(name)[0] as number));
  const later = instants.filter(({ at }) => at > firstRound).map(({ at }) => at);
  const busiest = Math.max(...later.map((from) => later.filter((at) => at >= from && at < from + spanMs).length));
  expect(busiest).toBeLessThan(2 * names.length);
}, 120_000);
