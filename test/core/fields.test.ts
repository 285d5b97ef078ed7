// The fields that several types share: what a host and port is, and what TLS accepts unless it is told otherwise.
import { expect, test } from 'vitest';
import { isLoopback, parseAddress, tls } from '../../src/core/fields.ts';

test('TLS verifies the certificate unless it is told not to', () => {
  expect(tls().parse({})).toEqual({ insecure_skip_verify: false });
  expect(tls().parse({ insecure_skip_verify: true })).toEqual({ insecure_skip_verify: true });
});

test('a client certificate and its key go together', () => {
  expect(tls().safeParse({ cert_file: 'a', key_file: 'b' }).success).toBe(true);
  for (const half of [{ cert_file: 'a' }, { key_file: 'b' }]) expect(tls().safeParse(half).success).toBe(false);
});

test.each([
  ['db.example.com:5432', { host: 'db.example.com', port: 5432 }],
  ['[::1]:1', { host: '::1', port: 1 }],
  ['10.0.0.1:65535', { host: '10.0.0.1', port: 65_535 }],
  ['10.0.0.1:65536', undefined],
  ['10.0.0.1:0', undefined],
  ['::1:5432', undefined],
  ['db.example.com', undefined],
])('the address %s', (text, parsed) => expect(parseAddress(text)).toEqual(parsed));

test.each([
  ['localhost', true],
  ['api.LOCALHOST.', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['10.127.0.1', false],
  ['127.0.0.1.example.com', false],
  ['mylocalhost', false],
])('%s is this machine: %s', (host, is) => expect(isLoopback(host)).toBe(is));
