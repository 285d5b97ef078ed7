// Routes of features: plugins with bodies, types, streams and limits of their own, mounted and taken away while it serves.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Refusal } from '../../src/core/refusal.ts';
import type { Bearer } from '../../src/http/guard.ts';
import type { Routes } from '../../src/http/mount.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { makeEntry } from '../core/entries.ts';
import { serve } from './serve.ts';

const boss: Bearer = { name: 'boss', scopes: 'all', value: () => 'boss' };
const reader: Bearer = { name: 'reader', scopes: ['read'], value: () => 'reader' };
const json = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });

const routes: Routes = (app) => {
  app.get('/toys', { config: { access: 'open' } }, () => ({ toys: [] }));
  app.get('/toys/secret', { config: { access: 'read' } }, () => ({ secret: true }));
  const body = z.strictObject({ name: z.string().max(2000), count: z.int().min(1).default(1) });
  app.post('/toys', { schema: { body } }, async (request, reply) => {
    const { name, count } = request.body as z.output<typeof body>;
    if (name === 'double') throw new Refusal('conflict', 'this toy is there already');
    if (name === 'broken') throw new Error('hunter2 in the message');
    if (name === 'elsewhere') throw Object.assign(new Error('forbidden'), { statusCode: 403 }); // as clients throw
    return reply.code(201).send({ name, count });
  });
  app.post('/toys/large', { bodyLimit: 100_000 }, (request) => ({ length: JSON.stringify(request.body).length }));
};

const mount = async (server: HttpServer, all: readonly Routes[]): Promise<void> => (await server.mount(all)).begin();

describe('a mounted plugin', () => {
  const answered: string[] = [];
  const served = serve([makeEntry('a')], {
    bearers: () => [boss, reader],
    answered: (route, code) => answered.push(`${route} ${code}`),
  });
  const post = async (payload: unknown, headers: Record<string, string> = json('boss'), url = '/toys') => {
    await mount(served.server, [routes]);
    return served.server.app.inject({ method: 'POST', url, headers, payload: payload as object });
  };

  test('takes a body, judges it by the schema of its route, and answers as Fastify does', async () => {
    const { statusCode, headers, json: body } = await post({ name: 'bear' });
    expect([statusCode, body()]).toEqual([201, { name: 'bear', count: 1 }]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers['x-request-id']).toMatch(/./);
    expect(answered.splice(0)).toEqual(['other 201']);
  });

  test.each([
    ['what the schema refuses', { name: 3 }, {}, 422, 'unprocessable', /^body\.name: /],
    ['an unknown key', { name: 'bear', colour: 'red' }, {}, 422, 'unprocessable', /colour/],
    ['what is not JSON', '{', {}, 400, 'bad_request', /not JSON/],
    ['another type', 'bear', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type', /application\/json/],
    ['a body over the limit', { name: 'b'.repeat(20_000) }, {}, 413, 'body_too_large', /too large/],
    ['a refusal of its own', { name: 'double' }, {}, 409, 'conflict', /there already/],
    ['an error of its own', { name: 'broken' }, {}, 500, 'internal_error', /^(?!.*hunter2)/],
    ['an error of a client of its own', { name: 'elsewhere' }, {}, 500, 'internal_error', /^(?!.*forbidden)/],
    ['no token', { name: 'bear' }, { authorization: '' }, 401, 'unauthorized', /missing/],
    ['a token without the scope', { name: 'bear' }, json('reader'), 403, 'beyond_scope', /scope write/],
  ])('%s is refused in the one shape', async (_, payload, headers, code, word, message) => {
    const answer = await post(payload, { ...json('boss'), ...headers } as Record<string, string>);
    expect([answer.statusCode, answer.json().error]).toEqual([code, word]);
    expect(answer.json().message).toMatch(message);
    expect(answered.splice(0)).toEqual([`other ${code}`]); // once
  });

  test('has limits of its own for bodies, and its own scope for each route', async () => {
    const large = await post({ name: 'b'.repeat(50_000) }, json('boss'), '/toys/large');
    expect(large.json()).toEqual({ length: 50_011 });
    expect((await served.ask('/toys')).statusCode).toBe(200);
    expect((await served.ask('/toys/secret')).statusCode).toBe(401);
    expect((await served.ask('/toys/secret', { authorization: 'Bearer reader' })).statusCode).toBe(200);
    expect((await served.ask('/health')).headers['content-type']).toMatch(/json/);
  });

  test('is gone when it is taken away, and a mount that fails changes nothing', async () => {
    await mount(served.server, [routes]);
    await expect(served.server.mount([routes, routes])).rejects.toThrow(/already declared/);
    expect((await served.ask('/toys')).statusCode).toBe(200);
    await mount(served.server, []);
    expect((await served.ask('/toys')).statusCode).toBe(404);
    expect((await served.ask('/health')).statusCode).toBe(200);
  });
});

describe('on a socket', () => {
  let close = async (): Promise<void> => undefined;
  afterEach(() => close());

  test('a stream goes on where it was begun while other routes are mounted', async () => {
    const { server } = serve([makeEntry('a')], { bearers: () => [boss] });
    close = () => server.close(AbortSignal.timeout(1000));
    await server.listen([{ kind: 'tcp', host: '127.0.0.1', port: 0 }]);
    const begun = Promise.withResolvers<ServerResponse>();
    await mount(server, [
      (app) => {
        app.get('/stream', { config: { access: 'open' } }, (_, reply) => {
          reply.hijack();
          reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
          reply.raw.write('one\n');
          begun.resolve(reply.raw);
        });
      },
    ]);
    const [address = ''] = server.addresses();
    const [response, stream] = await Promise.all([fetch(`${address}/stream`), begun.promise]);
    for (let time = 0; time < 20; time += 1) await mount(server, [routes]);
    expect((await fetch(`${address}/toys`)).status).toBe(200);
    expect((await fetch(`${address}/stream`)).status).toBe(404);
    stream.end('two\n');
    expect(await response.text()).toBe('one\ntwo\n');
  });
});
