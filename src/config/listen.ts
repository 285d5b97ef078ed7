// The addresses that the server listens on, as people write them.
import { isIP } from 'node:net';

export type Listen =
  /** `::` means every address, IPv4 included. An `optional` one may be missing on this machine. Port 0: any free one. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly optional?: true }
  | { readonly kind: 'unix'; readonly path: string };

export const listenForms = "':9090' (every address), '127.0.0.1:9090', '[::1]:9090', 'localhost:9090' or 'unix:/path'";

/** The kernel's limit for the path of a Unix socket, less its final zero. */
const longestSocketPath = 107;

/** @returns the addresses of one form, or what is wrong with it. `localhost` is 127.0.0.1, and ::1 where there is one. */
export function parseListen(text: string): readonly Listen[] | { readonly wrong: string } {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!path.startsWith('/'))
      return { wrong: 'must have a path that begins with /, as in unix:/run/sidewarden/http.sock' };
    if (Buffer.byteLength(path) > longestSocketPath)
      return { wrong: `must have a path of at most ${longestSocketPath} bytes` };
    return [{ kind: 'unix', path }];
  }
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return { wrong: `must be ${listenForms}` };
  const host = match[1] ?? match[2] ?? '';
  if (host === '' || host === '*') return [{ kind: 'tcp', host: '::', port }];
  if (host === 'localhost') {
    const first: Listen = { kind: 'tcp', host: '127.0.0.1', port };
    return port === 0 ? [first] : [first, { kind: 'tcp', host: '::1', port, optional: true }];
  }
  if (isIP(host) !== (match[1] === undefined ? 4 : 6))
    return { wrong: `must name an address of this machine: ${listenForms}` };
  return [{ kind: 'tcp', host, port }];
}
