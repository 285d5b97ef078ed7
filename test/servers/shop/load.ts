// A little load of the shop's own, so that its numbers move: what customers do, the same for the same seed.
import { Agent, request } from 'node:http';
import type { Random } from './random.ts';

type Asked = { readonly method: string; readonly path: string; readonly body?: unknown };
type Answered = { readonly cookie: string | undefined };

const everyMs = 100;

export type LoadOptions = {
  readonly port: number;
  readonly perSecond: number;
  readonly random: Random;
  readonly user: string;
  readonly password: string;
  /** Whether some customers ask for what they may not see, and with a wrong password. */
  readonly mistakes: boolean;
};

/** Asks until the process ends. */
export function startLoad({ port, perSecond, random, user, password, mistakes }: LoadOptions): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  let cookie = '';
  let owed = 0;

  const ask = ({ method, path, body }: Asked): Promise<Answered> =>
    new Promise((resolve) => {
      const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const asked = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
        response.resume();
        response.once('close', () => resolve({ cookie: response.headers['set-cookie']?.[0]?.split(';')[0] }));
      });
      asked.once('error', () => resolve({ cookie: undefined })); // the shop itself is what fails
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });

  const logIn = async (wrong: boolean): Promise<void> => {
    const who = wrong ? 'nobody' : user;
    const answer = await ask({ method: 'POST', path: '/login', body: { user: who, password: wrong ? 'x' : password } });
    cookie = answer.cookie ?? cookie;
  };

  const asks: readonly (readonly [upTo: number, ask: () => Promise<unknown>])[] = [
    [0.3, () => ask({ method: 'GET', path: '/api/products' })],
    [0.55, () => ask({ method: 'POST', path: '/graphql', body: { query: '{ products { id name } }' } })],
    [
      0.6,
      () =>
        ask({
          method: 'POST',
          path: '/graphql',
          body: { query: mistakes ? '{ secrets { id } }' : '{ products { id } }' },
        }),
    ],
    [0.75, () => ask({ method: 'POST', path: '/api/checkout', body: { items: [{ product: 'tea', count: 2 }] } })],
    [0.85, () => ask({ method: 'GET', path: '/api/orders' })],
    [0.95, () => ask({ method: 'GET', path: '/' })],
    [0.99, () => logIn(false)],
    [1, () => logIn(mistakes)],
  ];

  void logIn(false);
  setInterval(() => {
    for (owed += (perSecond * everyMs) / 1000; owed >= 1; owed -= 1) {
      const draw = random();
      void asks.find(([upTo]) => draw < upTo)?.[1]();
    }
  }, everyMs);
}
