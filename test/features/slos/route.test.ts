// GET /slo and GET /slo/NAME on the app: who may ask, in which form it is answered, and what there is not.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { paintFor } from '../../../src/core/terminal.ts';
import { type Around, sloBody } from '../../../src/features/slos/answer.ts';
import { createRoutes } from '../../../src/features/slos/route.ts';
import { sloText } from '../../../src/features/slos/text/text.ts';
import type { Bearer } from '../../../src/http/guard.ts';
import { serve } from '../../http/serve.ts';
import { example, wall } from './views.ts';

const bearer = (text: string, scopes: Bearer['scopes']): Bearer => ({ name: text, scopes, value: () => text });
const bearers = [bearer('boss', 'all'), bearer('reader', ['read']), bearer('writer', ['write'])];
const clock = { now: () => 0, wall: () => wall };
const around: Around = { draining: false, asking: { state: 'good', since: -60_000 } };
const routes = createRoutes({
  ...{ objectives: () => example, clock },
  draining: () => around.draining === true,
  asking: () => around.asking,
});
const body = sloBody(example, 0, wall, around);

const { ask, server } = serve([], { bearers: () => bearers });
beforeAll(async () => (await server.mount([routes])).begin());
const as = (token: string, accept?: string) => ({
  ...(token !== '' && { authorization: `Bearer ${token}` }),
  ...(accept !== undefined && { accept }),
});

test.each(['/slo', '/slo/checkout', '/slo/'])('%s needs a token with the scope read', async (path) => {
  const codes = await Promise.all(
    ['boss', 'reader', 'writer', 'nobody', ''].map(async (token) => (await ask(path, as(token))).statusCode),
  );
  expect(codes).toEqual([200, 200, 403, 401, 401]);
  const none = serve([]);
  (await none.server.mount([routes])).begin();
  expect((await none.ask(path)).json()).toMatchObject({ error: 'no_token' });
});

describe('the form', () => {
  const plain = paintFor({});
  test.each([
    [undefined, 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/health+json', 'application/json; charset=utf-8'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/html, text/plain;q=0.9, */*;q=0.1', 'text/plain; charset=utf-8'],
  ])('of Accept: %s is %s', async (accept, type) => {
    const { headers, statusCode } = await ask('/slo', as('reader', accept));
    expect([statusCode, headers['content-type'], headers.vary]).toEqual([200, type, 'Accept']);
  });

  test('all of them, and one', async () => {
    expect((await ask('/slo', as('reader'))).body).toBe(`${JSON.stringify(body)}\n`);
    expect((await ask('/slo', as('reader', 'text/plain'))).body).toBe(sloText(body, plain));
    const one = { ...body, objectives: { search: body.objectives.search } };
    expect((await ask('/slo/search', as('reader'))).body).toBe(`${JSON.stringify(one)}\n`);
    expect((await ask('/slo/search', as('reader', 'text/plain'))).body).toBe(sloText(body, plain, 'search'));
  });

  test('HEAD has no body', async () => {
    const { statusCode, body: nothing } = await ask('/slo', as('reader'), 'HEAD');
    expect([statusCode, nothing]).toEqual([200, '']);
  });
});

test.each(['nobody', '__proto__', 'constructor', '%20', 'a'.repeat(80)])(
  '/slo/%s: 404 in the one shape of errors',
  async (name) => {
    const { statusCode, json } = await ask(`/slo/${name}`, as('reader'));
    expect([statusCode, json()]).toMatchObject([
      404,
      { error: 'not_found', message: 'no objective has this name; /slo lists them' },
    ]);
  },
);

test('a path takes GET and HEAD alone', async () => {
  const { statusCode } = await ask('/slo', as('boss'), 'POST');
  expect(statusCode).toBe(405);
});

test('the states are those of docs/endpoints.md', () => {
  const page = readFileSync(new URL('../../../docs/endpoints.md', import.meta.url), 'utf8');
  for (const { state } of Object.values(body.objectives)) expect(page).toContain(`\`${state}\``);
});
