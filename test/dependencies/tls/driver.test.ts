import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Definition } from '../../../src/dependencies/define.ts';
import { tls } from '../../../src/dependencies/tls/index.ts';
import { createHarness } from '../../contract/harness.ts';
import { conclusive } from '../../patience.ts';
import { type Certificates, issue, makeCertificates, type Pair } from '../../servers/certificates.ts';
import { startTcpServer } from '../../servers/tcp.ts';
import { startTlsServer } from '../../servers/tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidewarden-tls-'));
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(address: string, settings: Record<string, unknown> = {}) {
  const given = { address, tls: { ca_file: certificates.ca }, warn_before: '5d', ...settings };
  const harness = await createHarness(tls as unknown as Definition, given);
  const result = await conclusive(() => harness.run());
  harness.close();
  if (result === undefined) throw new Error('stopped');
  const { kind, phases, warnings } = result;
  const why = result.kind === 'passed' ? {} : { errorClass: result.errorClass, message: result.message };
  return { kind, phase: phases.at(-1)?.name, warnings, ...why };
}
async function serving(pair: Pair, host = 'localhost'): Promise<string> {
  const server = await startTlsServer(pair);
  onTestFinished(() => server.stop());
  return `${host}:${server.port}`;
}
const bad = { errorClass: 'tls', phase: 'certificate' };

test('a certificate in order, by name and by address', async () => {
  expect(await run(await serving(certificates))).toEqual({ kind: 'passed', phase: 'certificate', warnings: [] });
  expect(await run(await serving(certificates, '127.0.0.1'))).toMatchObject({ kind: 'passed' });
});

test('expiry: a warning first, then a failure, then what verification says', async () => {
  const address = await serving(await issue({ ca: certificates.ca, notAfterDays: 2 }));
  expect(await run(address, { warn_before: '1d' })).toMatchObject({ kind: 'passed', warnings: [] });
  expect(await run(address)).toMatchObject({ kind: 'passed', warnings: ['expiring'] });
  expect(await run(address, { fail_before: '3d' })).toMatchObject({
    ...bad,
    message: expect.stringContaining('ends in 2.0 days'),
  });
  const expired = await serving(certificates.expired);
  expect(await run(expired)).toMatchObject({ ...bad, message: expect.stringContaining('has ended') });
  const skip = { tls: { insecure_skip_verify: true } };
  expect(await run(expired, skip)).toMatchObject({ ...bad, message: expect.stringContaining('ended') });
});

test('the whole chain counts: an authority that ends sooner than its certificate', async () => {
  // the test's authorities end in 30 days
  const { cert, key } = await issue({ ca: certificates.ca, notAfterDays: 90 });
  const chained = join(folder, 'chained.crt');
  writeFileSync(chained, readFileSync(cert, 'utf8') + readFileSync(certificates.ca, 'utf8'));
  const address = await serving({ cert: chained, key });
  expect(await run(address, { warn_before: '40d' })).toMatchObject({ kind: 'passed', warnings: ['expiring'] });
  expect(await run(address, { warn_before: '20d' })).toMatchObject({ kind: 'passed', warnings: [] });
});

test('untrusted, wrong name, another name asked for, anything accepted', async () => {
  const address = await serving(certificates);
  expect(await run(address, { tls: {} })).toMatchObject(bad);
  expect(await run(address, { tls: { ca_file: certificates.otherCa } })).toMatchObject(bad);
  expect(await run(address, { tls: { insecure_skip_verify: true } })).toMatchObject({ kind: 'passed' });
  const other = await serving(certificates.wrongName);
  expect(await run(other)).toMatchObject({ ...bad, message: expect.stringContaining('elsewhere.test') });
  expect(await run(other, { tls: { ca_file: certificates.ca, server_name: 'elsewhere.test' } })).toMatchObject({
    kind: 'passed',
  });
});

test('no handshake: plaintext, a close, files that cannot be used', async () => {
  const plain = await startTcpServer((socket) => socket.end('220 hello\r\n'));
  const closing = await startTcpServer((socket) => socket.end());
  onTestFinished(() => Promise.all([plain.stop(), closing.stop()]).then(() => undefined));
  expect(await run(`localhost:${plain.port}`)).toMatchObject({ errorClass: 'tls', phase: 'handshake' });
  expect(await run(`localhost:${closing.port}`)).toMatchObject({ errorClass: 'refused', phase: 'handshake' });
  const address = await serving(certificates);
  expect(await run(address, { tls: { ca_file: join(folder, 'missing') } })).toMatchObject({
    errorClass: 'tls',
    phase: 'handshake',
  });
  expect(await run(address, { tls: { cert_file: certificates.cert, key_file: certificates.clientKey } })).toMatchObject(
    { errorClass: 'tls' },
  );
});

test('settings', () => {
  const shape = z.strictObject(tls.settings);
  const day = 86_400_000;
  expect(shape.parse({ address: 'a:443' })).toMatchObject({ warn_before: 30 * day, fail_before: 0 });
  expect(tls.problems?.(shape.parse({ address: 'a:443', warn_before: '1d', fail_before: '2d' }))).toHaveLength(1);
  expect(tls.problems?.(shape.parse({ address: 'a:443', fail_before: '3d' }))).toEqual([]);
});
