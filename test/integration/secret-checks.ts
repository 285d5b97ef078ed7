// A configuration full of secrets: every place that can hold one, towards every kind of server that goes wrong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../contract/rig.ts';
import { freePort } from '../servers/process.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { type Echo, startEcho } from './echoes.ts';
import { createPlanted, type Planted } from './planted.ts';

export type Troubles = {
  readonly addresses: Readonly<Record<string, Address>>;
  readonly echoes: Readonly<Record<'bytes' | 'web' | 'postgres' | 'redis' | 'http' | 'aws', Echo>>;
  stop(): Promise<void>;
};

/** Addresses at which every check fails, each in its way. */
export async function startTroubles(): Promise<Troubles> {
  const silent = await startTcpServer((socket) => socket.resume());
  const reset = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const kinds = ['bytes', 'web', 'postgres', 'redis', 'http', 'aws'] as const;
  const started = await Promise.all(kinds.map(async (kind) => [kind, await startEcho(kind)] as const));
  const echoes = Object.fromEntries(started) as Troubles['echoes'];
  const closed = { host: '127.0.0.1', port: await freePort() };
  const unknown = { host: 'no-such-host.invalid', port: 1 };
  return {
    addresses: { silent, reset, closed, unknown, bytes: echoes.bytes, web: echoes.web },
    echoes,
    stop: async () => void (await Promise.all([silent, reset, ...Object.values(echoes)].map((one) => one.stop()))),
  };
}

type Settings = Record<string, unknown>;

/** Of every check: so many of them take seconds of the processor for one round. */
export const common = { interval: '8s', timeout: '5s', failure_threshold: 1, gates: [] };
/** Of those towards a server that is silent. */
const patient = { ...common, interval: '4s', timeout: '3s' };

/** Settings with secrets in them, for a server at an address; `secure` by TLS, which none of these servers speaks. */
type Place = (at: Address, secure: boolean) => Settings;

/** Every place of a secret in every type. Files are written into the folder. */
export function placesOf(planted: Planted, folder: string): Record<string, Place> {
  const file = (name: string, secret: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `${secret}\n`);
    return path;
  };
  const word = (name: string) => planted.plant(name, '-._~');
  const coded = (name: string) => encodeURIComponent(planted.plant(name));
  const host = ({ host, port }: Address): string => `${host}:${port}`;
  const secrets = {
    pgUrl: coded('password in a postgres URL'),
    pgParameter: coded('password parameter of a postgres URL'),
    pgOther: coded('password in a postgres URL that is none for others'),
    pg: planted.plant('password of postgres'),
    pgStatistics: coded('password in the statistics_url of postgres'),
    pgFile: file('pg', planted.plant('password_file of postgres')),
    redisUrl: coded('password in a redis URL'),
    redis: planted.plant('password of redis'),
    redisFile: file('redis', planted.plant('password_file of redis')),
    sentinel: planted.plant('password of sentinels'),
    esUrl: coded('password in an elasticsearch URL'),
    es: planted.plant('password of elasticsearch'),
    esFile: file('es', planted.plant('password_file of elasticsearch')),
    apiKey: word('api_key'),
    apiKeyFile: file('api-key', word('api_key_file')),
    httpUrl: coded('password in an http URL'),
    query: coded('token in the query of an http URL'),
    http: planted.plant('password of http'),
    bearer: word('bearer token'),
    bearerFile: file('bearer', word('token_file')),
    header: planted.plant('http header', '@:/%41+"\\?#&=$ '),
    authorization: word('authorization header'),
    cookie: word('cookie'),
    body: planted.plant('http body'),
    send: planted.plant('text that tcp sends'),
    pem: file('key.pem', planted.plant('private key')),
  };
  // A secret inside another, and one that continues another: whichever is masked first must not leave the other's rest.
  const inner = secrets.bearer.slice(3, 18);
  const longer = planted.add(
    'a secret with another at its beginning',
    `${secrets.apiKey}${createPlanted().plant('more', '-')}`,
  );
  const scheme = (name: string, secure: boolean) => `${name}${secure ? 's' : ''}`;
  const quoted = { expected_status: 500, json: { path: '$.authorization', equals: 'up' } };
  const cut = { expected_status: 500, json: { path: '$.text', equals: secrets.bearer } }; // where none belongs
  const ssl = (secure: boolean) => `sslmode=${secure ? 'require' : 'disable'}`;
  return {
    'postgres-url': (at, secure) => ({
      url: `postgres://shop:${secrets.pgUrl}@${host(at)}/shop?${ssl(secure)}`,
    }),
    'postgres-parameter': (at, secure) => ({
      url: `postgres://${host(at)}/shop?user=shop&password=${secrets.pgParameter}&${ssl(secure)}`,
    }),
    'postgres-socket': ({ host, port }, secure) => ({
      url: `postgres://shop:${secrets.pgOther}@/shop?host=${host}&port=${port}&${ssl(secure)}`,
    }),
    'postgres-password': (at, secure) => ({
      ...{ url: `postgres://${host(at)}/shop?${ssl(secure)}`, username: 'shop', password: secrets.pg },
    }),
    'postgres-file': (at, secure) => ({
      ...{ url: `postgres://shop@${host(at)}/shop?${ssl(secure)}`, password_file: secrets.pgFile },
    }),
    'postgres-statistics': (at, secure) => ({
      ...{ url: `postgres://shop@${host(at)}/shop?${ssl(secure)}`, statistics: { mode: 'all' } },
      statistics_url: `postgres://shop:${secrets.pgStatistics}@${host(at)}/shop?${ssl(secure)}`,
    }),
    'redis-url': (at, secure) => ({ url: `${scheme('redis', secure)}://shop:${secrets.redisUrl}@${host(at)}` }),
    'redis-password': (at, secure) => ({
      ...{ url: `${scheme('redis', secure)}://${host(at)}`, username: 'shop', password: secrets.redis },
    }),
    'redis-file': (at, secure) => ({
      ...{ url: `${scheme('redis', secure)}://${host(at)}`, password_file: secrets.redisFile },
    }),
    'redis-sentinel': (at, secure) => ({
      ...{ sentinel: { name: 'shop', addresses: [host(at)], password: secrets.sentinel, tls: secure } },
    }),
    'elasticsearch-url': (at, secure) => ({ url: `${scheme('http', secure)}://shop:${secrets.esUrl}@${host(at)}` }),
    'elasticsearch-password': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}`, username: 'shop', password: secrets.es },
    }),
    'elasticsearch-file': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}`, username: 'sh', password_file: secrets.esFile },
    }),
    'elasticsearch-key': (at, secure) => ({ url: `${scheme('http', secure)}://${host(at)}`, api_key: longer }),
    'elasticsearch-short-key': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}`, api_key: secrets.apiKey },
    }),
    'elasticsearch-key-file': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}`, api_key_file: secrets.apiKeyFile },
    }),
    'http-url': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://s:${secrets.httpUrl}@${host(at)}/?token=${secrets.query}`, ...quoted },
    }),
    'http-password': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}/`, username: 'shop', password: secrets.http, ...quoted },
    }),
    'http-token': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}/`, token: secrets.bearer, ...quoted },
      headers: { 'x-inner': inner, 'x-api-key': secrets.header, cookie: `session=${secrets.cookie}` },
    }),
    'http-token-file': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}/`, token_file: secrets.bearerFile, ...cut },
    }),
    'http-header': (at, secure) => ({
      ...{ url: `${scheme('http', secure)}://${host(at)}/`, method: 'POST', body: secrets.body, ...quoted },
      headers: { authorization: `Bearer ${secrets.authorization}` },
    }),
    'tcp-send': (at) => ({ address: host(at), send: secrets.send, expect: '^never' }),
    'tls-key': (at) => ({
      ...{ address: host(at), tls: { cert_file: secrets.pem, key_file: secrets.pem } },
    }),
    'kms-key': (at, secure) => ({ key_id: 'alias/shop', endpoint: `${scheme('http', secure)}://${host(at)}` }),
  };
}

