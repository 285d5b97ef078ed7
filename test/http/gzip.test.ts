// Pages for whoever takes gzip: the same bytes once gunzipped, each part compressed once, plain when that fails.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { constants, deflateRawSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createGzip, wantsGzip } from '../../src/http/gzip.ts';
import type { Page } from '../../src/metrics/page.ts';
import { serve } from './serve.ts';

describe('who takes it', () => {
  test.each([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['GZIP;Q=0.5', true],
    ['x-gzip', true],
    ['*', true],
    ['*;q=0.1', true],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
    ['identity;q=0.5, gzip;q=0.5', true],
    ['identity;q=0', false],
    ['identity;q=0, gzip', true],
    ['identity, gzip;q=0.5', false],
    ['gzip;q=0', false],
    ['gzip;q=0, *', false],
    ['gzip; q=0.000', false],
    ['*;q=0', false],
    ['deflate', false],
    ['gzipped', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (header, wanted) => expect(wantsGzip(header)).toBe(wanted));
});

describe('parts', () => {
  const parts = ['one\n'.repeat(100), '', 'two\n'].map((text) => Buffer.from(text));
  const text = Buffer.concat(parts).toString();
  const deflate = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  const counting = (compress = async (bytes: Uint8Array) => deflate(bytes)) => {
    const state = { calls: 0, running: 0, most: 0 };
    const gzip = createGzip(async (bytes) => {
      state.calls += 1;
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      await new Promise(setImmediate);
      state.running -= 1;
      return compress(bytes);
    });
    return { state, gzip };
  };

  test('gunzipped they are what they were, also with another part before or after one that is kept', async () => {
    const gzip = createGzip();
    const [one = new Uint8Array(), , two = new Uint8Array()] = parts;
    for (const some of [parts, [two], [two, one], [one, two, one], parts]) {
      expect(gunzipSync((await gzip(some)) ?? '')).toEqual(Buffer.concat(some));
    }
  });

  test('they are one member: curl reads no more than one', async () => {
    const page = createServer(async (_, response) => {
      response.setHeader('content-encoding', 'gzip').end(await createGzip()(parts));
    });
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const { port } = page.address() as AddressInfo;
    const { stdout } = await promisify(execFile)('curl', ['-sS', '--compressed', `http://127.0.0.1:${port}/`]);
    page.close();
    expect(stdout).toBe(text);
  });

  test('each is compressed once, whoever asks at the same time and later, and one at a time', async () => {
    const { state, gzip } = counting();
    await Promise.all(Array.from({ length: 10 }, () => gzip(parts)));
    await gzip(parts);
    expect(state).toEqual({ calls: 2, running: 0, most: 1 });
    const [first = new Uint8Array()] = parts;
    await gzip([first, Buffer.from('three')]);
    expect(state.calls).toBe(3);
  });

  test('what fails is told to all who wait, and tried again for the next', async () => {
    let broken = true;
    const { gzip } = counting(async (bytes) => {
      if (broken) throw new Error('no memory');
      return deflate(bytes);
    });
    expect(await Promise.all([gzip(parts), gzip(parts)])).toEqual([undefined, undefined]);
    broken = false;
    expect(gunzipSync((await gzip(parts)) ?? '').toString()).toBe(text);
  });
});

describe('routes', () => {
  const page: Page = {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: async () => [Buffer.from('checks 1\n'), Buffer.from('statistics 1\n')],
    checks: async () => [Buffer.from('checks 1\n')],
    statistics: () => [],
    app: () => [Buffer.from('app 1\n')],
  };
  const get = (path: string, headers: Record<string, string> = {}) => serve([], { page }).ask(path, headers);

  test.each(['/metrics', '/metrics/checks', '/metrics/app'])('%s is the same, plain and gzipped', async (path) => {
    const plain = await get(path);
    expect(plain.headers).toMatchObject({ vary: 'Accept-Encoding' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    const packed = await get(path, { 'accept-encoding': 'gzip' });
    expect(packed.headers).toMatchObject({
      ...{ vary: 'Accept-Encoding', 'content-encoding': 'gzip', 'content-type': page.contentType },
      'content-length': String(packed.rawPayload.length),
    });
    expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
  });

  test('a page without a line stays plain, and so does what is no page', async () => {
    for (const path of ['/metrics/statistics', '/health', '/metrics/none']) {
      expect((await get(path, { 'accept-encoding': 'gzip' })).headers, path).not.toHaveProperty('content-encoding');
    }
  });
});
