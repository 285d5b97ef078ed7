// The connections of one session: one kept socket for each protocol, addresses and CA file looked up at each connect.
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import type { TlsSettings } from '../../core/fields.ts';
import { certificateEnd } from '../certificate-end.ts';
import { readTls } from '../credentials.ts';

export type Agents = {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  /** Whether the next request would go over a connection that was used before. */
  idle(): boolean;
  /** When the certificate ends that the server of the last connection showed; undefined without TLS. */
  readonly certificateEnds: Date | undefined;
  /** Closes every connection at once, idle or not. */
  destroy(): void;
};

/** @param lookup asked for at each connect */
export function createAgents(tls: TlsSettings | undefined, lookup: () => LookupFunction): Agents {
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  // No sessions of TLS are resumed: then the server shows no certificate, and nobody verifies the one that it has now.
  const httpsAgent = new https.Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
  const connect = httpAgent.createConnection.bind(httpAgent);
  const connectTls = httpsAgent.createConnection.bind(httpsAgent);
  httpAgent.createConnection = (options, callback) => connect({ ...options, lookup: lookup() }, callback);
  httpsAgent.createConnection = (options, callback) => {
    const socket = connectTls({ ...options, ...material(tls), lookup: lookup() }, callback) as Socket | undefined;
    socket?.once('secureConnect', () => {
      certificateEnds = certificateEnd(socket);
    });
    return socket;
  };
  let certificateEnds: Date | undefined;
  const both = [httpAgent, httpsAgent];
  return {
    httpAgent,
    httpsAgent,
    idle: () => both.some(({ freeSockets }) => Object.keys(freeSockets).length > 0),
    get certificateEnds() {
      return certificateEnds;
    },
    destroy() {
      for (const agent of both) agent.destroy();
    },
  };
}

/** The setting, else AWS_CA_BUNDLE as other AWS clients read it. @throws Failure `tls` */
function material(tls: TlsSettings | undefined) {
  const bundle = tls?.ca_file === undefined ? process.env.AWS_CA_BUNDLE || undefined : undefined;
  const settings = { insecure_skip_verify: false, ...tls };
  if (bundle === undefined) return readTls(settings);
  try {
    return readTls({ ...settings, ca_file: bundle });
  } catch (error) {
    if (!(error instanceof Failure) || !error.message.includes(bundle)) throw error;
    throw new Failure(error.errorClass, `AWS_CA_BUNDLE: ${error.message}`, { cause: error });
  }
}
