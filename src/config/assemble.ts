// From the values of a right configuration, key by key, to the Configuration.
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import { secretsOf } from '../core/redact.ts';
import { Secret } from '../core/secret.ts';
import type { Configuration } from './configuration.ts';
import { shownToken } from './mask.ts';
import { type Top, topShape } from './schema.ts';

/** Right values, each still under the key of the file. */
type Parts = Pick<Configuration, 'checks' | 'features' | 'source'> & {
  readonly top: Top;
  readonly environment: NodeJS.ProcessEnv;
};

/** What the rest of the house reads of them. */
export function assemble({ top, checks, features, source, environment }: Parts): Configuration {
  const token = isShownToken(top.token) ? undefined : (top.token ?? top.token_file);
  return {
    service: top.service ?? '',
    listen: top.listen ?? [],
    ...(token === undefined ? {} : { token }),
    tokens: (top.tokens ?? []).flatMap(({ name, token, token_file, scopes }) => {
      const secret = isShownToken(token) ? undefined : (token ?? token_file);
      return secret === undefined ? [] : [{ name, secret, scopes }];
    }),
    ...(top.control === undefined ? {} : { control: top.control }),
    ...(top.state_dir === undefined ? {} : { stateDir: top.state_dir }),
    logLevel: top.log_level ?? 'info',
    ...(top.log_format === undefined ? {} : { logFormat: top.log_format }),
    drainDelayMs: top.drain_delay ?? 0,
    maxConnections: top.max_connections ?? 0,
    ...(top.tls === undefined ? {} : { tls: tlsFiles(top.tls) }),
    ...(top.namespace === undefined ? {} : { namespace: top.namespace }),
    statistics: statisticsOf(top.statistics ?? usualStatistics),
    metrics: { detail: top.metrics?.detail ?? 'default' },
    checks,
    features,
    source,
    secrets: [
      ...secretsOf([top.token, token, top.tokens, [...checks, ...features].map(({ settings }) => settings)]),
      ...secretsOfClients(checks, environment),
    ],
  };
}

/** The token that print-config shows is known to everybody: it opens nothing. */
const isShownToken = (token: Secret | undefined): boolean =>
  token !== undefined && 'value' in token.source && token.source.value === shownToken;

const usualStatistics = topShape.statistics.parse(undefined);
const statisticsOf = ({ mode, timeout, max_series }: NonNullable<Top['statistics']>): Configuration['statistics'] => ({
  mode,
  timeoutMs: timeout,
  maxSeries: max_series,
});

const tlsFiles = ({ cert_file, key_file, client_ca_file }: NonNullable<Top['tls']>): Configuration['tls'] & {} => ({
  certFile: cert_file,
  keyFile: key_file,
  ...(client_ca_file === undefined ? {} : { clientCaFile: client_ca_file }),
});

/** What the clients of the types in use read from the environment by themselves. */
function secretsOfClients(checks: readonly ConfiguredCheck[], environment: NodeJS.ProcessEnv): Secret[] {
  const variables = new Set(checks.flatMap(({ definition }) => definition.secretVariables ?? []));
  return [...variables].flatMap((variable) => {
    const value = environment[variable];
    return value ? [Secret.of(value)] : [];
  });
}
