import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CheckResult } from '../../../src/core/check.ts';
import { elasticsearch } from '../../../src/dependencies/elasticsearch/index.ts';
import { createHarness, type Harness } from '../../contract/harness.ts';
import { blockWith } from '../../docs/pages.ts';
import { conclusive } from '../../patience.ts';
import { borrowElasticsearch } from '../../servers/borrow.ts';
import type { ElasticsearchServer } from '../../servers/elasticsearch.ts';
import { freePort, removeFolder, runFolder } from '../../servers/process.ts';

let server: ElasticsearchServer;
let folder: string;
let settings: { url: string; username: string; password: string; tls: { ca_file: string } };
const open: Harness[] = [];

beforeAll(async () => {
  folder = await runFolder('elasticsearch-test');
  server = await borrowElasticsearch({ tls: true });
  settings = { url: server.url, ...server.users.probe, tls: { ca_file: server.certificates?.ca ?? '' } };
});
afterEach(() => {
  for (const harness of open.splice(0)) harness.close();
});
afterAll(async () => {
  await server?.remove();
  removeFolder(folder);
});

const harness = async (given: object, timeoutMs = 8000): Promise<Harness> => {
  const made = await createHarness(elasticsearch, { ...given }, timeoutMs);
  open.push(made);
  return made;
};
const short = (result: CheckResult | undefined) => {
  const phase = result?.phases.at(-1)?.name;
  if (result === undefined || result.kind === 'passed')
    return { kind: result?.kind, phase, warnings: result?.warnings };
  return { kind: result.kind, phase, errorClass: result.errorClass, message: result.message };
};
const run = async (given: object) => short(await (await harness(given)).run());
const passed = { kind: 'passed', phase: 'health', warnings: [] };

describe('a real cluster', () => {
  it('green passes', async () => {
    expect(await run(settings)).toEqual(passed);
    expect(await run({ ...settings, minimum_status: 'green' })).toEqual(passed);
  });

  it('passes as docs/connect-opensearch-service.md has it, with the one privilege of its role', async () => {
    const { search } = parse(blockWith('docs/connect-opensearch-service.md', 'yaml', 'checks:')).checks;
    const { type: _type, required: _required, ...given } = search;
    const password_file = join(folder, 'password-of-the-page');
    writeFileSync(password_file, server.users.probe.password);
    expect(given).toMatchObject({ username: server.users.probe.username, password_file: expect.any(String) });
    expect(await run({ ...given, url: server.url, password_file, tls: settings.tls })).toEqual(passed);
  });

  it('yellow warns, and fails as server under minimum_status green', async () => {
    await server.makeYellow();
    expect(await run(settings)).toEqual({ ...passed, warnings: ['yellow'] });
    expect(await run({ ...settings, index: 'made-yellow' })).toEqual({ ...passed, warnings: ['yellow'] });
    expect(await run({ ...settings, minimum_status: 'green' })).toMatchObject({
      phase: 'health',
      errorClass: 'server',
      message: 'the cluster is yellow: 1 nodes, 1 unassigned shards',
    });
  });

  it('red fails as server; an index that is not red passes', async () => {
    await server.makeYellow();
    await server.makeRed();
    expect(await run(settings)).toMatchObject({ phase: 'health', errorClass: 'server', message: /the cluster is red/ });
    expect(await run({ ...settings, index: 'made-red' })).toMatchObject({
      errorClass: 'server',
      message: /index made-red/,
    });
    expect(await run({ ...settings, index: 'made-yellow' })).toMatchObject({ kind: 'passed' });
    await server.makeGreen();
    expect(await run(settings)).toEqual(passed);
  });

  it('a missing index is misconfig, and is said at once', async () => {
    const result = await (await harness({ ...settings, index: 'absent' }, 60_000)).run();
    expect(short(result)).toMatchObject({
      phase: 'health',
      errorClass: 'misconfig',
      message: /index absent does not exist/,
    });
    expect(result?.durationMs).toBeLessThan(20_000);
    expect(await run({ ...settings, index: 'absent-*' })).toMatchObject({ errorClass: 'misconfig' });
  });
});

