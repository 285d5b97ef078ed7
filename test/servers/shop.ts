// A small shop as a process of its own: the service that the demo and tests watch, and whose faults they choose.
import { fileURLToPath } from 'node:url';
import { type Certificates, makeCertificates } from './certificates.ts';
import { freePort, removeFolder, runFolder, type ServerProcess, startProcess } from './process.ts';
import type { Faults } from './shop/faults.ts';

const program = fileURLToPath(new URL('shop/service.ts', import.meta.url));
const host = '127.0.0.1';

export type ShopOptions = {
  /** HOST:PORT to which it sends its lines; absent: it sends none. */
  readonly statsd?: string;
  /** Of the names of its metrics; `shop` unless given. */
  readonly prefix?: string;
  /** Which requests fail with `error_rate`, and what its load does. */
  readonly seed?: number;
  /** Requests a second that it makes of itself; none unless given. */
  readonly loadPerS?: number;
  /** Whether some of these are refused: wrong passwords, fields that do not exist. True unless given. */
  readonly mistakes?: boolean;
  /** How long five wrong passwords lock an account. */
  readonly lockoutMs?: number;
};

export type Shop = {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** The same by HTTPS. */
  readonly tlsUrl: string;
  /** The file of the authority that signed its certificate. */
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  /** The one that may ask /api from another origin. */
  readonly origin: string;
  readonly pid: number;
  /** Changes what is wrong with it. @throws when it refuses */
  fault(faults: Partial<Faults>): Promise<void>;
  /** As a server that hangs: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on its ports, with every number at 0 and no fault, after a stop or a crash. */
  start(): Promise<void>;
  /** Resolves when it has ended by itself. */
  ended(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

/** One set for all shops of a process. */
let certificates: Promise<Certificates> | undefined;

/** Takes about half a second. */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const { statsd, prefix = 'shop', seed = 1, loadPerS = 0, mistakes = true, lockoutMs = 60_000 } = options;
  const folder = await runFolder('shop');
  certificates ??= runFolder('shop-certificates').then(makeCertificates);
  const { ca, cert, key } = await certificates;
  const [port, tlsPort] = [await freePort(), await freePort()];
  const url = `http://${host}:${port}`;
  const [user, password, origin] = ['ada', 'a-password', 'https://shop.example.com'];
  const args: Readonly<Record<string, string | number>> = {
    ...{ port, 'tls-port': tlsPort, cert, key, prefix, seed, user, password, origin },
    ...{ 'lockout-ms': lockoutMs, 'load-per-s': loadPerS, ...(statsd === undefined ? {} : { statsd }) },
  };
  const launch = (): Promise<ServerProcess> =>
    startProcess({
      name: 'the shop',
      command: process.execPath,
      args: [
        program,
        ...Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]),
        ...(mistakes ? [] : ['--no-mistakes']),
      ],
      folder,
      port,
      asCaller: true, // the tree may be readable to its owner alone
      ready: async () => (await fetch(`${url}/healthz`)).ok,
    });
  let server = await launch();
  return {
    ...{ host, port, url, tlsUrl: `https://${host}:${tlsPort}`, ca, user, password, origin },
    get pid() {
      return server.pid;
    },
    async fault(faults) {
      const answer = await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(faults) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    async start() {
      server = await launch();
    },
    async ended() {
      await server.exited;
    },
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      removeFolder(folder);
    },
  };
}
