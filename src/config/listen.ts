// The addresses that the server listens on, as people write them.
import { isIP } from 'node:net';
import { isPathLike, portProblem, socketPathProblem } from '../core/socket-path.ts';

export type Listen =
  /** `::` means every address, IPv4 included. An `optional` one may be missing on this machine. Port 0: any free one. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly optional?: true }
  | { readonly kind: 'unix'; readonly path: string };

export const listenForms = "':9090' (every address), '127.0.0.1:9090', '[::1]:9090', 'localhost:9090' or 'unix:/path'";

/** @returns the addresses of one form, or what is wrong with it. `localhost` is 127.0.0.1, and ::1 where there is one. */
export function parseListen(text: string): readonly Listen[] | { readonly wrong: string } {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!path.startsWith('/'))
      return { wrong: 'must have a path that begins with /, as in unix:/run/sidewarden/http.sock' };
    const wrong = socketPathProblem(path);
    if (wrong !== undefined) return { wrong };
    return [{ kind: 'unix', path }];
  }
  if (isPathLike(text)) return { wrong: 'is a path: write unix: before it, as in unix:/run/sidewarden/http.sock' };
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    const ofPort = port === 0 ? undefined : portProblem(text);
    return { wrong: ofPort ?? `must be ${listenForms}` };
  }
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
