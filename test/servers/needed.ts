// Everything that the whole test run needs on a machine: what must be installed, and what is fetched before the start.
import { spawnSync } from 'node:child_process';
import { findDistribution } from './elasticsearch-distribution.ts';
import { elasticsearchExporterSource } from './elasticsearch-exporter.ts';
import { javaAgent, nodeExporterSource, pythonClients } from './exposers.ts';
import { faketimeSource } from './faketime.ts';
import { javaSource } from './java.ts';
import { motoServer } from './kms.ts';
import { kubernetesValidate } from './kubernetes-validate.ts';
import { pgbouncerSource } from './pgbouncer.ts';
import { postgresSource } from './postgres.ts';
import { postgresExporterSource } from './postgres-exporter.ts';
import { prometheusSource, promtoolSource } from './prometheus.ts';
import { psqlSource } from './psql.ts';
import { redisSource } from './redis.ts';
import { redisCliSource } from './redis-cli.ts';
import { redisExporterSource } from './redis-exporter.ts';
import { installed, locateAll, MissingServers, type Progress, type Source } from './source.ts';

const program = (what: string, name: string, debianPackage: string): Source => ({
  what,
  variable: `SIDEWARDEN_TEST_${name.toUpperCase()}`,
  candidates: [name],
  packages: [debianPackage],
});

const openssl = program('OpenSSL', 'openssl', 'openssl');

/** Programs that have to be on the machine, since nothing fetches them. */
const tools: readonly Source[] = [
  redisSource,
  redisCliSource,
  pgbouncerSource,
  psqlSource,
  prometheusSource,
  promtoolSource,
  faketimeSource,
  elasticsearchExporterSource,
  postgresExporterSource,
  redisExporterSource,
  nodeExporterSource,
  openssl,
];

/** Without a download it is better to have these too: PostgreSQL as the system has it, and what downloads the rest. */
const wanted: readonly Source[] = [postgresSource(), program('Maven', 'mvn', 'maven'), javaSource];

/** What the demo runs, but for Elasticsearch. */
const four: readonly Source[] = [redisSource, postgresSource(), motoServer];

const pythonPackages = ['python3', 'python3-venv'];

/** Debian packages that a complete run wants on a machine that has nothing. */
export function allPackages(): string[] {
  return [...new Set([...[...tools, ...wanted].flatMap(({ packages }) => packages), ...pythonPackages])].sort();
}

/** Debian packages that a complete run wants and this machine lacks. Nothing is downloaded to find out. */
export function missingPackages(): string[] {
  const missing = [...tools, ...wanted].filter((source) => installed(source) === undefined);
  const python = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0 ? [] : pythonPackages;
  return [...new Set([...missing.flatMap(({ packages }) => packages), ...python])].sort();
}

/** Finds or fetches all that the tests run, so that no test waits for a download. Throws one `MissingServers`. */
export const prepareServers = (progress: Progress): Promise<void> =>
  prepare([...tools, ...four, kubernetesValidate, javaAgent, pythonClients], progress);

/** Finds or fetches what the demo runs. Throws one `MissingServers`. */
export const prepareDemo = (progress: Progress): Promise<void> => prepare([...four, openssl], progress);

async function prepare(sources: readonly Source[], progress: Progress): Promise<void> {
  const outcomes = await Promise.allSettled([
    locateAll([...new Set(sources)], progress),
    findDistribution(undefined, progress), // Elasticsearch, which needs a fitting Java as well
  ]);
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const missing = errors.flatMap((error) => (error instanceof MissingServers ? error.missing : []));
  const [other] = errors.filter((error) => !(error instanceof MissingServers));
  if (other !== undefined) throw other;
  if (missing.length > 0) throw new MissingServers(missing);
}
