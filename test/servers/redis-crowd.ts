// Occupies every connection that a Redis server allows.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Refusals in a row, 20 ms apart, until it counts as full: a connection that is just ending still has its place. */
const sure = 3;

/** @returns the end of the crowd. The server must have a `maxclients` that is worth filling. */
export async function crowd({ host, port }: { host: string; port: number }): Promise<() => void> {
  const guests: Socket[] = [];
  for (let refusals = 0; refusals < sure; ) {
    const guest = connect(port, host);
    guest.on('error', () => undefined); // it was refused, and its reply has said so
    guest.write('PING\r\n');
    const [reply] = (await once(guest, 'data')) as [Buffer];
    if (reply.toString().startsWith('-ERR max number of clients')) {
      refusals++;
      guest.destroy();
      await wait(20);
    } else {
      refusals = 0;
      guests.push(guest);
    }
  }
  return () => {
    for (const guest of guests) guest.destroy();
  };
}
