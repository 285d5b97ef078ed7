// Where a server is: how people write it, and how it is printed in messages, labels and URLs. Pure.

/** A name or an address, which has no brackets here, and a port. */
export type HostAndPort = { readonly host: string; readonly port: number };

/** Where to connect to; the path is that of a Unix socket. */
export type Endpoint = HostAndPort | { readonly path: string };

/** The host as it stands in a URL and before a port: an IPv6 address has brackets there. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** `db:5432`, `[::1]:5432`. */
export const hostPort = ({ host, port }: { readonly host: string; readonly port: number | string }): string =>
  `${bracketed(host)}:${port}`;

/** `db:5432`, `[::1]:5432` or the socket's path. */
export const endpointText = (endpoint: Endpoint): string => ('path' in endpoint ? endpoint.path : hostPort(endpoint));

/** What a client of the URL connects to, `http:` or `https:`. */
export const endpointOfUrl = ({ protocol, hostname, port }: URL): HostAndPort => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || (protocol === 'https:' ? 443 : 80)),
});

/** Splits `host:port`; undefined when it is none. */
export function parseAddress(text: string): HostAndPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s/?#@%\\]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined;
}

/** Whether a host, without brackets, is this machine whatever the network: localhost, 127.0.0.0/8, ::1. */
export const isLoopback = (host: string): boolean =>
  /^(.+\.)?localhost\.?$/i.test(host) || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
