// Where AWS credentials come from inside a container, as stand-ins: the endpoint of EKS Pod Identity and of ECS, and STS,
// which is moto's behind a proxy that remembers what it gave to whom.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '../contract/rig.ts';
import type { Keys } from './iam-token.ts';

export type AwsCredentials = {
  /** Of the container endpoint. */
  readonly container: Address & { readonly url: string };
  readonly sts: Address & { readonly url: string };
  /** What the container endpoint wants in the header Authorization. */
  readonly authorization: string;
  readonly webIdentity: string;
  readonly role: string;
  /** Good now, whoever gave them; a test may take some away, as AWS does when they expire. */
  readonly keys: Keys;
  /** Requests so far, one entry for each: `container`, or STS's action. */
  readonly requests: readonly string[];
  /** From now on STS says that the web identity has expired. */
  expireWebIdentity(): void;
  stop(): Promise<void>;
};

const makeKey = () => ({
  id: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
  secret: randomBytes(30).toString('base64'),
  session: randomBytes(60).toString('base64'),
});

/**
 * @param moto whose STS answers.
 * @param lifetimeMs of what the container endpoint gives. The SDK asks for new ones when less than 5 minutes are left.
 */
export async function startAwsCredentials(moto: Address, lifetimeMs = 3_600_000): Promise<AwsCredentials> {
  const keys: Keys = new Map();
  const requests: string[] = [];
  const authorization = `pod-identity-${randomBytes(12).toString('hex')}`;
  const webIdentity = `web.identity.${randomBytes(12).toString('hex')}`;
  const role = 'arn:aws:iam::123456789012:role/sidewarden';
  let expired = false;

  const give: RequestListener = (request, response) => {
    requests.push('container');
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end('{"message":"no"}');
    const { id, secret, session } = makeKey();
    keys.set(id, { secret, session });
    const body = { AccessKeyId: id, SecretAccessKey: secret, Token: session };
    const Expiration = new Date(Date.now() + lifetimeMs).toISOString();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...body, Expiration }));
  };

  const assume: RequestListener = async (request, response) => {
    const chunks = await request.toArray();
    const body = Buffer.concat(chunks).toString();
    const asked = new URLSearchParams(body);
    requests.push(asked.get('Action') ?? '');
    const right = asked.get('WebIdentityToken') === webIdentity && asked.get('RoleArn') === role;
    if (expired || !right) {
      const code = expired ? 'ExpiredTokenException' : 'InvalidIdentityToken';
      const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>Token expired, or of nobody</Message></Error>`;
      const xml = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`;
      return void response.writeHead(400, { 'content-type': 'text/xml' }).end(xml);
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`http://${moto.host}:${moto.port}/`, { method: 'POST', headers, body });
    const xml = await answer.text();
    const field = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(xml)?.[1] ?? '';
    keys.set(field('AccessKeyId'), { secret: field('SecretAccessKey'), session: field('SessionToken') });
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(xml);
  };

  const servers = await Promise.all([give, assume].map(listen));
  const [container, sts] = servers.map((server) => {
    const { port } = server.address() as AddressInfo;
    return { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` };
  });
  if (container === undefined || sts === undefined) throw new Error('nobody listens');
  return {
    container: { ...container, url: `${container.url}/v1/credentials` },
    sts,
    authorization,
    webIdentity,
    role,
    keys,
    requests,
    expireWebIdentity() {
      expired = true;
    },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
