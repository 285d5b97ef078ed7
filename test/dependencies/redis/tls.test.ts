import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../../servers/certificates.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { type RedisServer, startRedis } from '../../servers/redis.ts';
import { collect } from './collect.ts';
import { run } from './run.ts';

let folder: string;
let files: Certificates;
let server: RedisServer;

beforeAll(async () => {
  folder = await runFolder('redis-tls');
  files = await makeCertificates(folder);
  server = await startRedis({ tls: files });
});
afterAll(async () => {
  await server.remove();
  removeFolder(folder);
});

const tlsAtConnect = { passed: false, errorClass: 'tls', phase: 'connect' };

describe('TLS', () => {
  it('passes when the authority is trusted, by address and by name, with and without rediss', async () => {
    const tls = { ca_file: files.ca };
    expect(await run({ url: server.url, tls })).toMatchObject({ passed: true });
    const byName = server.url.replace('127.0.0.1', 'localhost');
    expect(await run({ url: byName, tls })).toMatchObject({ passed: true });
    expect(await run({ url: byName.replace('rediss:', 'redis:'), tls })).toMatchObject({ passed: true });
    expect(await run({ url: server.url, tls: { insecure_skip_verify: true } })).toMatchObject({ passed: true });
  });

  it('the statistics come over TLS too', async () => {
    const { values, instance } = await collect({ url: server.url, tls: { ca_file: files.ca } });
    expect(values.get('redis_connected_clients')).toBeGreaterThan(0);
    expect(instance).toBe(`${server.host}:${server.port}`);
  });

  it('fails as tls for an unknown authority, an absent file, another name, an expired certificate', async () => {
    expect(await run({ url: server.url })).toMatchObject(tlsAtConnect);
    expect(await run({ url: server.url, tls: { ca_file: files.otherCa } })).toMatchObject(tlsAtConnect);
    const absent = await run({ url: server.url, tls: { ca_file: '/nowhere/ca.pem' } });
    expect(absent).toMatchObject(tlsAtConnect);
    expect(absent.message).toContain('/nowhere/ca.pem');
    const tls = { ca_file: files.ca };
    expect(await run({ url: server.url, tls: { ...tls, server_name: 'elsewhere.test' } })).toMatchObject(tlsAtConnect);

    const wrongName = await startRedis({ tls: files.wrongName });
    expect(await run({ url: wrongName.url, tls })).toMatchObject(tlsAtConnect);
    expect(await run({ url: wrongName.url, tls: { ...tls, server_name: 'elsewhere.test' } })).toMatchObject({
      passed: true,
    });
    await wrongName.remove();
    const expired = await startRedis({ tls: files.expired });
    expect(await run({ url: expired.url, tls })).toMatchObject(tlsAtConnect);
    await expired.remove();
  });

  it('shows a client certificate, and fails as tls when it is refused one', async () => {
    const strict = await startRedis({ tls: { ...files, clientCa: files.ca } });
    const tls = { ca_file: files.ca };
    const shown = { ...tls, cert_file: files.clientCert, key_file: files.clientKey };
    expect(await run({ url: strict.url, tls: shown })).toMatchObject({ passed: true });
    for (let round = 0; round < 10; round++) {
      expect(await run({ url: strict.url, tls })).toMatchObject(tlsAtConnect);
    }
    await strict.remove();
  });

  it('TLS to a server without it is never answered: timeout; none to a server with it is refused', async () => {
    const plain = await startRedis();
    const secure = plain.url.replace('redis:', 'rediss:');
    expect(await run({ url: secure }, undefined, 1500)).toMatchObject({ errorClass: 'timeout', phase: 'connect' });
    await plain.remove();
    expect(await run({ url: server.url.replace('rediss:', 'redis:') })).toMatchObject({ errorClass: 'refused' });
  });
});
