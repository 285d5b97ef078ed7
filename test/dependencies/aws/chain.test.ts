// Credentials as they are now, by a role that a token of the pod may take on: nothing stays open at STS.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { credentialsNow } from '../../../src/dependencies/aws/chain.ts';
import { makeAttempt } from '../attempt.ts';

const role = 'arn:aws:iam::123456789012:role/sidewarden';
const xmlns = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const given = {
  AccessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  SecretAccessKey: 'secret'.repeat(7),
  SessionToken: 'session'.repeat(9),
  Expiration: '2100-01-01T00:00:00Z',
};
const answer = `<AssumeRoleWithWebIdentityResponse ${xmlns}><AssumeRoleWithWebIdentityResult><Credentials>${Object.entries(
  given,
)
  .map(([name, value]) => `<${name}>${value}</${name}>`)
  .join('')}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
const refusal = `<ErrorResponse ${xmlns}><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`;

/** An STS that keeps its connections open for as long as the client does, and an environment that leads to it. */
async function startSts(listener: RequestListener) {
  const sockets = new Set<Socket>();
  const asked: (string | undefined)[] = [];
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    asked.push(request.headers.connection);
    listener(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'sidewarden-chain-'));
  const token = join(folder, 'token');
  await writeFile(token, 'of.the.pod');
  const environment = {
    ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: undefined },
    ...{ AWS_CONFIG_FILE: join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') },
    ...{ AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_EC2_METADATA_DISABLED: 'true' },
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  return { sockets, asked };
}

test('what STS gives is given, and its connection is closed', async () => {
  const { sockets, asked } = await startSts((_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
  });
  expect(await credentialsNow('us-east-1', makeAttempt())).toMatchObject({
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  });
  expect(asked).toEqual(['keep-alive']);
  await expect.poll(() => sockets.size).toBe(0);
});

test('a refusal is auth, and its connection is closed', async () => {
  const { sockets } = await startSts((_, response) => {
    response.writeHead(403, { 'content-type': 'text/xml' }).end(refusal);
  });
  await expect(credentialsNow('us-east-1', makeAttempt())).rejects.toMatchObject({ errorClass: 'auth' });
  await expect.poll(() => sockets.size).toBe(0);
});

test('silence ends before the deadline as timeout, and its connection is closed', async () => {
  const { sockets, asked } = await startSts(() => {});
  const attempt = makeAttempt({ timeoutMs: 1000 });
  await expect(credentialsNow('us-east-1', attempt)).rejects.toMatchObject({ errorClass: 'timeout' });
  expect(attempt.remainingMs()).toBeGreaterThan(0);
  expect(asked.length).toBeGreaterThan(0);
  await expect.poll(() => sockets.size).toBe(0);
});
