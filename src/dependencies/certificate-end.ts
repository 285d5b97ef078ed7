// When the certificate ends that a server showed: of the leaf, which its owner renews; authorities are the business of `tls`.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** @returns undefined for a connection without TLS, and before its handshake. */
export function certificateEnd(socket: Socket): Date | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const { valid_to } = (socket as TLSSocket).getPeerCertificate();
  const end = new Date(valid_to ?? Number.NaN);
  return Number.isNaN(end.getTime()) ? undefined : end;
}
