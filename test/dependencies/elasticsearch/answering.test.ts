// Answers and hangs that a real node cannot be made to give at will.
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { driver } from '../../../src/dependencies/elasticsearch/driver.ts';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';
import { createHarness, type Harness } from '../../contract/harness.ts';
import { conclusive, eventually } from '../../patience.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { always, type Stub, startStub } from '../../servers/elasticsearch-stub.ts';
import { startListening } from '../../servers/listening.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { makeAttempt } from '../attempt.ts';

const green = { status: 'green', timed_out: false, number_of_nodes: 1, active_primary_shards: 1, unassigned_shards: 0 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const stub = async (...given: Parameters<typeof startStub>): Promise<Stub> => {
  const made = await startStub(...given);
  closing.push(() => made.stop());
  return made;
};
const harness = async (given: object, timeoutMs = 5000): Promise<Harness> => {
  const made = await createHarness(elasticsearch, { ...given }, timeoutMs);
  closing.push(() => made.close());
  return made;
};
const runOn = async (answer: RequestListener, timeoutMs?: number) => {
  const { url } = await stub(answer);
  return (await harness({ url }, timeoutMs)).run();
};
const server = { kind: 'failed', errorClass: 'server' };
const endless: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
};

it.each([
  ['<logs-{now/d}>', '%3Clogs-%7Bnow%2Fd%7D%3E'],
  ['<logs-{now/d{yyyy.MM.dd|+12:00}}>', '%3Clogs-%7Bnow%2Fd%7Byyyy.MM.dd%7C%2B12%3A00%7D%7D%3E'],
  ['<a-{now/d}>,b-*', '%3Ca-%7Bnow%2Fd%7D%3E%2Cb-*'],
  ['lögs', 'l%C3%B6gs'],
])('the index %s is asked for as %s', async (index, encoded) => {
  const asked: string[] = [];
  const { url } = await stub((request, response) => {
    asked.push(request.url?.split('?')[0] ?? '');
    always(200, JSON.stringify(green), { 'content-type': 'application/json' })(request, response);
  });
  expect(await (await harness({ url, index })).run()).toMatchObject({ kind: 'passed' });
  expect(asked).toEqual([`/_cluster/health/${encoded}`]);
});

describe('an answer that is no cluster health', () => {
  it('is server, whatever it is', async () => {
    const page = '<!doctype html><title>Sign in</title>';
    expect(await runOn(always(200, page))).toMatchObject({ ...server, message: /a page of HTML/ });
    expect(await runOn(always(200, '{"status":', { 'content-type': 'application/json' }))).toMatchObject(server);
    expect(await runOn(always(502, page))).toMatchObject({ ...server, message: /HTTP 502/ });
    expect(await runOn(always(302, '', { location: 'https://elsewhere' }))).toMatchObject({
      ...server,
      message: /302/,
    });
  });

  it('that is huge is cut off, announced or not, packed or not', async () => {
    const tooBig = { ...server, message: /too big/ };
    expect(await runOn(always(200, 'x'.repeat(300_000)))).toMatchObject(tooBig);
    expect(await runOn(endless)).toMatchObject(tooBig);
    const packed: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    };
    expect(await runOn(packed)).toMatchObject(tooBig);
  });

  it('that is no HTTP is server; a connection closed without one is refused', async () => {
    const speaks = async (text: string) => {
      const listening = await startListening(() =>
        createServer((socket) => void socket.on('error', () => {}).end(text)),
      );
      closing.push(() => listening.stop());
      return (await harness({ url: `http://127.0.0.1:${listening.port}` })).run();
    };
    expect(await speaks('220 mail ready\r\n')).toMatchObject(server);
    expect(await speaks('')).toMatchObject({ kind: 'failed', errorClass: 'refused' });
    expect(await speaks('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{')).toMatchObject({ errorClass: 'refused' });
  });

  it('too many requests is inconclusive', async () => {
    const rejected = { error: { type: 'circuit_breaking_exception', reason: 'data too large' }, status: 429 };
    expect(await runOn(always(429, rejected))).toMatchObject({ kind: 'inconclusive', errorClass: 'throttled' });
  });

  it('a serverless project passes with the phase skipped', async () => {
    const result = await runOn(
      always(410, { error: { type: 'api_not_available_exception', reason: 'no' }, status: 410 }),
    );
    expect(result).toMatchObject({ kind: 'passed', warnings: ['skipped'] });
    expect(result?.phases.map(({ name, note }) => `${name} ${note ?? ''}`)).toEqual([
      'connect ',
      'auth ',
      'health skipped',
    ]);
  });
});

