// Finds the server to log in to: libpq's order over hosts and their addresses, each with its share of the run's time.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
import { ADDRCONFIG } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { classifyTransport, type DependencyClass, Failure, isOwnExhaustion } from '../../core/failure.ts';
import { beforeDeadline } from '../endpoints/deadline.ts';
import { inTurn } from '../endpoints/in-turn.ts';
import { plainly } from '../tls-words.ts';
import { classify } from './errors.ts';
import { isUnix, labelOf, Misfit, type Server, type SessionAttrs, type Target } from './libpq/index.ts';
import { type Opened, Unreached } from './socket.ts';

/** One address of one server. */
export type Candidate = {
  readonly server: Server;
  readonly address: string;
  /** What is wanted of the server this time: `prefer-standby` takes any server in its second round. */
  readonly wanted: SessionAttrs;
  /** How long it may take to be reached, in milliseconds; undefined: as long as the run. */
  readonly reachWithinMs: number | undefined;
  /** Holds a socket until the candidate is given up; from then on it destroys it at once. */
  own(socket: Socket): void;
};

export type Plan = {
  readonly target: Target;
  remainingMs(): number;
  /** A lookup that gives up in this many milliseconds. */
  lookup(withinMs: number): LookupFunction;
  open(candidate: Candidate): Promise<Opened>;
  own(socket: Socket): void;
  /** Whether the session was destroyed: nothing more is tried. */
  isClosed(): boolean;
};

export type Reached = { readonly candidate: Candidate; readonly opened: Opened };

export type Search = {
  /** The next server that can be spoken to. @throws what the only one says, or a Failure that names each host. */
  reach(): Promise<Reached>;
  /** Takes the step with this server, and with those after it, until one neither fails nor is another than wanted. */
  enter<T>(first: Reached, step: (reached: Reached) => Promise<T>): Promise<T>;
  /** Of several servers, which one this is, and why not those before it. */
  where(reached: Reached): { readonly at?: string; readonly why?: string };
};

/** As in libpq what comes after the connection ends the search: a wrong password is not tried on the next server. */
export function createSearch(plan: Plan): Search {
  const failures: Noted[] = [];
  const turns = takeTurns(plan, failures);

  const fail = ({ server, address, give }: Turn, error: unknown): void => {
    give();
    failures.push({ server, address, error: error instanceof Unreached ? error.cause : error });
    if (plan.isClosed() || isOwnExhaustion(error) || !goesOn(error)) throw combined(plan.target, failures, true);
  };
  const shareMs = ({ endsAt }: Turn): number | undefined =>
    endsAt <= 0 ? undefined : Math.max(1, plan.remainingMs() - endsAt);
  const late = (_: unknown, ms: number): Error => new TooLate(ms);
  const summary = (): unknown => combined(plan.target, failures, false);
  const reach = (): Promise<Reached & { candidate: Turn }> =>
    inTurn({
      next: async () => (await turns.next()).value,
      run: async (turn: Turn) => ({ candidate: turn, opened: await plan.open(turn) }),
      ...{ shareMs, late, failed: fail, summary },
    });
  return {
    reach,
    async enter(first, step) {
      let known: Reached | undefined = first;
      return await inTurn({
        next() {
          const next = known ?? reach();
          known = undefined;
          return next;
        },
        run: step,
        shareMs: ({ candidate }) => shareMs(candidate as Turn),
        late,
        failed: ({ candidate }, error) => fail(candidate as Turn, error),
        summary,
      });
    },
    where: ({ candidate }) => ({
      ...(plan.target.servers.length === 1 ? {} : { at: labelOf(candidate.server) }),
      ...(failures.length === 0 ? {} : { why: said(failures) }),
    }),
  };
}

type Noted = { readonly server: Server; readonly address: string; readonly error: unknown };

type Turn = Candidate & {
  /** What will remain of the run when the turn is over, in milliseconds; 0: the run's end alone ends it. */
  readonly endsAt: number;
  give(): void;
};

class TooLate extends Failure {
  constructor(ms: number) {
    super('timeout', `no answer within ${Math.round(ms)} ms`);
  }
}

const cannotConnectNow = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '57P03';
const skipsHost = (error: unknown): boolean => error instanceof Misfit || cannotConnectNow(error);
const goesOn = (error: unknown): boolean => error instanceof Unreached || error instanceof TooLate || skipsHost(error);

