// Elasticsearch for the contract suite: one node with users and TLS. Only 429 comes from a stub: no real node gives it at will.
import { borrowElasticsearch } from '../../servers/borrow.ts';
import { always, startStub } from '../../servers/elasticsearch-stub.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

export const startRig: StartRig = async () => {
  const server = await borrowElasticsearch({ tls: true });
  const { host, port, users, certificates } = server;
  if (certificates === undefined) throw new Error('a server with TLS has certificates');
  const { probe, nobody } = users;
  const tls = { ca_file: certificates.ca };
  const password = encodeURIComponent(probe.password);
  const via = (at: Address): Settings => ({ url: `https://${probe.username}:${password}@${at.host}:${at.port}`, tls });
  const settings = via({ host, port });
  const wrong = 'not-this-one';
  return {
    settings,
    server: { host, port },
    via,
    overTls: async () => ({ settings, cert: certificates.cert }),
    phases: {
      connect: async () => ({
        settings: { ...settings, tls: { ca_file: certificates.otherCa } },
        errorClass: 'tls',
        phase: 'connect',
      }),
      auth: async () => ({ settings: { ...settings, password: wrong }, errorClass: 'auth', phase: 'auth' }),
      health: async () => {
        await server.makeRed();
        return { settings, errorClass: 'server', phase: 'health', undo: () => server.makeGreen() };
      },
    },
    classes: {
      permission: async () => ({ settings: { ...settings, ...nobody }, errorClass: 'permission', phase: 'health' }),
      misconfig: async () => ({ settings: { ...settings, index: 'absent' }, errorClass: 'misconfig', phase: 'health' }),
      throttled: async () => {
        const body = { error: { type: 'es_rejected_execution_exception', reason: 'queue is full' }, status: 429 };
        const stub = await startStub(always(429, body));
        return { settings: { url: stub.url }, errorClass: 'throttled', phase: 'health', undo: () => stub.stop() };
      },
    },
    restart: () => server.restart(),
    secrets: [probe.password, password, basic(probe.username, probe.password), nobody.password, wrong],
    stop: () => server.remove(),
  };
};

const basic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');
