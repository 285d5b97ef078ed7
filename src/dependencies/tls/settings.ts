// Settings of the type `tls`, and the phases it runs.
import type { z } from 'zod';
import { address, duration, tls as tlsFields } from '../../core/fields.ts';

export const settings = {
  address: address().describe('host:port'),
  tls: tlsFields().optional(),
  warn_before: duration().prefault('30d').describe('warn when a certificate of the chain ends sooner than this'),
  fail_before: duration().prefault('0s').describe('fail when a certificate of the chain ends sooner than this'),
};
export const phases = ['connect', 'handshake', 'certificate'] as const;

export type TlsCheckSettings = z.output<z.ZodObject<typeof settings>>;
export type TlsPhase = (typeof phases)[number];
