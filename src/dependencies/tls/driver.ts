// Probes a TLS server: handshakes whatever the certificate, then judges it.
import type { Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { parseAddress } from '../../core/endpoint.ts';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { certificateEnd } from '../certificate-end.ts';
import { readTls } from '../credentials.ts';
import type { Driver } from '../define.ts';
import { failureOf, happens, openSocket, serverName } from '../endpoints/socket.ts';
import { createRunSession, type RunSession } from '../run-session.ts';
import { certificateWords } from '../tls-words.ts';
import type { TlsCheckSettings, TlsPhase } from './settings.ts';

const dayMs = 86_400_000;

export const driver: Driver<TlsCheckSettings, TlsPhase, RunSession> = {
  session: createRunSession,
  async probe(session, settings, attempt) {
    const endpoint = parseAddress(settings.address) ?? { host: settings.address, port: 443 };
    const { socket } = await attempt.phase('connect', () => openSocket(session, endpoint, attempt));
    const secured = await attempt.phase('handshake', () => handshake(session, socket, endpoint.host, settings.tls));
    attempt.expires('server_certificate', certificateEnd(secured));
    await attempt.phase('certificate', async () => {
      if (settings.tls?.insecure_skip_verify !== true) judgeTrust(secured, settings.tls?.server_name ?? endpoint.host);
      const leftMs = judgeExpiry(secured, settings.fail_before);
      if (leftMs < settings.warn_before) attempt.warn('expiring');
    });
    secured.destroy();
  },
  classify: () => undefined,
};

async function handshake(
  session: RunSession,
  socket: Socket,
  host: string,
  settings: TlsSettings | undefined,
): Promise<TLSSocket> {
  const secured = connect({
    socket,
    host,
    ...serverName(host),
    ...readTls(settings),
    rejectUnauthorized: false, // judged on the next phase, so that it can say more than the handshake would
  });
  session.hold(secured);
  await Promise.race([failureOf(secured), happens(secured, 'secureConnect')]);
  return secured;
}

/** Chain and name, as Node verified them. */
function judgeTrust(secured: TLSSocket, host: string): void {
  if (secured.authorized) return;
  const code = String(secured.authorizationError); // the code, whatever the type declaration says
  const cert = secured.getPeerCertificate();
  // Words about its names have them already.
  const names =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : (cert.subjectaltname ?? cert.subject?.CN ?? 'nobody');
  const which = names === undefined ? 'the server’s certificate' : `the certificate for ${names}`;
  const words = certificateWords({ code, ...wordsOfOpenssl(secured), host, cert }) ?? `is not accepted: ${code}`;
  throw new Failure('tls', `${which} ${words}`);
}

/**
 * The result of the verification once more, since Node tells a socket that goes on the code alone, which is `UNSPECIFIED`
 * for many. https://github.com/nodejs/node/blob/v24.x/lib/internal/tls/wrap.js (onConnectSecure)
 */
function wordsOfOpenssl(secured: TLSSocket): { message?: string } {
  const { _handle } = secured as { _handle?: { verifyError?(): Error | null | undefined } };
  const message = _handle?.verifyError?.()?.message;
  return message === undefined ? {} : { message };
}

/**
 * @returns milliseconds until the first certificate of the chain ends.
 * @throws Failure `tls` when that is less than `failBeforeMs`.
 */
function judgeExpiry(secured: TLSSocket, failBeforeMs: number): number {
  const now = Date.now();
  const [leaf, ...issuers] = chainOf(secured.getPeerCertificate(true));
  if (leaf === undefined) throw new Failure('tls', 'the server showed no certificate');
  // An issuer that has ended, in a chain that was accepted, is one that verification went around.
  const counted = [leaf, ...issuers.filter((issuer) => secured.authorized === false || endOf(issuer) > now)];
  const first = counted.reduce((a, b) => (endOf(b) < endOf(a) ? b : a));
  const leftMs = endOf(first) - now;
  if (leftMs <= failBeforeMs) {
    const when = leftMs <= 0 ? 'ended' : `ends in ${(leftMs / dayMs).toFixed(1)} days`;
    throw new Failure(
      'tls',
      `the certificate of ${first.subject?.CN ?? first.serialNumber} ${when} (${first.valid_to})`,
    );
  }
  return leftMs;
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = leaf;
  // a root is its own issuer; without any certificate the object is empty
  while (next?.valid_to !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

const endOf = (certificate: DetailedPeerCertificate): number => Date.parse(certificate.valid_to);
