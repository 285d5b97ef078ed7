// The headers that say whom a request is for and where it ends, of which there is one or none; else two who read it along the
// way read it differently. https://www.rfc-editor.org/rfc/rfc9112#section-3.2
import type { IncomingMessage } from 'node:http';

/** `host`, `host:port` or `[v6]:port`, which may be empty. A comma is not taken: it is how two are joined to one. */
const host = /^(\[[\w:.%~-]+\]|[\w.~!$&'()*+;=%-]*)(:\d{0,5})?$/;
const single = ['host', 'content-length', 'transfer-encoding'];

/** For people: why the request is refused. */
export function headersProblem({
  headers,
  rawHeaders,
  httpVersion,
}: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'httpVersion'>): string | undefined {
  if (headers.host === undefined && httpVersion === '1.1') return 'a request of HTTP/1.1 names its host';
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!single.includes(name)) continue;
    if (seen.has(name)) return `a request has one header ${name}, or none`;
    seen.add(name);
  }
  return host.test(headers.host ?? '') ? undefined : 'the header host is no host with or without a port';
}
