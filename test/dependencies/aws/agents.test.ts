// The connections of a session to AWS: each shows its server's certificate, a second one too.
import { readFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createAgents } from '../../../src/dependencies/aws/agents.ts';
import { lookup } from '../../../src/dependencies/lookup.ts';
import { issue, makeCertificates } from '../../servers/certificates.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';

test('a connection that follows another tells the certificate that the server has by then', async () => {
  const folder = await runFolder('aws-agents');
  const { ca, cert, key } = await makeCertificates(folder);
  const later = await issue({ ca, notAfterDays: 25, file: 'later' });
  const read = (pair: { cert: string; key: string }) => ({
    cert: readFileSync(pair.cert),
    key: readFileSync(pair.key),
  });
  const server = createServer(
    read({ cert, key }),
    (_, response) => void response.setHeader('connection', 'close').end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agents = createAgents({ ca_file: ca, insecure_skip_verify: false }, () => lookup);
  onTestFinished(async () => {
    agents.destroy();
    server.close();
    await removeFolder(folder);
  });
  const ask = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const request = get({ host: 'localhost', port, agent: agents.httpsAgent }, (answer) =>
        answer.resume().once('close', resolve),
      );
      request.once('error', reject);
    });
  const daysLeft = () => Math.round(((agents.certificateEnds?.getTime() ?? 0) - Date.now()) / 86_400_000);
  expect(agents.certificateEnds).toBeUndefined();
  await ask();
  expect(daysLeft()).toBe(20);
  server.setSecureContext(read(later));
  for (const _ of ['another', 'and one that could resume a session']) {
    await ask();
    expect(daysLeft()).toBe(25);
  }
});
