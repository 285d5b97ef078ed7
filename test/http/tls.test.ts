// TLS and mutual TLS on real sockets: who gets in, what is spoken, and certificates that change while it serves.
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TlsFiles } from '../../src/http/certificate.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { makeEntry } from '../core/entries.ts';
import { type Certificates, issue, makeCertificates, type Pair } from '../servers/certificates.ts';
import { pageOf, serve } from './serve.ts';
import { client, clientOf } from './sockets.ts';

const loopback = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
let made: Certificates;
let second: Pair;
let all: string;
let folder: string;
let opened: HttpServer[] = [];

beforeAll(async () => {
  all = mkdtempSync(join(tmpdir(), 'sidewarden-tls-'));
  made = await makeCertificates(all);
  second = await issue({ ca: made.ca, notAfterDays: 10 });
});
afterAll(() => rmSync(all, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidewarden-http-'));
});
afterEach(async () => {
  await Promise.all(opened.map((server) => server.close(AbortSignal.abort())));
  opened = [];
  rmSync(folder, { recursive: true });
});

type Over = Parameters<typeof serve>[1];
const limits = { lookMs: 20 };
const own = (): TlsFiles => ({ certFile: made.cert, keyFile: made.key });

async function open(tls: TlsFiles, over: Over = {}) {
  const readings: boolean[] = [];
  const certificateRead = (good: boolean): void => void readings.push(good);
  const served = serve([makeEntry('database')], { tls, limits, certificateRead, ...over });
  opened.push(served.server);
  await served.server.listen(
    [loopback, { kind: 'unix', path: join(folder, 'http.sock') }],
    join(folder, 'control.sock'),
  );
  return { ...served, port: Number(new URL(served.server.addresses()[0] ?? '').port), readings };
}

const trusting = (): ConnectionOptions => ({ host: '127.0.0.1', ca: readFileSync(made.ca) });

async function secure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ ...trusting(), port, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** A request over TLS, on a connection of its own. @returns its code. @throws when the handshake or what follows fails. */
async function ask(port: number, options: ConnectionOptions = {}): Promise<number> {
  const socket = await secure(port, options);
  try {
    return await clientOf(socket).ask('/health');
  } finally {
    socket.destroy();
  }
}

const serialOf = async (port: number): Promise<string> => {
  const socket = await secure(port);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
};

test('TCP speaks TLS 1.2 and 1.3 and nothing else; Unix sockets and the control socket stay as they are', async () => {
  const { server, port } = await open(own());
  expect(server.addresses()[0]).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    expect(await ask(port, { minVersion: version, maxVersion: version }), version).toBe(200);
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(ask(port, old)).rejects.toThrow(/alert protocol version/i);
  const plain = await client({ host: '127.0.0.1', port });
  plain.send('GET /health HTTP/1.1\r\nHost: test\r\n\r\n');
  await expect.poll(() => plain.closed).toBe(true);
  expect(plain.text()).not.toContain('HTTP/1.1 200');
  for (const name of ['http.sock', 'control.sock']) {
    expect(await (await client({ path: join(folder, name) })).ask('/health'), name).toBe(200);
  }
});

test('requests that are none are answered over TLS too, and a handshake that never ends is cut', async () => {
  const { port } = await open(own(), { limits: { lookMs: 20, headersMs: 200 } });
  const malformed = clientOf(await secure(port));
  malformed.send('nonsense\r\n\r\n');
  await expect.poll(() => malformed.closed).toBe(true);
  expect(malformed.text()).toMatch(/^HTTP\/1\.1 400 .*bad_request/s);
  const silent = await client({ host: '127.0.0.1', port });
  await expect.poll(() => silent.closed).toBe(true);
});

test('with client_ca_file only clients with a certificate of that authority get in, and the token is needed still', async () => {
  const { port } = await open({ ...own(), clientCaFile: made.ca }, { token: () => 'the-token-of-this-test' });
  const certified = { cert: readFileSync(made.clientCert), key: readFileSync(made.clientKey) };
  expect(await ask(port, certified)).toBe(200);
  expect(await clientOf(await secure(port, certified)).ask('/health/detailed')).toBe(401);
  await expect(ask(port)).rejects.toThrow();
  const expired = { cert: readFileSync(made.expired.cert), key: readFileSync(made.expired.key) };
  await expect(ask(port, expired)).rejects.toThrow();
  expect(await ask(port, certified)).toBe(200);
});

test('a handshake that never ends does not hold up the close', async () => {
  const { server, port } = await open(own());
  const silent = await client({ host: '127.0.0.1', port });
  expect(await ask(port)).toBe(200);
  const closed = server.close(AbortSignal.timeout(50)).then(() => 'closed');
  expect(await Promise.race([closed, once(AbortSignal.timeout(3000), 'abort')])).toBe('closed');
  await expect.poll(() => silent.closed).toBe(true);
});

test('the cap spares a connection whose answer is being made, over TLS too', async () => {
  const asked: ((page: string) => void)[] = [];
  const page = pageOf(() => new Promise<string>((resolve) => asked.push(resolve)));
  const { port } = await open(own(), { maxConnections: 16, page });
  const busy = clientOf(await secure(port));
  busy.send('GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n');
  await expect.poll(() => asked.length).toBe(1);
  const idle = clientOf(await secure(port));
  for (let count = 0; count < 20; count += 1) await client({ host: '127.0.0.1', port });
  await expect.poll(() => idle.closed).toBe(true);
  expect(await ask(port)).toBe(200);
  asked[0]?.('page\n');
  await expect.poll(() => busy.text()).toContain('page');
});

