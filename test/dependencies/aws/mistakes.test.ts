// Variables of AWS that cannot work are named before anything is asked, with how to fix them, for KMS and for tokens.
import { subscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import type * as Os from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { tokenNow } from '../../../src/dependencies/aws/token.ts';
import { classify, messageOf } from '../../../src/dependencies/fault.ts';
import { kms } from '../../../src/dependencies/kms/index.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';
import { redis } from '../../../src/dependencies/redis/index.ts';
import { noAwsSettings } from '../../contract/rigs/kms.ts';
import { makeAttempt } from '../attempt.ts';

const driver = await kms.load();
const folder = mkdtempSync(join(tmpdir(), 'sidewarden-mistakes-'));
const at = (name: string): string => join(folder, name);
const secret = 'hunter2hunter2';
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ KeyMetadata: { KeyId: 'shop', KeyState: 'Enabled' } }));
});
let url: string;
let requests = 0; // of every client in this process
subscribe('http.client.request.created', () => {
  requests += 1;
});

beforeAll(async () => {
  mkdirSync(at('folder'));
  const files = {
    ...{ empty: '', token: secret, line: `${secret}\n`, one: '[other]\nregion = us-east-1\n' },
    ...{ zone: '[default]\nregion = eu-central-1a\n', bare: '[default]\nendpoint_url = localhost:4566\n' },
    ...{ keys: `[shop]\naws_access_key_id = AKIA\naws_secret_access_key = ${secret}\n` },
    services: '[default]\nservices = local\n[services local]\nkms =\n  endpoint_url = localhost:4566\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

type Variables = Readonly<Record<string, string | undefined>>;
const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: secret };
const role = { AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/shop' };

function stub(variables: Variables): void {
  // Readable and empty of what is asked for, so that each case has one mistake.
  const files = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: undefined, AWS_DEFAULTS_MODE: undefined };
  const none = { HOME: '/nonexistent', AWS_ENDPOINT_URL_STS: undefined, AWS_CONTAINER_AUTHORIZATION_TOKEN: undefined };
  const all = { ...noAwsSettings, ...files, ...none, AWS_REGION: 'us-east-1', ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
}

/** `class: message`, or `none` when nothing failed. */
async function probed(given: object = { endpoint: url }, timeoutMs = 10_000): Promise<string> {
  const settings = z.strictObject(kms.settings).parse({ key_id: 'alias/shop', ...given });
  const session = driver.session(settings);
  try {
    await driver.probe(session, settings, makeAttempt({ timeoutMs }));
    return 'none';
  } catch (error) {
    return `${classify({ driver, definition: kms }, error).errorClass}: ${messageOf(error, timeoutMs)}`;
  } finally {
    session.destroy();
  }
}

/** As postgres and redis ask for a token at each connect. */
async function signed(): Promise<string> {
  const request = { service: 'rds-db', host: 'shop:5432', query: { DBUser: 'app' } } as const;
  return tokenNow(request, undefined, makeAttempt()).then(
    () => 'none',
    (error) => `${error.errorClass}: ${error.message}`,
  );
}

const credentials: readonly (readonly [what: string, Variables, said: RegExp])[] = [
  [
    'a key id that ends with a line break',
    { ...keys, AWS_ACCESS_KEY_ID: 'AKIA\n' },
    /AWS_ACCESS_KEY_ID ends with a line/,
  ],
  ['a key id with a space', { ...keys, AWS_ACCESS_KEY_ID: 'AKIA ' }, /AWS_ACCESS_KEY_ID begins or ends with a space/],
  ['a key id in quotes', { ...keys, AWS_ACCESS_KEY_ID: '"AKIA"' }, /AWS_ACCESS_KEY_ID stands in quotation marks/],
  ['a key id of other letters', { ...keys, AWS_ACCESS_KEY_ID: 'AKIA…' }, /AWS_ACCESS_KEY_ID holds a character/],
  [
    'a secret with a line break',
    { ...keys, AWS_SECRET_ACCESS_KEY: `${secret}\n` },
    /AWS_SECRET_ACCESS_KEY ends with a/,
  ],
  ['a secret with a space', { ...keys, AWS_SECRET_ACCESS_KEY: ` ${secret}` }, /AWS_SECRET_ACCESS_KEY begins or ends/],
  ['a session token with a line break', { ...keys, AWS_SESSION_TOKEN: `${secret}\r\n` }, /AWS_SESSION_TOKEN ends with/],
  ['a session token of two lines', { ...keys, AWS_SESSION_TOKEN: `${secret}\nx` }, /AWS_SESSION_TOKEN holds a line/],
  ['an empty secret', { ...keys, AWS_SECRET_ACCESS_KEY: '' }, /AWS_SECRET_ACCESS_KEY is empty, but AWS_ACCESS_KEY_ID/],
  [
    'no key id',
    { ...keys, AWS_ACCESS_KEY_ID: undefined },
    /AWS_ACCESS_KEY_ID is not set, but AWS_SECRET_ACCESS_KEY is/,
  ],
  ['an unknown profile', { AWS_PROFILE: 'shop' }, /AWS_PROFILE names a profile that no file has \(\[profile shop\]/],
  [
    'a profile beside keys',
    { ...keys, AWS_PROFILE: 'shop' },
    /AWS_PROFILE is set, so the keys in AWS_ACCESS_KEY_ID and/,
  ],
  [
    'a profile of another file',
    { AWS_PROFILE: 'shop', AWS_SHARED_CREDENTIALS_FILE: at('one') },
    /AWS_PROFILE names a profile that no file has/,
  ],
  [
    'no credentials file',
    { AWS_SHARED_CREDENTIALS_FILE: at('none') },
    /AWS_SHARED_CREDENTIALS_FILE: cannot read .*ENOENT/,
  ],
  [
    'a folder for it',
    { AWS_SHARED_CREDENTIALS_FILE: at('folder') },
    /AWS_SHARED_CREDENTIALS_FILE: cannot read .*EISDIR/,
  ],
  [
    'none of the profile',
    { AWS_SHARED_CREDENTIALS_FILE: at('one') },
    /AWS_SHARED_CREDENTIALS_FILE: .* has no profile \[d/,
  ],
  ['no configuration file', { AWS_CONFIG_FILE: at('none') }, /AWS_CONFIG_FILE: cannot read .*ENOENT/],
  [
    'no token file',
    { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('none') },
    /AWS_WEB_IDENTITY_TOKEN_FILE: cannot .*ENOENT/,
  ],
  ['a folder for it', { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('folder') }, /AWS_WEB_IDENTITY_TOKEN_FILE: .*EISDIR/],
  ['a file below a file', { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('token/x') }, /AWS_WEB_IDENTITY_TOKEN.*ENOTDIR/],
  [
    'an empty token file',
    { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('empty') },
    /AWS_WEB_IDENTITY_TOKEN_FILE: .* is empty/,
  ],
  [
    'no role',
    { AWS_WEB_IDENTITY_TOKEN_FILE: at('token') },
    /AWS_ROLE_ARN is not set, but AWS_WEB_IDENTITY_TOKEN_FILE is/,
  ],
  [
    'a role alone',
    { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: '' },
    /AWS_WEB_IDENTITY_TOKEN_FILE is empty, but AWS_ROLE_ARN/,
  ],
  [
    'a container at no URL',
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'localhost/x' },
    /CREDENTIALS_FULL_URI must be a URL/,
  ],
  ['one without scheme', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'localhost:80' }, /CREDENTIALS_FULL_URI must be a URL/],
  ['one too far', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/' }, /FULL_URI must begin with https/],
  [
    'one with a password',
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://u:${secret}@localhost/` },
    /FULL_URI must be a URL without user and/,
  ],
  [
    'a path without slash',
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'v2/x' },
    /RELATIVE_URI must be a path that begins/,
  ],
  [
    'metadata without scheme',
    { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'localhost:80' },
    /AWS_EC2_METADATA_SERVICE_ENDPOINT must be a URL/,
  ],
];

test.each(credentials)('credentials: %s', async (_, variables, said) => {
  stub({ AWS_ENDPOINT_URL_STS: url, ...variables });
  for (const outcome of [await probed(), await signed()]) {
    expect(outcome).toMatch(/^auth: /);
    expect(outcome).toMatch(said);
    expect(outcome).not.toContain('hunter2');
    expect(outcome.length).toBeLessThan(400);
  }
});

const container = () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
test.each<[string, Variables, RegExp]>([
  ['absent', { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at('none') }, /TOKEN_FILE: cannot read .*ENOENT/],
  ['a folder', { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at('folder') }, /TOKEN_FILE: cannot read .*EISDIR/],
  ['empty', { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at('empty') }, /TOKEN_FILE: .* is empty/],
  [
    'a file with a line break',
    { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at('line') },
    /TOKEN_FILE: .* ends with a line/,
  ],
  ['with a line break', { AWS_CONTAINER_AUTHORIZATION_TOKEN: `${secret}\n` }, /AUTHORIZATION_TOKEN ends with a line/],
  ['of other letters', { AWS_CONTAINER_AUTHORIZATION_TOKEN: `${secret}…` }, /AUTHORIZATION_TOKEN holds a character/],
])('a container’s token that is %s, at once', async (_, variables, said) => {
  stub({ ...container(), ...variables });
  for (const outcome of [await probed(undefined, 2000), await signed()]) {
    expect(outcome).toMatch(/^auth: no AWS credentials: AWS_CONTAINER_AUTHORIZATION_/);
    expect(outcome).toMatch(said);
    expect(outcome).not.toContain('hunter2');
  }
});

test.each<[string, Variables, RegExp]>([
  ['empty', { AWS_REGION: '' }, /^misconfig: AWS_REGION is empty/],
  ['with a space', { AWS_REGION: 'us-east-1 ' }, /^misconfig: AWS_REGION begins or ends with a space/],
  ['with a line break', { AWS_REGION: 'us-east-1\n' }, /^misconfig: AWS_REGION begins or ends with a space/],
  ['in capitals', { AWS_REGION: 'US-EAST-1' }, /^misconfig: AWS_REGION has capitals: write us-east-1/],
  ['a zone', { AWS_REGION: 'eu-central-1a' }, /^misconfig: AWS_REGION is an availability zone: .* eu-central-1$/],
  ['a zone in capitals', { AWS_REGION: 'EU-CENTRAL-1B' }, /^misconfig: AWS_REGION has capitals: write eu-central-1$/],
  ['a local zone', { AWS_REGION: 'us-west-2-lax-1a' }, /^misconfig: AWS_REGION is an availability zone: .* us-west-2$/],
  ['a URL', { AWS_REGION: `https://u:${secret}@kms.x/` }, /^misconfig: AWS_REGION is a URL: write the region alone/],
  ['in words', { AWS_REGION: 'Frankfurt, Germany' }, /^misconfig: AWS_REGION is not the name of a region/],
  [
    'a zone, of a profile',
    { AWS_REGION: undefined, AWS_CONFIG_FILE: at('zone') },
    /^misconfig: region of the AWS prof/,
  ],
  [
    'under its old name',
    { AWS_REGION: undefined, AWS_DEFAULT_REGION: 'x' },
    /^misconfig: no AWS .*AWS_DEFAULT_REGION is/,
  ],
  [
    'in a file that is absent',
    { AWS_REGION: undefined, AWS_CONFIG_FILE: at('none') },
    /no AWS .*AWS_CONFIG_FILE: cannot/,
  ],
])('a region that is %s', async (_, variables, said) => {
  stub({ ...keys, ...variables });
  for (const outcome of [await probed(), await signed()]) {
    expect(outcome).toMatch(said);
    expect(outcome).not.toContain('hunter2');
  }
});

test.each(['us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1', 'ap-southeast-7', 'local', 'RegionOne'])(
  'the region %s is good',
  async (AWS_REGION) => {
    stub({ ...keys, AWS_REGION });
    expect([await probed(), await signed()]).toEqual(['none', 'none']);
  },
);

test.each([
  ['kms', { key_id: 'alias/shop' }, kms],
  ['postgres', { url: 'postgres://app@shop/shop?sslmode=require', auth: 'aws-iam' }, postgres],
  ['redis', { url: 'rediss://app@shop', auth: 'aws-iam', cache_name: 'shop' }, redis],
] as const)('%s refuses a zone for the setting region', (_, settings, { settings: shape }) => {
  const { error } = z.strictObject(shape as z.ZodRawShape).safeParse({ ...settings, region: 'eu-central-1a' });
  expect(error?.issues).toMatchObject([
    { path: ['region'], message: 'is an availability zone: write its region, eu-central-1' },
  ]);
});

test.each<[string, Variables, RegExp]>([
  ['no scheme', { AWS_ENDPOINT_URL: 'localhost:4566' }, /^misconfig: AWS_ENDPOINT_URL must be a URL/],
  ['a name alone', { AWS_ENDPOINT_URL: 'localhost' }, /^misconfig: AWS_ENDPOINT_URL must be a URL/],
  ['no scheme, for KMS', { AWS_ENDPOINT_URL_KMS: 'localhost:4566' }, /^misconfig: AWS_ENDPOINT_URL_KMS must be a URL/],
  ['another scheme', { AWS_ENDPOINT_URL_KMS: 'ftp://localhost' }, /^misconfig: AWS_ENDPOINT_URL_KMS must be a URL/],
  [
    'a password',
    { AWS_ENDPOINT_URL: `http://u:${secret}@x/` },
    /^misconfig: AWS_ENDPOINT_URL must be a URL without user/,
  ],
  ['spaces', { AWS_ENDPOINT_URL_KMS: ' ' }, /^misconfig: AWS_ENDPOINT_URL_KMS must be a URL/],
  ['no scheme, in a profile', { AWS_CONFIG_FILE: at('bare') }, /^misconfig: endpoint_url of the profile must be a URL/],
  ['no scheme, in services', { AWS_CONFIG_FILE: at('services') }, /^misconfig: endpoint_url of the profile must be a/],
  ['a mode that is none', { AWS_DEFAULTS_MODE: 'slow' }, /^misconfig: .*AWS_DEFAULTS_MODE/],
])('an endpoint with %s', async (_, variables, said) => {
  stub({ ...keys, ...variables });
  const outcome = await probed({});
  expect(outcome).toMatch(said);
  expect(outcome).not.toContain('hunter2');
});

test.each([
  ['no scheme', 'localhost:1', /AWS_ENDPOINT_URL_STS must be a URL/],
  ['a name alone', 'localhost', /AWS_ENDPOINT_URL_STS must be a URL/],
  ['a password', `http://u:${secret}@127.0.0.1:1`, /AWS_ENDPOINT_URL_STS must be a URL without user and password/],
])('an endpoint of STS with %s', async (_, AWS_ENDPOINT_URL_STS, said) => {
  stub({ ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('token'), AWS_ENDPOINT_URL_STS });
  for (const outcome of [await probed(), await signed()]) {
    expect(outcome).toMatch(/^misconfig: no AWS credentials: /);
    expect(outcome).toMatch(said);
    expect(outcome).not.toContain('hunter2');
  }
});

const inFile = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const webIdentity = () => ({ ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('token') });
const withRole = `role_arn = ${role.AWS_ROLE_ARN}\n`;
const profiled = (lines: string) => ({ AWS_CONFIG_FILE: inFile('profiled', `[default]\n${lines}`) });
/** Where an endpoint is given: its name, and the variables and files with which it is asked. */
const places: readonly (readonly [name: string, (text: string) => Variables])[] = [
  ['AWS_ENDPOINT_URL', (text) => ({ ...keys, AWS_ENDPOINT_URL: text })],
  ['AWS_ENDPOINT_URL_KMS', (text) => ({ ...keys, AWS_ENDPOINT_URL_KMS: text })],
  ['endpoint_url of the profile', (text) => ({ ...keys, ...profiled(`endpoint_url = ${text}\n`) })],
  [
    'endpoint_url of the profile',
    (text) => ({ ...keys, ...profiled(`services = own\n[services own]\nkms =\n  endpoint_url = ${text}\n`) }),
  ],
  ['AWS_ENDPOINT_URL', (text) => ({ ...webIdentity(), AWS_ENDPOINT_URL: text })],
  ['AWS_ENDPOINT_URL_STS', (text) => ({ ...webIdentity(), AWS_ENDPOINT_URL_STS: text })],
  ['endpoint_url of the profile', (text) => ({ ...webIdentity(), ...profiled(`endpoint_url = ${text}\n`) })],
  [
    'AWS_ENDPOINT_URL_STS',
    (text) => ({ ...profiled(`${withRole}web_identity_token_file = ${at('token')}\n`), AWS_ENDPOINT_URL_STS: text }),
  ],
  [
    'AWS_ENDPOINT_URL_STS',
    (text) => ({
      ...profiled(`${withRole}source_profile = a\n[profile a]\naws_access_key_id = A\naws_secret_access_key = B\n`),
      AWS_ENDPOINT_URL_STS: text,
    }),
  ],
  [
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    (text) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: text, AWS_PROFILE: undefined }),
  ],
  [
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    (text) => ({
      ...profiled(`${withRole}credential_source = EcsContainer\n`),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: text,
    }),
  ],
  [
    'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    (text) => ({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: text }),
  ],
  [
    'ec2_metadata_service_endpoint of the profile',
    (text) => ({ AWS_EC2_METADATA_DISABLED: undefined, ...profiled(`ec2_metadata_service_endpoint = ${text}\n`) }),
  ],
];
const texts: readonly (readonly [text: string, said: string])[] = [
  ['https://hunt#er2@kms.example.com', 'has a # before an @'],
  ['http://hunter2:1/x@kms.example.com', 'has a / before an @'],
  ['https://user:hunt#er2@h', 'has a # before an @'],
  ['http://user:hunter2@127.0.0.1:1', 'must be a URL without user and password'],
  ['http://127.0.0.1:1/?token=hunter2', 'has a ?, and no parameter is read here'],
  ['https://127.0.0.1:1/#hunter2', 'has a #, and what follows it means nothing here'],
  ['ftp://hunter2@h', 'must be a URL that begins with https:// or http://'],
  ['https://hunter2:hunter2', 'has a port that is no number'],
];
describe.each(places)('%s, before anything is asked', (name, variables) => {
  // The SDK sends the query of a container's endpoint.
  const refused = texts.filter(([text]) => !(name.includes('CONTAINER') && text.includes('?')));

  test.each(refused)('%s', async (text, said) => {
    stub({ AWS_ENDPOINT_URL_STS: undefined, ...variables(text) });
    const before = requests;
    const outcome = await probed('AWS_ACCESS_KEY_ID' in variables(text) ? {} : undefined);
    expect(requests).toBe(before);
    expect(outcome).toMatch(/^(misconfig|auth): /);
    expect(outcome).toContain(`${name} ${said}`);
    expect(outcome).not.toMatch(/hunt|er2/);
  });
});

test('a container’s endpoint is asked with its query, and shows nothing of it', async () => {
  const unknown = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/?token=hunter2`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x',
  };
  stub(unknown);
  const before = requests;
  const outcome = await signed();
  expect(requests).toBeGreaterThan(before);
  expect(outcome).toMatch(/^auth: /);
  expect(outcome).not.toContain('hunter2');
});

const mark = 'begins with a byte-order mark: save it without a byte-order mark';
const contents: readonly (readonly [what: string, bytes: Uint8Array | string, said: string])[] = [
  ['with a byte-order mark', `\uFEFF${secret}`, mark],
  ['of a byte-order mark alone', '\uFEFF', mark],
  ['empty', '', 'is empty: write the value into it'],
  ['of a line break', '\n', 'is empty: write the value into it'],
  ['in UTF-16', Buffer.from(`\uFEFF${secret}`, 'utf16le'), 'is UTF-16 text: save it as UTF-8'],
  ['in Latin-1', Buffer.from(`${secret}é`, 'latin1'), 'is not UTF-8 text: save it as UTF-8'],
  ['with a zero byte', `${secret}\0`, 'holds a zero byte: save it as UTF-8'],
];
const bearers: readonly (readonly [name: string, () => Variables])[] = [
  ['AWS_WEB_IDENTITY_TOKEN_FILE', () => ({ ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('bytes') })],
  ['web_identity_token_file of the profile', () => profiled(`${withRole}web_identity_token_file = ${at('bytes')}\n`)],
  [
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at('bytes') }),
  ],
];
describe.each(bearers)('%s, before it is sent', (name, variables) => {
  test.each(contents)('%s', async (_, bytes, said) => {
    writeFileSync(at('bytes'), bytes);
    stub({ AWS_ENDPOINT_URL_STS: url, ...variables() });
    const before = requests;
    for (const outcome of [await probed(), await signed()]) {
      expect(outcome).toMatch(/^auth: no AWS credentials: /);
      expect(outcome).toContain(`${name}: ${at('bytes')} ${said}`);
      expect(outcome).not.toContain('hunter2');
    }
    expect(requests).toBe(before);
  });
});

test.each(['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'])(
  '%s with a byte-order mark, and in UTF-16',
  async (name) => {
    const start = name === 'AWS_CONFIG_FILE' ? 'profile ' : '';
    const text = `\uFEFF[${start}shop]\naws_access_key_id = AKIA\naws_secret_access_key = ${secret}\n`;
    stub({ AWS_PROFILE: 'shop', [name]: inFile('marked', text) });
    expect(await signed()).toBe('none'); // the SDK drops it
    writeFileSync(at('marked'), text, 'utf16le');
    const outcome = await signed();
    expect(outcome).toContain(`${name}: ${at('marked')} is UTF-16 text: save it as UTF-8`);
    expect(outcome).not.toContain('hunter2');
  },
);

test('a bundle of authorities that is absent is named', async () => {
  stub({ ...keys, AWS_CA_BUNDLE: at('none') });
  expect(await probed({ endpoint: url.replace('http', 'https') })).toMatch(
    /^tls: AWS_CA_BUNDLE: cannot read .*ENOENT$/,
  );
});

test('what is not used is not judged', async () => {
  stub({
    ...keys,
    AWS_WEB_IDENTITY_TOKEN_FILE: at('none'),
    AWS_SHARED_CREDENTIALS_FILE: at('none'),
    AWS_ENDPOINT_URL: 'x',
  });
  expect([await probed(), await signed()]).toEqual(['none', 'none']);
});

describe('a user whom nobody knows, without HOME', () => {
  const os = createRequire(import.meta.url)('node:os') as typeof Os;

  test.each<[string, Variables, RegExp]>([
    ['static keys', keys, /^none$/],
    ['a profile', { AWS_PROFILE: 'shop', AWS_SHARED_CREDENTIALS_FILE: at('keys') }, /^none$/],
    ['a token', { ...role, AWS_WEB_IDENTITY_TOKEN_FILE: at('none') }, /^auth: .*AWS_WEB_IDENTITY_TOKEN_FILE/],
    ['no region', { ...keys, AWS_REGION: undefined }, /^misconfig: no AWS region/],
  ])('%s', async (_, variables, said) => {
    stub({ ...variables, HOME: undefined, USERPROFILE: undefined });
    vi.spyOn(process, 'geteuid').mockReturnValue(12_345); // the SDK remembers the folder of each user
    vi.spyOn(os, 'homedir').mockImplementation(() => {
      throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    expect(await probed()).toMatch(said);
    expect(await signed()).toMatch(said);
    expect(process.env.HOME).toBeUndefined();
  });
});