/** Which echo speaks the protocol of a type. */
const tongues: Record<string, keyof Troubles['echoes']> = {
  postgres: 'postgres',
  redis: 'redis',
  elasticsearch: 'http',
  http: 'http',
  tcp: 'bytes',
  tls: 'bytes',
  kms: 'aws',
};

/** A check for every place towards every trouble, an echo in its own protocol, and a TLS port that speaks plain. */
export function secretChecks(places: Record<string, Place>, { addresses, echoes }: Troubles): Record<string, Settings> {
  const checks: Record<string, Settings> = {};
  for (const [place, settings] of Object.entries(places)) {
    const type = place.split('-')[0] as string;
    const own = echoes[tongues[type] ?? 'bytes'];
    for (const [trouble, at] of Object.entries({ ...addresses, own })) {
      const waiting = trouble === 'silent' ? patient : common;
      checks[`${place}-${trouble}`] = { type, ...waiting, ...settings(at, false) };
    }
    checks[`${place}-plain`] = { type, ...common, ...settings(own, true) };
  }
  return checks;
}

/** Lines of YAML with every mistake that one can make at a secret or beside it. */
export function wrongConfiguration(secret: () => string, number: () => string): string[] {
  return [
    `token: [${secret()}]`,
    `tokn: ${secret()}`,
    'checks:',
    `  database: { type: postgres, url: "postgre://shop:${secret()}@db/shop", passwrod: ${secret()} }`,
    `  port: { type: postgres, url: "postgres://shop:${secret()}/x@db:5432/shop", interval: 5 }`,
    `  search: { type: elasticsearch, url: "http:/es:9200?token=${secret()}", api_key: { id: ${secret()} } }`,
    `  sessions: { type: redis, url: "redis://:${secret()}@h/none", interval: "redis://:${secret()}@h" }`,
    `  app: { type: http, url: "http://h", token: ${secret()}, password: ${secret()}, headers: [${secret()}] }`,
    `  other: { type: http, url: "http://h", headers: { "x y": ${secret()} }, timeout: ten }`,
    `  keys: { type: kms, key_id: k, endpoint: "https://u:${secret()}@kms", secret_access_key: ${secret()} }`,
    `  twice: { type: tcp, address: "h:1", send: ${secret()}, send: ${secret()}, password:${secret()} }`,
    `  bare: { type: redis, url: ${secret()}, username: [${secret()}] }`,
    `  number: { type: http, url: "http://h", username: u, password: ${number()}, tls: { key: ${secret()} } }`,
  ];
}
