// Files are read when they are wanted, and a rotation that comes between two reads is no failure.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readTls } from '../../src/dependencies/credentials.ts';
import { type Certificates, makeCertificates } from '../servers/certificates.ts';
import { removeFolder, runFolder } from '../servers/process.ts';

let folder: string;
let made: Certificates;
beforeAll(async () => {
  folder = await runFolder('credentials');
  made = await makeCertificates(folder);
});
afterAll(() => removeFolder(folder));

test('a certificate that is newer than the key that was read: both are read once more', () => {
  const pipe = join(folder, 'rotating.key');
  execFileSync('mkfifo', [pipe]);
  // Each reader of the pipe gets one file: the key of another certificate, then the right one.
  const script = 'cat "$2" > "$1"; sleep 0.3; cat "$3" > "$1"';
  const writer = spawn('/bin/sh', ['-c', script, 'sh', pipe, made.key, made.clientKey], { stdio: 'ignore' });
  onTestFinished(() => void writer.kill('SIGKILL'));
  const settings = { cert_file: made.clientCert, key_file: pipe, insecure_skip_verify: false };
  expect(readTls(settings)).toEqual({
    ...{ cert: readFileSync(made.clientCert, 'utf8'), key: readFileSync(made.clientKey, 'utf8') },
    rejectUnauthorized: true,
    allowPartialTrustChain: true,
  });
});

test('one that stays the key of another is said to be that', () => {
  const settings = { cert_file: made.clientCert, key_file: made.key, insecure_skip_verify: false };
  expect(() => readTls(settings)).toThrow(`cannot use ${made.key}: does not fit the certificate in ${made.clientCert}`);
});
