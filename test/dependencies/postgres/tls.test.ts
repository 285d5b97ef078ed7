// libpq's TLS modes on real servers: what is encrypted, what is verified, what is tried next.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Certificates } from '../../servers/certificates.ts';
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { makeAttempt } from '../attempt.ts';
import { createTrial, once } from './trial.ts';

let server: PostgresServer;
let plain: PostgresServer;
let files: Certificates;
beforeAll(async () => {
  [server, plain] = await Promise.all([startPostgres({ tls: true }), startPostgres()]);
  if (server.certificates === undefined) throw new Error('started without TLS');
  files = server.certificates;
});
afterAll(() => Promise.all([server?.remove(), plain?.remove()]));

/** Whether the connection is encrypted as the server sees it, or the class and phase of the failure. */
async function found(given: object): Promise<string> {
  const trial = createTrial(given);
  onTestFinished(trial.end);
  const { outcome, phases, message } = await trial.run();
  if (outcome !== 'passed') return `${outcome} at ${phases.split(' ').at(-1)}: ${message}`;
  const query = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  const row = await trial.current.query(query, makeAttempt());
  return row.ssl === true ? 'encrypted' : 'plain';
}
const url = (query: string, at = server): string => `${at.url}?${query}`;

describe('on a server with TLS', () => {
  test.each([
    ['', /^encrypted/],
    ['sslmode=disable', /^plain/],
    ['sslmode=prefer', /^encrypted/],
    ['sslmode=require', /^encrypted/],
    ['sslmode=require&sslrootcert=OTHER', /^tls at connect/],
    ['sslmode=prefer&sslrootcert=OTHER', /^plain/],
    ['sslmode=verify-ca&sslrootcert=CA', /^encrypted/],
    ['sslmode=verify-ca', /^tls at connect/],
    ['sslmode=verify-full&sslrootcert=CA', /^encrypted/],
    ['channel_binding=require', /^encrypted/],
    ['channel_binding=require&sslmode=disable', /^auth at auth: channel_binding/],
  ])('?%s', async (query, expected) => {
    expect(await found({ url: url(query.replace('CA', files.ca).replace('OTHER', files.otherCa)) })).toMatch(expected);
  });

  test('verify-full wants the name, verify-ca does not', async () => {
    const named = (mode: string): string =>
      `postgres://app:${encodeURIComponent(server.password)}@db.test:${server.port}/shop?hostaddr=127.0.0.1&sslmode=${mode}&sslrootcert=${files.ca}`;
    expect(await found({ url: named('verify-ca') })).toBe('encrypted');
    expect(await found({ url: named('verify-full') })).toMatch(/^tls at connect/);
    expect(await found({ url: named('verify-full'), tls: { server_name: 'localhost' } })).toBe('encrypted');
  });

  test('the setting alone verifies against its file, or nothing when told so', async () => {
    expect(await found({ url: server.url, tls: { ca_file: files.ca } })).toBe('encrypted');
    expect(await found({ url: server.url, tls: {} })).toMatch(/^tls at connect/);
    expect(await found({ url: server.url, tls: { insecure_skip_verify: true } })).toBe('encrypted');
    expect(await found({ url: server.url, tls: { ca_file: '/no/such/ca.pem' } })).toMatch(/^tls .*\/no\/such\/ca\.pem/);
  });

  test('a client certificate', async () => {
    await server.rules(['hostssl all app 127.0.0.1/32 scram-sha-256 clientcert=verify-ca']);
    onTestFinished(() => server.rules([]));
    expect(await found({ url: url('sslmode=require') })).toMatch(/^auth at auth/);
    const own = { ca_file: files.ca, cert_file: files.clientCert, key_file: files.clientKey };
    expect(await found({ url: server.url, tls: own })).toBe('encrypted');
  });

  test('prefer goes the other way when pg_hba.conf wants it', async () => {
    onTestFinished(() => server.rules([]));
    await server.rules(['hostssl all app 127.0.0.1/32 reject']);
    expect(await found({ url: url('sslmode=prefer') })).toBe('plain');
    expect(await found({ url: url('sslmode=require') })).toMatch(/^auth at auth/);
    await server.rules(['hostnossl all app 127.0.0.1/32 reject']);
    expect(await found({ url: url('sslmode=disable') })).toMatch(/^auth at auth/);
  });

  test('a wrong password is tried once only', async () => {
    const refusals = (): number => server.output().split('password authentication failed').length - 1;
    const before = refusals();
    expect(await once({ url: server.url, password: 'wrong' })).toMatchObject({ outcome: 'auth' });
    await expect.poll(refusals).toBeGreaterThan(before);
    await server.query('SELECT 1');
    expect(refusals()).toBe(before + 1);
  });
});

describe('on a server without TLS', () => {
  test.each([
    ['', /^plain/],
    ['sslmode=require', /^tls at connect: the server does not offer TLS/],
    ['sslmode=verify-full', /^tls at connect/],
  ])('?%s', async (query, expected) => {
    expect(await found({ url: url(query, plain) })).toMatch(expected);
  });
});
