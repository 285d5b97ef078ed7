// The contract suite's TCP server: it greets, then answers a line.

import { freePort } from '../../servers/process.ts';
import { startTcpServer } from '../../servers/tcp.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

const password = 'a-password-in-send';

export const startRig: StartRig = async () => {
  const server = await startTcpServer((socket) => socket.once('data', () => socket.end('+OK ready\r\n')));
  const via = ({ host, port }: Address): Settings => ({
    address: `${host}:${port}`,
    send: `AUTH ${password}\r\n`,
    expect: '^\\+OK',
  });
  const settings = via(server);
  return {
    settings,
    server,
    via,
    phases: {
      async connect() {
        return {
          settings: via({ host: '127.0.0.1', port: await freePort() }),
          errorClass: 'refused',
          phase: 'connect',
        };
      },
      async answer() {
        return { settings: { ...settings, expect: '^220 ' }, errorClass: 'server', phase: 'answer' };
      },
    },
    classes: {},
    restart: () => server.restart(),
    secrets: [password],
    stop: () => server.stop(),
  };
};
