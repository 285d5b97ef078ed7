// The type `tcp`: a port or a Unix socket accepts connections, and may have to say the right thing.
import { isLoopback, parseAddress } from '../../core/endpoint.ts';
import { defineDependency } from '../define.ts';
import { phases, settings, unixPath } from './settings.ts';

export const tcp = defineDependency({
  type: 'tcp',
  summary: 'A port or Unix socket accepts a connection and, if asked to, answers as expected.',
  settings,
  phases,
  classes: ['dns', 'refused', 'timeout', 'server'],
  keeps: 'nothing',
  target: ({ address }) => address,
  local({ address }) {
    return unixPath(address) !== undefined || isLoopback(parseAddress(address)?.host ?? '');
  },
  problems: ({ send, expect }) =>
    send !== undefined && expect === undefined
      ? [{ path: ['send'], message: 'needs expect: what should the answer be?' }]
      : [],
  cost: () => ({ logIns: 0, calls: [{ name: 'connection', count: 1, per: 'run' }] }),
  load: async () => (await import('./driver.ts')).driver,
});
