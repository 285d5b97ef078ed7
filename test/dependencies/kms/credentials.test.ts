// The credential chain under bad conditions: silent endpoints, hanging programs, rotated files, no region.
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { kms } from '../../../src/dependencies/kms/index.ts';
import { noAwsSettings, setEnvironment } from '../../contract/rigs/kms.ts';
import { loopTime } from '../../patience.ts';
import { type BorrowedKms, borrowKms } from '../../servers/borrow.ts';
import { type KmsFaults, startKmsFaults } from '../../servers/kms-faults.ts';
import { makeAttempt } from '../attempt.ts';

const { probe, session } = await kms.load();

let server: BorrowedKms;
let faults: KmsFaults;
let keyId: string;
let folder: string;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  server = await borrowKms();
  faults = await startKmsFaults(server);
  keyId = await server.createKey();
  folder = await mkdtemp(join(tmpdir(), 'sidewarden-kms-credentials-'));
});
afterAll(async () => {
  await faults.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  undo.push(setEnvironment({ ...noAwsSettings, AWS_REGION: 'us-east-1' }));
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const open = () => {
  const settings = z.strictObject(kms.settings).parse({ key_id: keyId, endpoint: faults.url });
  const opened = session(settings);
  undo.push(() => opened.destroy());
  return { opened, run: (attempt = makeAttempt()) => probe(opened, settings, attempt) };
};

/** Accepts and never says a word. */
async function startSilent() {
  const sockets = new Set<Socket>();
  let count = 0;
  const silent = createServer((socket) => {
    count++;
    sockets.add(socket.on('error', () => {}).resume());
    socket.on('close', () => sockets.delete(socket));
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  undo.push(() => new Promise((resolve) => silent.close(resolve)));
  return {
    url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    sockets,
    accepted: () => count,
    connected: once(silent, 'connection'),
  };
}

test('no credentials anywhere is auth, at once', async () => {
  const attempt = makeAttempt();
  await expect(open().run(attempt)).rejects.toMatchObject({ errorClass: 'auth', message: /^no AWS credentials: / });
  expect(attempt.phases).toEqual(['credentials']);
});

test('no region is misconfig and says how to set one', async () => {
  undo.push(setEnvironment({ AWS_REGION: undefined }));
  await expect(open().run()).rejects.toMatchObject({ errorClass: 'misconfig', message: /set AWS_REGION/ });
});

const endpoints = {
  'instance metadata': (url: string) => ({
    AWS_EC2_METADATA_DISABLED: undefined,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
  }),
  container: (url: string) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials` }),
};

test.each(['instance metadata', 'container'] as const)(
  'a silent %s endpoint fails at the deadline and leaves no socket',
  async (kind) => {
    const { url, sockets, accepted } = await startSilent();
    undo.push(setEnvironment(endpoints[kind](url)));
    const { opened, run } = open();
    const took = await loopTime(() =>
      expect(run(makeAttempt({ timeoutMs: 800 }))).rejects.toMatchObject({ errorClass: 'timeout' }),
    );
    expect(took).toBeLessThan(1100);
    expect(opened.closed).toBe(true);
    await expect.poll(() => sockets.size).toBe(0);
    if (kind === 'container') {
      // The chain asks three times more, a second apart, and then in another way: none of these may stay either.
      await expect.poll(accepted).toBe(5);
      await expect.poll(() => sockets.size).toBe(0);
    }
  },
);

test('within the default timeout, silent instance metadata is told from a silent KMS: auth', async () => {
  const { url } = await startSilent();
  undo.push(setEnvironment(endpoints['instance metadata'](url)));
  await expect(open().run(makeAttempt({ timeoutMs: 5000 }))).rejects.toMatchObject({ errorClass: 'auth' });
});

test('AWS_EC2_METADATA_DISABLED is respected: nobody connects', async () => {
  const { url, sockets } = await startSilent();
  undo.push(setEnvironment({ ...endpoints['instance metadata'](url), AWS_EC2_METADATA_DISABLED: 'true' }));
  await expect(open().run()).rejects.toMatchObject({ errorClass: 'auth' });
  expect(sockets.size).toBe(0);
});

test('destroy during a lookup ends it and leaves no socket', async () => {
  const { url, sockets, connected } = await startSilent();
  undo.push(setEnvironment(endpoints.container(url)));
  const { opened, run } = open();
  const failed = run().then(
    () => undefined,
    (error: Error) => error,
  );
  await connected;
  opened.destroy();
  expect(await failed).toBeInstanceOf(Error);
  await expect.poll(() => sockets.size).toBe(0);
});

test('a credential_process that hangs is killed at the deadline', async () => {
  const pidFile = join(folder, 'pid');
  const config = join(folder, 'config');
  await writeFile(join(folder, 'hang.sh'), `echo $$ > ${pidFile}\nexec sleep 60\n`);
  await writeFile(config, `[profile slow]\ncredential_process = exec sh ${join(folder, 'hang.sh')}\n`);
  undo.push(setEnvironment({ AWS_CONFIG_FILE: config, AWS_PROFILE: 'slow' }));
  await expect(open().run(makeAttempt({ timeoutMs: 3000 }))).rejects.toMatchObject({ errorClass: 'timeout' });
  const pid = Number(await readFile(pidFile, 'utf8'));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('what a credential_process says or is called with is not repeated', async () => {
  const config = join(folder, 'failing');
  await writeFile(config, '[profile failing]\ncredential_process = false --password hunter2\n');
  undo.push(setEnvironment({ AWS_CONFIG_FILE: config, AWS_PROFILE: 'failing' }));
  const error = await open()
    .run()
    .then(
      () => undefined,
      (thrown: Error) => thrown,
    );
  expect(error).toMatchObject({ errorClass: 'auth' });
  expect(`${error?.message} ${String(error?.cause)}`).not.toContain('hunter2');
});

test('credentials rotated in a profile file are used by the next session', async () => {
  const file = join(folder, 'credentials');
  undo.push(setEnvironment({ AWS_SHARED_CREDENTIALS_FILE: file }));
  for (const id of ['AKIAOLDOLDOLDOLDOLD1', 'AKIANEWNEWNEWNEWNEW2']) {
    await writeFile(file, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${'x'.repeat(40)}\n`);
    await open().run();
    expect(faults.caller()).toBe(id);
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: gone
  }
}
