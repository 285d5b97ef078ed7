// The contract suite's name server: one name with two addresses, and names that it does not know.
import { startDnsServer } from '../../servers/dns.ts';
import type { Address, Settings, StartRig } from '../rig.ts';

export const startRig: StartRig = async () => {
  const server = await startDnsServer([
    { type: 'A', name: 'shop.test', data: '192.0.2.1' },
    { type: 'A', name: 'shop.test', data: '192.0.2.2' },
  ]);
  const via = ({ host, port }: Address): Settings => ({
    name: 'shop.test',
    resolver: `${host}:${port}`,
    expect: ['192.0.2.2'],
  });
  const settings = via(server);
  return {
    settings,
    server,
    via,
    phases: {
      async resolve() {
        return { settings: { ...settings, name: 'nobody.test' }, errorClass: 'dns', phase: 'resolve' };
      },
      async match() {
        return { settings: { ...settings, expect: ['192.0.2.3'] }, errorClass: 'misconfig', phase: 'match' };
      },
    },
    classes: {},
    restart: () => server.restart(),
    secrets: [],
    stop: () => server.stop(),
  };
};
