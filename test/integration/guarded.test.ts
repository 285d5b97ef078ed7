// TLS and users on servers that want both, with the built program: what each setting does, alike for every type, and
// that passwords and certificates can be rotated below connections that are held.
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { fileOf } from '../config/load.ts';
import { type CheckBody, type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { waitedSince } from '../servers/waited.ts';
import { boundMsOf, showsWithin } from './bound.ts';
import { runCommand } from './command.ts';
import {
  type GuardedServers,
  type GuardedType,
  guardedTypes,
  serverName,
  startGuardedServers,
} from './guarded-servers.ts';
import { createMount, type Mount } from './mount.ts';

const password = `first-${crypto.randomUUID()}`;
const tlsTypes = [...guardedTypes, 'kms', 'tls'] as const;
type TlsType = (typeof tlsTypes)[number];

let servers: GuardedServers;
beforeAll(async () => {
  servers = await startGuardedServers(password);
}, 240_000);
afterAll(() => servers?.stop());

type Settings = Record<string, unknown>;
const isGuarded = (type: TlsType): type is GuardedType => (guardedTypes as readonly string[]).includes(type);
const userOf = (type: TlsType): Settings => (isGuarded(type) ? { username: 'guarded', password } : {});

/** What works. */
function fullTls(): Settings {
  const { ca, clientCert, clientKey } = servers.certificates;
  return { ca_file: ca, cert_file: clientCert, key_file: clientKey, server_name: serverName };
}

describe('one run of each type', () => {
  type Row = {
    readonly name: string;
    /** Undefined removes a setting. */
    readonly tls?: Settings;
    readonly more?: Settings;
    /** `passed`, or the class; by type where a protocol differs. */
    readonly expected: string | (Partial<Record<TlsType, string>> & { readonly others: string });
    /** What the message must name. */
    readonly names?: string;
  };
  /** PostgreSQL tells in its own protocol; whoever only shakes hands does not hear of it with TLS 1.3. */
  const withoutCertificate = { postgres: 'auth', tls: 'passed', others: 'tls' };

  function tlsRows(): readonly Row[] {
    const { certificates, ofOtherCa, folder } = servers;
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const garbage = write('garbage.pem', 'no PEM at all\n');
    const empty = write('empty.pem', '');
    const ca = readFileSync(certificates.ca, 'utf8');
    const halfWritten = write('half-written.pem', `${ca}${readFileSync(certificates.otherCa, 'utf8').slice(0, 200)}`);
    const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
    const key = createPrivateKey(readFileSync(certificates.clientKey));
    const encrypted = write('encrypted.key', String(key.export(locked)));
    const both = write('both-authorities.pem', `# old\n${ca}# new\n${readFileSync(certificates.otherCa, 'utf8')}`);
    const gone = '/nowhere/file.pem';
    const bad = (setting: string, file: string, says = file): Row => ({
      name: `${setting}: ${file.split('/').at(-1)}`,
      ...{ tls: { [setting]: file }, expected: 'tls', names: says },
    });
    const none = { cert_file: undefined, key_file: undefined };
    return [
      { name: 'all of it', expected: 'passed' },
      { name: 'several authorities in ca_file', tls: { ca_file: both }, expected: 'passed' },
      { name: 'no ca_file', tls: { ca_file: undefined }, expected: 'tls' },
      { name: 'another authority', tls: { ca_file: certificates.otherCa }, expected: 'tls' },
      { name: 'no server_name', tls: { server_name: undefined }, expected: 'tls' },
      { name: 'another server_name', tls: { server_name: 'elsewhere.test' }, expected: 'tls' },
      { name: 'no client certificate', tls: none, expected: withoutCertificate },
      {
        name: 'a client certificate of another authority',
        tls: { cert_file: ofOtherCa.cert, key_file: ofOtherCa.key },
        expected: { tls: 'passed', postgres: 'tls', redis: 'tls', others: 'refused' }, // Node closes without a word
      },
      {
        name: 'insecure_skip_verify',
        tls: { ca_file: undefined, server_name: undefined, insecure_skip_verify: true },
        expected: 'passed',
      },
      {
        name: 'insecure_skip_verify shows no client certificate by itself',
        tls: { ...none, ca_file: undefined, insecure_skip_verify: true },
        expected: withoutCertificate,
      },
      ...(['ca_file', 'cert_file', 'key_file'] as const).flatMap((setting) =>
        [gone, garbage, empty].map((file) => bad(setting, file)),
      ),
      bad('ca_file', halfWritten, `${halfWritten}: its certificate 2 of 2`),
      bad('key_file', certificates.key, `${certificates.key}: does not fit the certificate in`),
      bad('key_file', encrypted, `${encrypted}: the key is encrypted`),
    ];
  }

  function userRows(): readonly Row[] {
    const { folder } = servers;
    const file = join(folder, 'password');
    writeFileSync(file, `${password}\n`);
    const gone = '/nowhere/password';
    return [
      { name: 'password_file', more: { password: undefined, password_file: file }, expected: 'passed' },
      { name: 'wrong password', more: { password: 'wrong' }, expected: 'auth' },
      {
        name: 'no password_file',
        ...{ more: { password: undefined, password_file: gone }, expected: 'auth', names: `cannot read ${gone}` },
      },
    ];
  }
  /** A user in the URL loses to one in the settings. */
  const withUser = (url: unknown): string => String(url).replace('://', '://nobody:wrong@');

  test('each setting means the same', async () => {
    const alike = tlsRows();
    const rowsOf = (type: TlsType): readonly Row[] => [
      ...alike,
      ...(isGuarded(type) ? userRows() : []),
      ...(isGuarded(type)
        ? [{ name: 'over the URL', more: { url: withUser(servers.places[type].url) }, expected: 'passed' }]
        : []),
    ];
    const asked = tlsTypes.flatMap((type) =>
      rowsOf(type).map((row, index) => ({ type, row, check: `${type}-${index}` })),
    );
    const checks = asked.map(({ type, row, check }) => {
      const tls = { ...fullTls(), ...row.tls };
      return [check, { ...servers.places[type], ...userOf(type), ...row.more, tls, interval: '100s', timeout: '50s' }];
    });
    const file = fileOf(stringify({ checks: Object.fromEntries(checks) }));
    const { environment } = servers;
    const { code, stdout, stderr } = await runCommand(['probe', '--config', file, '--json'], { environment });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { checks: found } = JSON.parse(stdout) as { checks: Record<string, { last_run: Settings }> };
    const told = asked.map(({ type, row, check }) => {
      const { result, error, message } = found[check]?.last_run ?? {};
      const text = row.names === undefined || String(message).includes(row.names) ? '' : `, which says: ${message}`;
      return `${type}, ${row.name}: ${error ?? result}${text}`;
    });
    const expected = asked.map(({ type, row }) => {
      const { expected: one } = row;
      return `${type}, ${row.name}: ${typeof one === 'string' ? one : (one[type] ?? one.others)}`;
    });
    expect(told).toEqual(expected);
    expect(stdout).not.toContain(password);
  });
});

const maxAgeMs = 3000;
const second = `second-${crypto.randomUUID()}`;
/** A back-off of 1 s, doubled a few times at most until the file is fixed. */
const recoveryMs = 20_000;
/** Of a rotation seen and followed. */
const timeout = 150_000;

describe.concurrent('rotation below held connections', () => {
  const token = 'a-token-of-the-test';
  let daemon: Sidewarden;
  let passwords: Readonly<Record<GuardedType, Mount>>;
  let authorities: Mount;

  beforeAll(async () => {
    const mount = (): Promise<Mount> => createMount({ password });
    passwords = { postgres: await mount(), redis: await mount(), elasticsearch: await mount(), http: await mount() };
    authorities = await createMount({ 'ca.crt': readFileSync(servers.certificates.ca, 'utf8') });
    const checks = guardedTypes.flatMap((type): [string, Settings][] => {
      const age = type === 'http' ? {} : { max_connection_age: `${maxAgeMs}ms` };
      const common = { ...servers.places[type], ...age, interval: '1s', timeout: '900ms' };
      const blind = { ...fullTls(), ca_file: undefined, insecure_skip_verify: true };
      const trusting = { ...fullTls(), ca_file: authorities.path('ca.crt') };
      const password_file = passwords[type].path('password');
      return [
        [`${type}-password`, { ...common, username: 'rotated', password_file, tls: blind }],
        [`${type}-certificate`, { ...common, ...userOf(type), tls: trusting }],
      ];
    });
    daemon = await startSidewarden({ configuration: { token, checks: Object.fromEntries(checks) } });
    await daemon.until((_, code) => code === 200, 60_000);
  });
  afterAll(() => daemon?.stop());

  /** @returns the class with which it failed, other than timeout, within the age of a connection and the bound; @throws when it did not */
  async function fails(check: string): Promise<unknown> {
    const boundMs = maxAgeMs + (await boundMsOf(daemon, check));
    const failed = ({ status, error }: CheckBody): boolean => status === 'unhealthy' && error !== 'timeout';
    return (await showsWithin(daemon, check, failed, { boundMs, timeoutsToo: true })).error;
  }
  const recovers = (check: string): Promise<number> =>
    daemon.until(({ checks }) => checks[check]?.status === 'healthy', recoveryMs);

  test.each(guardedTypes)(
    'a password of %s that is changed, then changed in the mounted file',
    async (type) => {
      const check = `${type}-password`;
      await servers.setPassword[type]('rotated', second);
      expect(await fails(check)).toBe('auth');
      passwords[type].swap({ password: second });
      await recovers(check);
      expect(daemon.output()).not.toContain(second);
    },
    timeout,
  );

  type Past = { readonly time: string; readonly error?: string };
  type One = {
    readonly connection: { readonly opened: string } | null;
    readonly history: readonly Past[];
    readonly transitions: readonly Past[];
  };
  type Detailed = { readonly checks: Readonly<Record<string, One>> };
  const detailed = async (check: string): Promise<One> => {
    const { body } = await daemon.get<Detailed>('/health/detailed', { authorization: `Bearer ${token}` });
    return body.checks[check] as One;
  };

  test(
    'a certificate that is rotated after the authorities, and one that is rotated before them',
    async () => {
      const { certificates, ofOtherCa } = servers;
      const [old, next] = [certificates.ca, certificates.otherCa].map((file) => readFileSync(file, 'utf8'));
      const checks = guardedTypes.map((type) => `${type}-certificate`);

      authorities.swap({ 'ca.crt': `${old}${next}` });
      const swappedAt = Date.now();
      const knows = async (check: string): Promise<void> => {
        const { history } = await detailed(check);
        expect(Date.parse(history.at(-1)?.time ?? ''), check).toBeGreaterThan(swappedAt);
      };
      // A run that has read the old ones still shakes hands when the machine is busy.
      await Promise.all(checks.map((check) => vi.waitFor(() => knows(check), { timeout: 30_000 })));
      await servers.rotate(ofOtherCa);
      const rotatedAt = Date.now();
      const waited = waitedSince(daemon);
      /** After how long there was a new connection, or the first run where each has its own. */
      const renewedMs = async (check: string): Promise<number> => {
        const { connection, history } = await detailed(check);
        const times = connection === null ? history.map(({ time }) => time) : [connection.opened];
        return times.map((time) => Date.parse(time) - rotatedAt).find((ms) => ms > 0) ?? Promise.reject('not yet');
      };
      const renewed = checks.map((check) => vi.waitFor(() => renewedMs(check), { timeout: 30_000 }));
      expect(Math.max(...(await Promise.all(renewed)))).toBeLessThan(maxAgeMs + 3000 + waited());
      for (const check of checks) {
        const { history, transitions } = await detailed(check);
        const alarms = [...history, ...transitions].filter(({ error }) => error === 'tls');
        expect(alarms, check).toEqual([]);
      }

      authorities.swap({ 'ca.crt': `${next}` });
      await servers.rotate(certificates);
      expect(await Promise.all(checks.map(fails))).toEqual(checks.map(() => 'tls'));
      authorities.swap({ 'ca.crt': `${old}${next}` });
      await Promise.all(checks.map(recovers));
    },
    timeout,
  );
});
