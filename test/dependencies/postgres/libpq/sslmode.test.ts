// libpq's sslmode and the setting `tls`: what is tried, what is verified, what contradicts itself.
import { describe, expect, test } from 'vitest';
import { tls } from '../../../../src/core/fields.ts';
import {
  protectionOf,
  protectionProblem,
  type Server,
  type SslSource,
} from '../../../../src/dependencies/postgres/libpq/index.ts';

const db: Server = { host: 'db', port: 5432 };
const socket: Server = { host: '/run', port: 5432 };
const source = (given: Partial<SslSource> = {}): SslSource => ({ servers: [db], ...given });
const settings = (given: object) => tls().parse(given);

describe('protectionOf', () => {
  test.each([
    ['nothing given is prefer', source(), undefined, 'tls plain', false, false],
    ['disable', source({ sslmode: 'disable' }), undefined, 'plain', false, false],
    ['require does not verify', source({ sslmode: 'require' }), undefined, 'tls', false, false],
    ['require with an authority', source({ sslmode: 'require', sslrootcert: '/ca' }), undefined, 'tls', true, false],
    ['verify-ca', source({ sslmode: 'verify-ca' }), undefined, 'tls', true, false],
    ['verify-full', source({ sslmode: 'verify-full' }), undefined, 'tls', true, true],
    ['sslrootcert=system is verify-full', source({ sslrootcert: 'system' }), undefined, 'tls', true, true],
    ['the setting alone verifies all', source(), settings({}), 'tls', true, true],
    ['told not to verify', source(), settings({ insecure_skip_verify: true }), 'tls', false, false],
    ['the URL holds', source({ sslmode: 'require' }), settings({}), 'tls', false, false],
    ['both, with an authority', source({ sslmode: 'require' }), settings({ ca_file: '/ca' }), 'tls', true, false],
  ])('%s', (_, from, given, order, verifyChain, verifyName) => {
    expect(protectionOf(from, db, given)).toMatchObject({ order: order.split(' '), verifyChain, verifyName });
  });

  test('a Unix socket is never encrypted, unless an address is given beside it', () => {
    const from = source({ sslmode: 'require', servers: [socket, { ...socket, hostaddr: '10.0.0.1' }] });
    expect(from.servers.map((server) => protectionOf(from, server, undefined).order)).toEqual([['plain'], ['tls']]);
  });

  test('takes the files of the URL, and rather those of the setting', () => {
    const given = source({ sslrootcert: '/a', sslcert: '/b', sslkey: '/c' });
    expect(protectionOf(given, db, undefined).files).toEqual({ ca_file: '/a', cert_file: '/b', key_file: '/c' });
    const files = { ca_file: '/d', cert_file: '/e', key_file: '/f' };
    expect(protectionOf(given, db, settings(files)).files).toEqual(files);
  });
});

test.each([
  [source({ sslmode: 'disable' }), settings({}), /sslmode=disable/],
  [source({ sslmode: 'verify-ca' }), settings({ insecure_skip_verify: true }), /insecure_skip_verify/],
  [source({ sslmode: 'require', sslrootcert: 'system' }), undefined, /sslrootcert=system/],
  [source({ sslcert: '/c' }), undefined, /together/],
  [
    source({ sslmode: 'verify-full', servers: [{ host: '', hostaddr: '10.0.0.1', port: 1 }] }),
    undefined,
    /name to verify/,
  ],
  [source({ sslmode: 'require' }), settings({ insecure_skip_verify: true }), undefined],
])('contradiction %#', (from, given, problem) => {
  const found = protectionProblem(from, given);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});
