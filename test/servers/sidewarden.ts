// The built daemon as a child process, as users run it: configured by a file or the environment, read over HTTP.
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { freePort, runFolder, type ServerProcess, startProcess } from './process.ts';
import { waitedSince } from './waited.ts';

const built = fileURLToPath(new URL('../../dist/sidewarden.js', import.meta.url));

/** The options of Node in the program's first line. */
export const shippedOptions = (): readonly string[] =>
  readFileSync(built, 'utf8').split('\n', 1)[0]?.split(' ').slice(3) ?? [];

export type CheckBody = {
  readonly status: 'healthy' | 'unhealthy' | 'unknown';
  readonly latency_ms: number | null;
  readonly error?: string;
  readonly phase?: string;
  readonly warnings?: readonly string[];
  readonly [more: string]: unknown;
};
export type HealthBody = {
  readonly status: 'healthy' | 'degraded';
  readonly version: string;
  readonly timestamp: string;
  readonly reason?: string;
  readonly checks: Readonly<Record<string, CheckBody>>;
};
export type Answered<Body> = {
  readonly code: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
};

export interface Sidewarden extends ServerProcess {
  readonly url: string;
  get<Body = HealthBody>(path: string, headers?: Record<string, string>): Promise<Answered<Body>>;
  /** The value of one series, such as `sidewarden_check_up{check="database"}`: all labels given must match. */
  metric(name: string, labels?: Record<string, string>): Promise<number | undefined>;
  /**
   * Polls /health until the predicate holds; how long the kernel lets the daemon, and us, wait for a core does not count.
   * @returns milliseconds it took. @throws with the last body after `withinMs`.
   */
  until(holds: (body: HealthBody, code: number) => boolean, withinMs: number): Promise<number>;
  /** Log records so far. */
  log(): readonly Record<string, unknown>[];
}

export type SidewardenOptions = {
  /** Written to a YAML file; with it the environment turns nothing on. */
  readonly configuration?: Record<string, unknown>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** What Node runs instead of the build in dist/. */
  readonly entry?: string;
  /** Options of Node itself, such as `--import=…`. */
  readonly node?: readonly string[];
  /** A command that becomes the one given to it as arguments, such as `unshare --mount`: the daemon runs through it. */
  readonly through?: readonly string[];
  /** Wait until /health/live answers; true unless said. */
  readonly awaitLive?: boolean;
  /** Where it listens; a free port unless given. */
  readonly port?: number;
  /** Is given everything that it writes to standard output and error. */
  readonly hear?: (text: string) => void;
};

/** Starts the daemon on a free loopback port. Its environment is empty but for what is given and PATH. */
export async function startSidewarden(options: SidewardenOptions = {}): Promise<Sidewarden> {
  const { entry = built } = options;
  if (!existsSync(entry)) throw new Error('dist/ is missing: npm run build');
  const { configuration, environment = {}, args = [], node = [], through = [], awaitLive = true, hear } = options;
  const folder = await runFolder('sidewarden');
  const { port = await freePort() } = options;
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'sidewarden.yaml');
  if (configuration !== undefined) await writeFile(file, stringify(configuration));
  const answers = async (): Promise<boolean> => {
    try {
      return (await fetch(`${url}/health/live`)).status === 200;
    } catch {
      return false; // not yet listening
    }
  };
  const [command = process.execPath, ...before] = [...through, process.execPath];
  const server = await startProcess({
    name: 'sidewarden',
    command,
    args: [
      ...before,
      ...node,
      entry,
      'run',
      `--listen=127.0.0.1:${port}`,
      ...(configuration ? [`--config=${file}`] : []),
      ...args,
    ],
    env: { PATH: process.env.PATH ?? '', AWS_EC2_METADATA_DISABLED: 'true', ...environment },
    folder,
    asCaller: true,
    ...(hear && { hear }),
    ready: awaitLive ? answers : async () => true,
  });
  return Object.assign(server, { url }, readers(server, url));
}

function readers(server: ServerProcess, url: string): Pick<Sidewarden, 'get' | 'metric' | 'until' | 'log'> {
  const get = async <Body>(path: string, headers: Record<string, string> = {}): Promise<Answered<Body>> => {
    const response = await fetch(url + path, { headers });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return { code: response.status, headers: response.headers, text, body: (json ? JSON.parse(text) : text) as Body };
  };
  return {
    get,
    async metric(name, labels = {}) {
      const { text } = await get('/metrics');
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const line = text
        .split('\n')
        .find(
          (one) => one.startsWith(name) && /^[{ ]/.test(one.slice(name.length)) && wanted.every((w) => one.includes(w)),
        );
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
    },
    async until(holds, withinMs) {
      const begin = performance.now();
      const waited = waitedSince(server);
      for (;;) {
        const { body, code } = await get<HealthBody>('/health');
        const took = Math.max(0, performance.now() - begin - waited());
        if (holds(body, code)) return took;
        if (took > withinMs) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(body)}\n${server.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    log: () =>
      server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