describe('the one request', () => {
  it('asks for little, waits less than the deadline, and keeps the path of the url', async () => {
    const seen: { url: string | undefined; headers: Record<string, unknown> }[] = [];
    const { url } = await stub((request, response) => {
      seen.push({ url: request.url, headers: request.headers });
      always(200, green)(request, response);
    });
    const on = await harness({ url: `${url}/es/`, index: 'shop', api_key: 'a2V5' }, 5000);
    expect(await on.run()).toMatchObject({ kind: 'passed' });
    expect(seen).toHaveLength(1);
    const asked = new URL(seen[0]?.url ?? '', url);
    expect(asked.pathname).toBe('/es/_cluster/health/shop');
    expect(asked.searchParams.get('timeout')).toBe('0ms');
    const waits = Number(asked.searchParams.get('master_timeout')?.replace('ms', ''));
    expect(waits).toBeGreaterThan(1000);
    expect(waits).toBeLessThanOrEqual(4000);
    expect(asked.searchParams.get('filter_path')).toContain('status');
    expect(asked.searchParams.has('wait_for_status')).toBe(false);
    expect(seen[0]?.headers).toMatchObject({ authorization: 'ApiKey a2V5', 'user-agent': 'sidewarden' });
    expect(seen[0]?.headers.accept).not.toContain('compatible-with');
  });

  it('uses the connection again, and replaces one that the server closed while idle', async () => {
    const made = await stub((request, response) => always(200, green)(request, response));
    const on = await harness({ url: made.url });
    for (let run = 0; run < 3; run++) expect(await on.run()).toMatchObject({ kind: 'passed' });
    expect(made.accepted).toBe(1);
    const first = on.lane.session();
    await made.restart();
    await eventually(() => expect(first.closed).toBe(true));
    expect(await on.run()).toMatchObject({ kind: 'passed' });
    const parting = await stub(always(200, green, { connection: 'close' }));
    const other = await harness({ url: parting.url });
    for (let run = 0; run < 3; run++) expect(await other.run()).toMatchObject({ kind: 'passed' });
    expect(parting.accepted).toBe(3);
  });
});

describe('a session', () => {
  const settingsFor = (url: string) => z.strictObject(elasticsearch.settings).parse({ url });

  it('is cut at once: before, while connecting, in a request, in the middle of an answer', async () => {
    const silent = await stub(() => {});
    const half = await stub((_request, response) => void response.writeHead(200, { 'content-length': '9' }).write('{'));
    for (const url of [silent.url, half.url]) {
      const settings = settingsFor(url);
      const session = driver.session(settings);
      const probing = driver.probe(session, settings, makeAttempt()).catch((error: unknown) => error);
      await eventually(() => expect([silent, half].find((each) => each.url === url)?.accepted).toBe(1));
      await new Promise((resolve) => setTimeout(resolve, 50)); // until the request, or half an answer, is under way
      session.destroy();
      session.destroy();
      expect(session.closed).toBe(true);
      expect(await probing).toBeInstanceOf(Error);
    }
    const settings = settingsFor('http://192.0.2.1:9200'); // https://www.rfc-editor.org/rfc/rfc5737: nobody answers
    const connecting = driver.session(settings);
    const probing = driver.probe(connecting, settings, makeAttempt()).catch((error: unknown) => error);
    connecting.destroy();
    expect(await probing).toBeInstanceOf(Error);
    const unused = driver.session(settings);
    unused.destroy();
    expect(unused.closed).toBe(true);
  });

  it('an answer that drips is cut at the deadline', async () => {
    const drips: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    };
    const made = await stub(drips);
    const on = await harness({ url: made.url }, 2000);
    expect(await conclusive(() => on.run())).toMatchObject({ kind: 'failed', errorClass: 'timeout' });
  });
});

describe('a server that wants a client certificate', () => {
  it('gets it, or the run fails as tls at connect', async () => {
    const folder = await runFolder('elasticsearch-mtls');
    onTestFinished(() => removeFolder(folder));
    const files = await makeCertificates(folder);
    const [cert, key, ca] = [files.cert, files.key, files.ca].map((file) => readFileSync(file));
    if (cert === undefined || key === undefined || ca === undefined) throw new Error('three files were read');
    const { url } = await stub(always(200, green), { cert, key, ca, requestCert: true, rejectUnauthorized: true });
    const shown = { ca_file: files.ca, cert_file: files.clientCert, key_file: files.clientKey };
    expect(await (await harness({ url, tls: shown })).run()).toMatchObject({ kind: 'passed' });
    for (let round = 0; round < 10; round++) {
      const result = await (await harness({ url, tls: { ca_file: files.ca } })).run();
      expect(result).toMatchObject({ kind: 'failed', errorClass: 'tls' });
      expect(result?.phases.map(({ name }) => name)).toEqual(['connect']);
    }
  });
});
