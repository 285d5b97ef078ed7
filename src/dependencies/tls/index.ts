// The type `tls`: a server's certificate is trusted, for the right name, and not about to expire.
import { defineDependency } from '../define.ts';
import { phases, settings } from './settings.ts';

export const tls = defineDependency({
  type: 'tls',
  summary: 'A TLS server completes a handshake with a trusted certificate that is not about to expire.',
  settings,
  phases,
  classes: ['dns', 'refused', 'timeout', 'tls'],
  warnings: ['expiring'],
  keeps: 'nothing',
  target: (settings) => settings.address,
  problems: ({ warn_before, fail_before }) =>
    fail_before > warn_before ? [{ path: ['fail_before'], message: 'must not be longer than warn_before' }] : [],
  cost: () => ({ logIns: 0, calls: [{ name: 'handshake', count: 1, per: 'run' }] }),
  load: async () => (await import('./driver.ts')).driver,
});
