// The service of the tests: answers on 8080, has a metric, sends another by StatsD, and hangs when it is asked to. It runs in
// the sidecar's image.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

let requests = 0;
const answers = {
  '/healthz': () => 'shop\n',
  '/metrics': () => `# TYPE shop_requests_total counter\nshop_requests_total ${requests}\n`,
};

const server = createServer((request, response) => {
  if (request.url === '/hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const answer = answers[request.url];
  if (answer !== undefined) {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(answer());
    return;
  }
  requests++;
  setTimeout(() => response.end('shop\n'), 20);
});
server.listen(8080);
const statsd = createSocket('udp4').on('error', () => {});
setInterval(() => statsd.send('shop.orders:1|c|#kind:web', 8125, '127.0.0.1'), 500);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
