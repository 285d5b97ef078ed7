// The shop as a process: `service.ts --port 8080 …`. It serves HTTP, and HTTPS where it has a certificate, on loopback.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parseArgs } from 'node:util';
import { type Faults, noFaults } from './faults.ts';
import { startLoad } from './load.ts';
import { createPage } from './page.ts';
import { createRandom } from './random.ts';
import { createRecorder } from './recorder.ts';
import { createRoutes } from './routes.ts';

const host = '127.0.0.1';
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'tls-port': { type: 'string' },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    /** HOST:PORT; without it no line is sent. */
    statsd: { type: 'string' },
    prefix: { type: 'string', default: 'shop' },
    user: { type: 'string', default: 'ada' },
    password: { type: 'string', default: 'a-password' },
    'lockout-ms': { type: 'string', default: '60000' },
    origin: { type: 'string', default: 'https://shop.example.com' },
    seed: { type: 'string', default: '1' },
    'load-per-s': { type: 'string', default: '0' },
    /** The load is of customers who do nothing wrong. */
    'no-mistakes': { type: 'boolean', default: false },
  },
});
const { prefix, user, password, origin } = values;
const seed = Number(values.seed);

const faults: Faults = { ...noFaults };
const [, statsdHost = '', statsdPort = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(values.statsd ?? '') ?? [];
const recorder = createRecorder({
  prefix,
  onPage: ['http'],
  statsd: values.statsd === undefined ? undefined : { host: statsdHost, port: Number(statsdPort) },
  faults,
});
const { record } = recorder;
const routes = createRoutes({
  users: { [user]: password },
  lockoutMs: Number(values['lockout-ms']),
  origin,
  faults,
  random: createRandom(seed),
  record,
  metrics: createPage(prefix, faults, recorder.page),
});

const port = Number(values.port);
const plain = createServer(routes).listen(port, host);
const servers = [plain];
if (values['tls-port'] !== undefined) {
  const [cert, key] = [readFileSync(values.cert), readFileSync(values.key)];
  servers.push(createTlsServer({ cert, key }, routes).listen(Number(values['tls-port']), host));
}

let open = 0;
for (const server of servers) {
  server.on('connection', (socket) => {
    open += 1;
    record('http_connections_active', {}, open);
    socket.once('close', () => {
      open -= 1;
      record('http_connections_active', {}, open);
    });
  });
}

const perSecond = Number(values['load-per-s']);
// numbers of its own, so that the load does not change which requests of a test fail
const mistakes = !values['no-mistakes'];
if (perSecond > 0) startLoad({ port, perSecond, random: createRandom(seed + 1), user, password, mistakes });
process.once('SIGTERM', () => process.exit(0));