describe('credentials', () => {
  it('are refused as auth, at the phase auth', async () => {
    const refused = { kind: 'failed', phase: 'auth', errorClass: 'auth' };
    expect(await run({ ...settings, password: 'wrong' })).toMatchObject(refused);
    const { url, tls } = settings;
    expect(await run({ url, tls })).toMatchObject(refused);
    expect(await run({ url, tls, api_key: 'bm86bm90aGluZw==' })).toMatchObject(refused);
    expect(await run({ url, tls, api_key: 'two\nlines' })).toMatchObject({ ...refused, message: /no HTTP header/ });
    expect(await run({ url, tls, api_key_file: '/nowhere/key' })).toMatchObject({
      ...refused,
      message: /\/nowhere\/key/,
    });
  });

  it('without the privilege are permission, at the phase health', async () => {
    const result = await run({ ...settings, ...server.users.nobody });
    expect(result).toMatchObject({ kind: 'failed', phase: 'health', errorClass: 'permission' });
  });

  it('in the url work, and a password_file is read again after it was refused', async () => {
    const { username, password } = server.users.probe;
    const file = join(folder, 'password');
    writeFileSync(file, 'old\n');
    const url = server.url.replace('//', `//${username}@`);
    const on = await harness({ url, password_file: file, tls: settings.tls });
    expect(short(await on.run())).toMatchObject({ errorClass: 'auth' });
    writeFileSync(file, `${password}\n`);
    expect(short(await on.run())).toEqual(passed);
    const whole = server.url.replace('//', `//${username}:${encodeURIComponent(password)}@`);
    expect(await run({ url: whole, tls: settings.tls })).toEqual(passed);
  });
});

describe('several nodes', () => {
  it('share user, password file and TLS', async () => {
    const { username, password } = server.users.probe;
    const password_file = join(folder, 'shared-password');
    writeFileSync(password_file, `${password}\n`);
    const dead = `https://127.0.0.1:${await freePort()}`;
    const given = { url: `${dead},${server.url}`, username, password_file, tls: settings.tls };
    expect(await run(given)).toEqual({ ...passed, warnings: ['skipped'] });
    writeFileSync(password_file, 'wrong\n');
    expect(await run(given)).toMatchObject({ phase: 'auth', errorClass: 'auth' });
    const untrusted = { ...given, tls: { ca_file: server.certificates?.otherCa } };
    expect(await run(untrusted)).toMatchObject({ phase: 'connect', errorClass: 'tls' });
  });
});

describe('TLS', () => {
  it('an unknown authority, an absent file, another name fail as tls at connect', async () => {
    const failed = { kind: 'failed', phase: 'connect', errorClass: 'tls' };
    expect(await run({ ...settings, tls: undefined })).toMatchObject(failed);
    expect(await run({ ...settings, tls: { ca_file: server.certificates?.otherCa } })).toMatchObject(failed);
    expect(await run({ ...settings, tls: { ca_file: '/nowhere/ca' } })).toMatchObject({
      ...failed,
      message: /nowhere/,
    });
    expect(await run({ ...settings, tls: { ...settings.tls, server_name: 'other.test' } })).toMatchObject(failed);
  });

  it('a name works as an address does, and insecure_skip_verify trusts everybody', async () => {
    expect(await run({ ...settings, url: server.url.replace('127.0.0.1', 'localhost') })).toEqual(passed);
    expect(await run({ ...settings, tls: { insecure_skip_verify: true } })).toEqual(passed);
  });

  it('http to an https port is refused', async () => {
    const { url, username, password } = settings;
    const result = await run({ url: url.replace('https', 'http'), username, password });
    expect(result).toMatchObject({ kind: 'failed', errorClass: 'refused' });
  });
});

describe('a server that goes and comes', () => {
  it('frozen is a timeout at the phase health, also for a new connection', async () => {
    const live = await harness(settings, 2000);
    const fresh = await harness(settings, 2000);
    const on = await harness(settings);
    expect((await live.run())?.kind).toBe('passed');
    server.freeze();
    try {
      const cutOff = short(await live.run());
      expect(cutOff).toMatchObject({ phase: 'health', errorClass: expect.stringMatching(/^(timeout|self)$/) });
      expect(await conclusive(() => fresh.run())).toMatchObject({ errorClass: 'timeout' });
    } finally {
      server.thaw();
    }
    await expect.poll(async () => (await on.run())?.kind).toBe('passed');
  });

  it('stopped is refused at connect', async () => {
    const on = await harness(settings);
    expect((await on.run())?.kind).toBe('passed');
    await server.stop();
    expect(short(await on.run())).toMatchObject({ errorClass: 'refused', phase: 'connect' });
  }, 120_000);
});
