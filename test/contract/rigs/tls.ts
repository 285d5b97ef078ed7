// The contract suite's TLS servers: one in order, one with an expired certificate, one port that speaks no TLS.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../../servers/certificates.ts';
import { freePort } from '../../servers/process.ts';
import { startTcpServer } from '../../servers/tcp.ts';
import { startTlsServer } from '../../servers/tls.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

export const startRig: StartRig = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidewarden-tls-rig-'));
  const certificates = await makeCertificates(folder);
  const server = await startTlsServer(certificates);
  const expired = await startTlsServer(certificates.expired);
  const plain = await startTcpServer((socket) => socket.end('220 no TLS here\r\n'));
  const via = ({ host, port }: Address): Settings => ({
    address: `${host}:${port}`,
    tls: { ca_file: certificates.ca },
    warn_before: '3d',
  });
  return {
    settings: via(server),
    server,
    via,
    overTls: async () => ({ settings: via(server), cert: certificates.cert }),
    phases: {
      async connect() {
        return {
          settings: via({ host: '127.0.0.1', port: await freePort() }),
          errorClass: 'refused',
          phase: 'connect',
        };
      },
      async handshake() {
        return { settings: via(plain), errorClass: 'tls', phase: 'handshake' };
      },
      async certificate() {
        return { settings: via(expired), errorClass: 'tls', phase: 'certificate' };
      },
    },
    classes: {},
    restart: () => server.restart(),
    secrets: [],
    async stop() {
      await Promise.all([server.stop(), expired.stop(), plain.stop()]);
      await rm(folder, { recursive: true });
    },
  };
};
