// Opens the socket of a connection, with TLS where wanted; certificates are read as they are now.
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../../core/endpoint.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { readTls } from '../credentials.ts';
import { lookupWithin } from '../lookup.ts';

/**
 * @param withinMs bounds the DNS lookup.
 * @throws Failure `tls` when a file cannot be read; everything else comes as the socket's `error`.
 */
export function openSocket(
  endpoint: Endpoint,
  secure: boolean,
  tls: TlsSettings | undefined,
  withinMs: number,
): Socket {
  const target = 'path' in endpoint ? endpoint : { ...endpoint, lookup: lookupWithin(withinMs) };
  if (!secure) return connect(target);
  const servername = 'host' in endpoint && isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {};
  return connectTls({ ...target, ...servername, ...readTls(tls) });
}
