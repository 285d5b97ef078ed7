// A worker thread that keeps a server busy: many connections, each opened again when it ends, each asking without pause.
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

export type FloodData = { readonly name: string; readonly host: string; readonly port: number };

const connections = 120;
const everyMs = 50;

const { name, host, port } = workerData as FloodData;

/** A greeting that PostgreSQL answers and keeps a process for; Redis' cheapest command; a request for the others. */
const words: Readonly<Record<string, Buffer>> = {
  database: Buffer.from('0000000804d2162f', 'hex'), // SSLRequest
  redis: Buffer.from('PING\r\n'.repeat(50)),
};
const request = Buffer.from(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`);

function open(): void {
  const socket = connect({ host, port });
  let timer: NodeJS.Timeout | undefined;
  socket.once('connect', () => {
    socket.write(words[name] ?? request);
    if (name !== 'database') timer = setInterval(() => socket.write(words[name] ?? request), everyMs);
  });
  socket.resume();
  socket.on('error', () => {}); // 'close' follows, and another one is opened
  socket.once('close', () => {
    clearInterval(timer);
    setTimeout(open, everyMs);
  });
}

for (let count = 0; count < connections; count += 1) open();
