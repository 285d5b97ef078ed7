// The load of the bench, a process of its own: `generator.mjs URL CONNECTIONS REQUESTS`, and the result in JSON.
// Each connection asks, reads the whole answer, and asks again; it reads no more of HTTP than the bench's servers say.
import { connect } from 'node:net';

const [address, connections, requests] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(address);
const request = Buffer.from(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
const took = new Float64Array(Number(requests));
let asked = 0;
let answered = 0;

function fail(message) {
  process.stderr.write(`${address}: ${message}\n`);
  process.exit(1);
}

/** How many bytes an answer lacks; NaN while that cannot be told. */
function missingOf(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return Number.NaN;
  if (!/^HTTP\/1.1 (200|503) /.test(text)) fail(text.slice(0, 40));
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end)) ?? [];
  if (length === undefined) return text.endsWith('\r\n0\r\n\r\n') ? 0 : Number.NaN; // it comes in chunks
  return Number(length) - (text.length - end - 4);
}

function open() {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let begin = 0;
  let missing = 0;
  let text = '';
  const ask = () => {
    if (asked === took.length) return socket.end();
    asked += 1;
    begin = performance.now();
    socket.write(request);
  };
  const read = (chunk) => {
    if (missing > 0) missing -= chunk.length;
    else {
      text += chunk.toString('latin1');
      missing = missingOf(text);
    }
    if (missing > 0 || Number.isNaN(missing)) return;
    text = '';
    took[answered] = performance.now() - begin;
    answered += 1;
    if (answered === took.length) done();
    else ask();
  };
  socket.on('connect', ask).on('data', read);
  socket.on('error', ({ message }) => fail(message));
}

const started = performance.now();
function done() {
  const seconds = (performance.now() - started) / 1000;
  took.sort();
  const at = (share) => took[Math.floor(took.length * share)];
  process.stdout.write(JSON.stringify({ perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) }));
  process.exit();
}
for (let count = 0; count < Number(connections); count += 1) open();
