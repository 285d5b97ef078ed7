// One proxied connection: two sockets, and what is held back between them.
import { connect, type Socket } from 'node:net';
import type { Address } from '../contract/rig.ts';

type Behaviour = 'pass' | 'silent' | 'cut' | 'drip';

export type Link = {
  set(behaviour: Behaviour): void;
  reset(): void;
  destroy(): void;
};

/** One way through the link: chunks wait here while they may not pass. */
type Pipe = { readonly from: Socket; readonly to: Socket; readonly held: Buffer[]; ended: boolean; lost: boolean };

/** Connects a client to the target. The connection to the target is opened once the link may pass. */
export function openLink(
  client: Socket,
  target: Address,
  { cutAfterBytes, dripEveryMs }: { cutAfterBytes: number; dripEveryMs: number },
  closed: () => void,
): Link {
  const server = connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true });
  const requests: Pipe = { from: client, to: server, held: [], ended: false, lost: false };
  const answers: Pipe = { from: server, to: client, held: [], ended: false, lost: false };
  let behaviour: Behaviour = 'pass';
  let left = cutAfterBytes;
  let drip: NodeJS.Timeout | undefined;

  const destroy = (): void => {
    clearInterval(drip);
    client.destroy();
    server.destroy();
    closed();
  };
  const reset = (): void => {
    client.resetAndDestroy();
    destroy();
  };
  const answer = (): void => {
    if (behaviour === 'cut') {
      const passing = Buffer.concat(answers.held.splice(0)).subarray(0, left);
      left -= passing.length;
      // The reset would overtake bytes that are still in our buffer, so it waits until they are written.
      if (passing.length > 0) client.write(passing, () => left <= 0 && reset());
    } else if (behaviour === 'pass') {
      flush(answers);
    }
  };

  const act = (): void => {
    clearInterval(drip);
    if (behaviour === 'silent') return;
    if (answers.lost) {
      reset();
      return;
    }
    flush(requests);
    answer();
    if (behaviour === 'drip') drip = setInterval(() => passOneByte(answers), dripEveryMs);
  };

  for (const pipe of [requests, answers]) {
    pipe.from.on('data', (chunk: Buffer) => {
      pipe.held.push(chunk);
      if (behaviour === 'silent') return;
      if (pipe === requests) flush(pipe);
      else answer();
    });
    pipe.from.on('end', () => {
      pipe.ended = true;
      // Behind a frozen server a client's close is the end of the connection all the same.
      if (behaviour === 'silent' && pipe === requests) destroy();
      else if (behaviour !== 'silent') act();
    });
    pipe.from.on('error', () => {
      pipe.lost = true;
      // One side was reset or refused, so is the other; only silence hides what happened to the server.
      if (behaviour !== 'silent' || pipe === requests) reset();
    });
    pipe.from.on('close', () => {
      if (behaviour !== 'silent' || pipe === requests) pipe.to.end(destroy);
    });
  }

  return {
    set(next) {
      behaviour = next;
      left = cutAfterBytes;
      act();
    },
    reset,
    destroy,
  };
}

function flush(pipe: Pipe): void {
  for (const chunk of pipe.held.splice(0)) pipe.to.write(chunk);
  if (pipe.ended) pipe.to.end();
}

function passOneByte(pipe: Pipe): void {
  const chunk = pipe.held.shift();
  if (chunk === undefined) {
    if (pipe.ended) pipe.to.end();
    return;
  }
  pipe.to.write(chunk.subarray(0, 1));
  if (chunk.length > 1) pipe.held.unshift(chunk.subarray(1));
}
