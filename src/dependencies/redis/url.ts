// What a Redis URL says: https://www.iana.org/assignments/uri-schemes/prov/redis
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

export type RedisUrl = {
  readonly endpoint: Endpoint;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
};

/** @returns undefined when the text is no URL, or names something else than a number as the database. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const unix = url.protocol === 'unix:';
  const number = url.searchParams.get('db') ?? (unix ? '' : url.pathname.replace(/^\//, ''));
  if (!/^\d*$/.test(number)) return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const username = decode(url.username);
  const password = decode(url.password);
  return {
    endpoint: unix
      ? { path: decode(url.pathname) }
      : { host: host === '' ? 'localhost' : host, port: Number(url.port || 6379) },
    tls: url.protocol === 'rediss:',
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(number === '' ? {} : { database: Number(number) }),
  };
}

/** `host:port`, `[v6]:port` or the socket's path. */
export function describeEndpoint(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path;
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is meant as it stands
  }
}
