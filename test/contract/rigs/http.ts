// The contract suite's HTTP server: basic authentication, and a path for each answer.
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DependencyClass } from '../../../src/core/failure.ts';
import { makeCertificates } from '../../servers/certificates.ts';
import { startHttpServer } from '../../servers/http.ts';
import { freePort } from '../../servers/process.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

const password = 'a-password-in-the-url';
const key = 'a-key-in-a-header';
const authorization = `Basic ${Buffer.from(`probe:${password}`).toString('base64')}`;

const answer: RequestListener = ({ url, headers }, response) => {
  const status =
    headers.authorization !== authorization || headers['x-key'] !== key
      ? 401
      : Number(/\d{3}/.exec(url ?? '')?.[0] ?? 200);
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"status":"up"}');
};

export const startRig: StartRig = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidewarden-http-rig-'));
  const certificates = await makeCertificates(folder);
  const server = await startHttpServer(answer);
  const secure = await startHttpServer(answer, { tls: certificates });
  const via = ({ host, port }: Address): Settings => ({
    url: `http://probe:${password}@${host}:${port}/healthz`,
    headers: { 'x-key': key },
    json: { path: '$.status', equals: 'up' },
  });
  const settings = via(server);
  const answers = (status: number, errorClass: DependencyClass) => async () => ({
    settings: { ...settings, url: `http://probe:${password}@127.0.0.1:${server.port}/${status}` },
    errorClass,
    phase: 'response',
  });
  return {
    settings,
    server,
    via,
    async overTls() {
      const url = `https://probe:${password}@localhost:${secure.port}/`;
      return { settings: { ...settings, url, tls: { ca_file: certificates.ca } }, cert: certificates.cert };
    },
    phases: {
      async connect() {
        return {
          settings: via({ host: '127.0.0.1', port: await freePort() }),
          errorClass: 'refused',
          phase: 'connect',
        };
      },
      response: answers(503, 'server'),
      async body() {
        return { settings: { ...settings, body_matches: 'down' }, errorClass: 'server', phase: 'body' };
      },
    },
    classes: {
      async auth() {
        return { settings: { ...settings, password: `not-${password}` }, errorClass: 'auth', phase: 'response' };
      },
      permission: answers(403, 'permission'),
      throttled: answers(429, 'throttled'),
      async tls() {
        const url = `https://127.0.0.1:${secure.port}/`;
        return {
          settings: { ...settings, url, tls: { ca_file: certificates.otherCa } },
          errorClass: 'tls',
          phase: 'connect',
        };
      },
    },
    restart: () => server.restart(),
    secrets: [password, key, authorization],
    async stop() {
      await Promise.all([server.stop(), secure.stop()]);
      await rm(folder, { recursive: true });
    },
  };
};
