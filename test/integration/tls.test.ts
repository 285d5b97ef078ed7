// The built daemon behind TLS: what it tells of its certificate, and how a start without one ends.
import { copyFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../faults/ask.ts';
import { type Certificates, makeCertificates } from '../servers/certificates.ts';
import { freePort, runFolder } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';

let folder: string;
let made: Certificates;
let daemon: Sidewarden | undefined;

beforeAll(async () => {
  folder = await runFolder('tls');
  made = await makeCertificates(folder);
});
afterAll(() => daemon?.stop());

const codeOver = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ port, path: '/health', rejectUnauthorized: false, agent: false }, ({ statusCode }) =>
      resolve(statusCode),
    ).once('error', reject);
  });

test('serves TLS, and a certificate that goes wrong is in the log and the metrics', async () => {
  const port = await freePort();
  const socketPath = join(folder, 'http.sock');
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  copyFileSync(made.cert, cert);
  copyFileSync(made.key, key);
  const started = await startSidewarden({
    configuration: { tls: { cert_file: cert, key_file: key } },
    args: [`--listen=127.0.0.1:${port},unix:${socketPath}`],
    awaitLive: false,
  });
  daemon = started;
  await expect.poll(() => started.output()).toContain(`listening on https://127.0.0.1:${port}, unix:${socketPath}`);
  expect(await codeOver(port)).toBe(200);
  const good = async (): Promise<string | undefined> =>
    /^sidewarden_tls_last_reload_successful (.)$/m.exec((await ask('http://x/metrics', { socketPath })).text)?.[1];
  expect(await good()).toBe('1');
  copyFileSync(made.clientCert, cert);
  await expect.poll(good).toBe('0');
  expect(started.log()).toContainEqual(
    expect.objectContaining({ 'log.level': 'error', 'event.action': 'certificate', message: expect.any(String) }),
  );
  expect(await codeOver(port)).toBe(200);
  copyFileSync(made.clientKey, key);
  await expect.poll(good).toBe('1');
  expect(await codeOver(port)).toBe(200);
});

test('a file that is not there at the start: exit code 1 and one line', async () => {
  const without = await startSidewarden({
    configuration: { tls: { cert_file: '/nowhere.crt', key_file: made.key } },
    awaitLive: false,
  });
  expect(await without.exited).toBe(1);
  expect(without.output()).toBe('sidewarden: tls.cert_file: cannot read /nowhere.crt: ENOENT\n');
});
