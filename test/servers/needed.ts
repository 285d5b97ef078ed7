// Everything that the whole test run needs on a machine: what must be installed, and what is fetched before the start.
import { spawnSync } from 'node:child_process';
import { findDistribution } from './elasticsearch-distribution.ts';
import { motoServer } from './kms.ts';
import { postgresSource } from './postgres.ts';
import { redisSource } from './redis.ts';
import { installed, locateAll, MissingServers, type Progress, type Source } from './source.ts';

const program = (what: string, name: string, debianPackage: string): Source => ({
  what,
  variable: `SIDEWARDEN_TEST_${name.toUpperCase()}`,
  candidates: [name],
  packages: [debianPackage],
});

/** Programs that have to be on the machine, since nothing fetches them. */
const tools: readonly Source[] = [
  redisSource,
  program('Prometheus', 'prometheus', 'prometheus'),
  program('promtool', 'promtool', 'prometheus'),
  program('faketime', 'faketime', 'faketime'),
  program('OpenSSL', 'openssl', 'openssl'),
];

const java: Source = {
  what: 'Java',
  variable: 'SIDEWARDEN_TEST_JAVA',
  candidates: ['java', '/usr/lib/jvm/*/bin/java', '/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java'],
  packages: ['default-jre-headless'],
};

/** Without a download it is better to have these too: PostgreSQL as the system has it, and what downloads the rest. */
const wanted: readonly Source[] = [postgresSource(), program('Maven', 'mvn', 'maven'), java];

/** Debian packages that a complete run wants and this machine lacks. Nothing is downloaded to find out. */
export function missingPackages(): string[] {
  const missing = [...tools, ...wanted].filter((source) => installed(source) === undefined);
  const python = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0 ? [] : ['python3', 'python3-venv'];
  return [...new Set([...missing.flatMap(({ packages }) => packages), ...python])].sort();
}

/** Finds or fetches all servers, so that no test waits for a download. Throws one `MissingServers` for all. */
export async function prepareServers(progress: Progress): Promise<void> {
  const outcomes = await Promise.allSettled([
    locateAll([...tools, postgresSource(), motoServer], progress),
    findDistribution(undefined, progress),
  ]);
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const missing = errors.flatMap((error) => (error instanceof MissingServers ? error.missing : []));
  const [other] = errors.filter((error) => !(error instanceof MissingServers));
  if (other !== undefined) throw other;
  if (missing.length > 0) throw new MissingServers(missing);
}
