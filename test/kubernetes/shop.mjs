// The service of the tests: answers on 8080, and hangs when it is asked to. It runs in the image of the sidecar.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  if (request.url === '/hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  setTimeout(() => response.end('shop\n'), request.url === '/healthz' ? 0 : 20);
});
server.listen(8080);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
