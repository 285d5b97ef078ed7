// Sends StatsD packets at a steady pace: `statsd-sender.mjs PORT PACKETS-A-SECOND LINES-A-PACKET SECONDS [new]`. With `new` no two
// lines have the same labels. Prints how many packets it sent.
import { createSocket } from 'node:dgram';

const [port, perSecond, lines, seconds] = process.argv.slice(2, 6).map(Number);
const isNew = process.argv[6] === 'new';
const packetFrom = (first) =>
  Buffer.from(
    Array.from({ length: lines }, (_, index) => `flood.lines:1|c|#route:r${first + index},method:GET`).join('\n'),
  );
const packet = packetFrom(0);
const packetOf = (at) => (isNew ? packetFrom(at * lines) : packet);
const socket = createSocket('udp4');
const all = perSecond * seconds;
let asked = 0;
let sent = 0;
let ended = 0;
const done = (error) => {
  ended += 1;
  if (!error) sent += 1; // what our own kernel refuses never left
  if (ended === all) {
    process.stdout.write(`${sent}\n`);
    socket.close();
  }
};
socket.connect(port, '127.0.0.1', () => {
  const begun = performance.now();
  const tick = setInterval(() => {
    const due = Math.min(all, Math.floor(((performance.now() - begun) / 1000) * perSecond));
    for (; asked < due; asked += 1) socket.send(packetOf(asked), done);
    if (asked === all) clearInterval(tick);
  }, 1);
});
