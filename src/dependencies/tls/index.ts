// The type `tls`: a server's certificate is trusted, for the right name, and not about to expire.
import type { z } from 'zod';
import { address, duration, tls as tlsFields } from '../../core/fields.ts';
import { defineDependency } from '../define.ts';

const settings = {
  address: address().describe('host:port'),
  tls: tlsFields().optional(),
  warn_before: duration().prefault('30d').describe('warn when a certificate of the chain ends sooner than this'),
  fail_before: duration().prefault('0s').describe('fail when a certificate of the chain ends sooner than this'),
};
const rungs = ['connect', 'handshake', 'certificate'] as const;

export type TlsCheckSettings = z.output<z.ZodObject<typeof settings>>;
export type TlsRung = (typeof rungs)[number];

export const tls = defineDependency({
  type: 'tls',
  summary: 'A TLS server completes a handshake with a trusted certificate that is not about to expire.',
  settings,
  rungs,
  classes: ['dns', 'refused', 'timeout', 'tls'],
  keeps: 'nothing',
  target: (settings) => settings.address,
  problems: ({ warn_before, fail_before }) =>
    fail_before > warn_before ? [{ path: ['fail_before'], message: 'must not be longer than warn_before' }] : [],
  load: async () => (await import('./driver.ts')).driver,
});