describe('what is wrong at the start is an error that names the setting and the file, and nothing is opened', () => {
  const wrong: readonly (readonly [string, () => TlsFiles, RegExp])[] = [
    [
      'no certificate',
      () => ({ ...own(), certFile: '/nowhere.crt' }),
      /^tls\.cert_file: cannot read \/nowhere\.crt: ENOENT$/,
    ],
    ['no key', () => ({ ...own(), keyFile: '/nowhere.key' }), /^tls\.key_file: cannot read \/nowhere\.key: ENOENT$/],
    [
      'a key as certificate',
      () => ({ ...own(), certFile: made.key }),
      /^tls\.cert_file: .*server\.key holds none in PEM/,
    ],
    [
      'a certificate as key',
      () => ({ ...own(), keyFile: made.cert }),
      /^tls\.key_file: .*server\.crt holds none in PEM/,
    ],
    [
      'a certificate that is cut off',
      () => ({ ...own(), certFile: half() }),
      /^tls\.cert_file: .*half holds none in PEM that can be used: it is damaged or cut off: its last line is absent$/,
    ],
    ['another key', () => ({ ...own(), keyFile: made.clientKey }), /^tls: the key of .*client\.key is not that of/],
    [
      'an empty authority',
      () => ({ ...own(), clientCaFile: empty() }),
      /^tls\.client_ca_file: .*empty holds none in PEM/,
    ],
  ];
  const empty = (): string => {
    writeFileSync(join(folder, 'empty'), '');
    return join(folder, 'empty');
  };
  const half = (): string => {
    writeFileSync(join(folder, 'half'), readFileSync(made.cert, 'utf8').slice(0, 300));
    return join(folder, 'half');
  };
  test.each(wrong)('%s', async (_, files, message) => {
    const { server } = serve([], { tls: files() });
    const error = await server.listen([loopback]).then(
      () => undefined,
      (thrown: Error) => thrown.message,
    );
    expect(error).toMatch(message);
    expect(error).not.toContain('PRIVATE KEY');
    expect(server.addresses()).toEqual([]);
  });
});

describe('files that change', () => {
  /** Copies into the test's own folder, which the server looks at. */
  function put({ cert, key }: Pair): TlsFiles {
    const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
    copyFileSync(cert, files.certFile);
    copyFileSync(key, files.keyFile);
    return files;
  }

  test('are served to newcomers, and open connections go on', async () => {
    const { port, readings, log } = await open(put({ cert: made.cert, key: made.key }));
    const before = await serialOf(port);
    const kept = clientOf(await secure(port));
    expect(await kept.ask('/health')).toBe(200);
    put(second);
    await expect.poll(() => serialOf(port)).not.toBe(before);
    expect(await kept.ask('/health')).toBe(200);
    expect(readings).toEqual([true]);
    expect(log.lines.map(({ message }) => message)).toEqual([expect.stringContaining('is served from now on')]);
  });

  test('wrong ones are said once, and the last good ones stay until good ones come', async () => {
    const files = put({ cert: made.cert, key: made.key });
    const { port, readings, log } = await open(files);
    const before = await serialOf(port);
    copyFileSync(second.cert, files.certFile); // and the key is the old one's
    await expect.poll(() => readings).toEqual([false]);
    expect(await serialOf(port)).toBe(before);
    rmSync(files.keyFile);
    await expect.poll(() => readings).toEqual([false, false]);
    expect(await ask(port)).toBe(200);
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map((line) => line['error.message'])).toEqual([
      expect.stringContaining('is not that of the certificate'),
      expect.stringContaining('tls.key: ENOENT'),
    ]);
    copyFileSync(second.key, files.keyFile);
    await expect.poll(() => serialOf(port)).not.toBe(before);
    expect(readings).toEqual([false, false, true]);
  });

  test('by a symlink that Kubernetes swaps, and on every address', async () => {
    const version = (name: string, { cert, key }: Pair): void => {
      mkdirSync(join(folder, name));
      copyFileSync(cert, join(folder, name, 'tls.crt'));
      copyFileSync(key, join(folder, name, 'tls.key'));
    };
    const point = (name: string): void => {
      symlinkSync(name, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    version('first', { cert: made.cert, key: made.key });
    version('second', second);
    point('first');
    const tls = { certFile: join(folder, '..data', 'tls.crt'), keyFile: join(folder, '..data', 'tls.key') };
    const { server } = serve([], { tls, limits });
    opened.push(server);
    await server.listen([loopback, loopback]);
    const ports = server.addresses().map((address) => Number(new URL(address).port));
    const serials = (): Promise<string[]> => Promise.all(ports.map(serialOf));
    const [before] = await serials();
    point('second');
    await expect.poll(async () => (await serials()).includes(`${before}`)).toBe(false);
  });

  test('a new authority of clients shuts out those of the old one', async () => {
    const clientCaFile = join(folder, 'ca.crt');
    copyFileSync(made.ca, clientCaFile);
    const { port, readings } = await open({ ...own(), clientCaFile });
    const certified = { cert: readFileSync(made.clientCert), key: readFileSync(made.clientKey) };
    expect(await ask(port, certified)).toBe(200);
    copyFileSync(made.otherCa, clientCaFile);
    await expect.poll(() => readings).toEqual([true]);
    await expect(ask(port, certified)).rejects.toThrow();
  });
});
