// What people who come from other tools write, and the word for it here.
import { rows } from './foreign-words.ts';
import { normalise } from './nearest.ts';

/** How to say here what another tool's word means; undefined for a word of no tool that is known. */
export function foreignFix(
  normalised: string,
  where: 'top' | 'check',
  known: readonly string[],
  value: unknown,
): string | undefined {
  const row = rows.find(
    (candidate) =>
      candidate.words.includes(normalised) &&
      (candidate.where ?? where) === where &&
      (candidate.key === undefined || known.includes(candidate.key)),
  );
  return typeof row?.fix === 'function' ? row.fix(value) : row?.fix;
}

const types: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  pg: 'postgres',
  psql: 'postgres',
  timescale: 'postgres',
  es: 'elasticsearch',
  elastic: 'elasticsearch',
  opensearch: 'elasticsearch',
  valkey: 'redis',
  keydb: 'redis',
  sentinel: 'redis',
  awskms: 'kms',
  aws: 'kms',
  https: 'http',
  httpget: 'http',
  web: 'http',
  rest: 'http',
  socket: 'tcp',
  port: 'tcp',
  tcpsocket: 'tcp',
  ssl: 'tls',
  certificate: 'tls',
  cert: 'tls',
};

/** The type that goes by another name elsewhere; as a probe of Kubernetes `grpc` says at least where a port is. */
export const foreignType = (normalised: string, as: 'type' | 'probe' = 'type'): string | undefined =>
  as === 'probe' && normalised === 'grpc' ? 'tcp' : types[normalised];

/** Whether it is another tool's word for this key. */
export const isForeignFor = (key: string, word: string): boolean =>
  foreignFix(normalise(word), 'check', [], undefined) === `write \`${key}\``;

const choices: Readonly<Record<string, string>> = {
  readiness: 'ready',
  readinessprobe: 'ready',
  liveness: 'live',
  livenessprobe: 'live',
  startupprobe: 'startup',
  master: 'primary',
  leader: 'primary',
  writer: 'primary',
  slave: 'replica',
  standby: 'replica',
  secondary: 'replica',
  reader: 'replica',
};

/** The one of some choices that goes by another name elsewhere. */
export const foreignChoice = (text: string, known: readonly string[]): string | undefined =>
  known.find((one) => one === choices[normalise(text)]);