/** Every address of every server in order, and with prefer-standby those once more that were no standby. */
async function* takeTurns(plan: Plan, failures: Noted[]): AsyncGenerator<Turn, undefined> {
  const { target, remainingMs } = plan;
  const servers = target.shuffled ? shuffle(target.servers) : target.servers;
  const twice = target.sessionAttrs === 'prefer-standby';
  for (const [index, server] of servers.entries()) {
    yield* turnsOf(plan, failures, server, target.sessionAttrs, servers.length - index + (twice ? 1 : 0));
  }
  if (!twice || remainingMs() <= 0) return undefined;
  const others = failures.filter(({ error }) => error instanceof Misfit).map(({ server }) => server);
  for (const [index, server] of others.entries()) yield* turnsOf(plan, failures, server, 'any', others.length - index);
  return undefined;
}

async function* turnsOf(
  plan: Plan,
  failures: Noted[],
  server: Server,
  wanted: SessionAttrs,
  serversLeft: number,
): AsyncGenerator<Turn, undefined> {
  const { remainingMs, target } = plan;
  const share = beforeDeadline(remainingMs()) / serversLeft;
  const shareEndsAt = remainingMs() - share;
  let addresses: readonly string[];
  try {
    addresses = await addressesOf(server, plan.lookup(serversLeft === 1 ? remainingMs() : share));
  } catch (error) {
    failures.push({ server, address: server.host, error });
    if (isOwnExhaustion(error)) throw error;
    return undefined;
  }
  const known = failures.length;
  for (const [index, address] of (target.shuffled ? shuffle(addresses) : addresses).entries()) {
    if (failures.slice(known).some(({ error }) => skipsHost(error))) return undefined;
    const { connectTimeoutMs = Number.POSITIVE_INFINITY } = target;
    const reachWithinMs = (remainingMs() - shareEndsAt) / (addresses.length - index);
    yield {
      ...{ server, address, wanted, ...holder(plan) },
      reachWithinMs: target.servers.length + addresses.length === 2 ? undefined : Math.max(1, reachWithinMs),
      endsAt: Math.max(remainingMs() - connectTimeoutMs, target.servers.length === 1 ? 0 : shareEndsAt),
    };
  }
  return undefined;
}

function holder(plan: Plan): Pick<Turn, 'own' | 'give'> {
  const sockets: Socket[] = [];
  let over = false;
  return {
    own(socket) {
      plan.own(socket);
      if (over) socket.destroy();
      else sockets.push(socket);
    },
    give() {
      over = true;
      for (const socket of sockets.splice(0).reverse()) socket.destroy(); // TLS before what it runs on
    },
  };
}

function addressesOf(server: Server, lookup: LookupFunction): Promise<readonly string[]> {
  const given = server.hostaddr ?? server.host;
  if (isUnix(server) || isIP(given) !== 0) return Promise.resolve([given]);
  return new Promise((resolve, reject) => {
    lookup(given, { all: true, hints: ADDRCONFIG }, (error, found) => {
      if (error !== null) reject(error);
      else resolve([found].flat().map((each) => (typeof each === 'string' ? each : each.address)));
    });
  });
}

/** The more telling first: who let us in, who will, who is silent. */
const telling: readonly ((error: unknown) => boolean)[] = [
  (error) => error instanceof Misfit,
  cannotConnectNow,
  (error) => classOf(error) === 'timeout',
];

/** What the only attempt said; else all that was said, with the class of who got furthest or ended the search. */
function combined({ servers }: Target, failures: readonly Noted[], ended: boolean): unknown {
  const told = failures.map((noted) => ({ ...noted, error: asFailure(noted.error) }));
  const last = told.length - 1;
  const chosen = ended
    ? last
    : (telling.map((tells) => failures.findLastIndex(({ error }) => tells(error))).find((index) => index >= 0) ?? last);
  const cause = told[chosen]?.error;
  if (servers.length === 1 && told.length === 1) return cause;
  // The cause itself, not what we made of it: a lookup that was late by our own fault is told by its code.
  return new Failure(classOf(cause), said(failures), { cause: (cause as Error).cause ?? cause });
}

/** What each said, with its name. */
const said = (failures: readonly Noted[]): string =>
  failures
    .map(({ server, address, error }) => {
      const named = address === server.host || address === server.hostaddr;
      return `${labelOf(server)}${named ? '' : ` (${address})`}: ${plainly(error)}`;
    })
    .join('; ');

const asFailure = (error: unknown): unknown =>
  error instanceof Misfit ? new Failure('readonly', error.message) : error;
const classOf = (error: unknown): DependencyClass =>
  classify(error)?.errorClass ?? classifyTransport(error) ?? 'server';

function shuffle<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
