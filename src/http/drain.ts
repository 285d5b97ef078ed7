// Draining: the state that makes the daemon unready on purpose, and its two routes.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendError, sendJson } from './answer.ts';

export interface Drain {
  readonly draining: boolean;
  start(): void;
  /** Ends draining, unless the daemon is stopping. */
  undo(): void;
  /** The daemon is stopping: draining until the end, whoever undoes it. */
  stop(): void;
  readonly stopping: boolean;
}

/** @param changed told when draining begins and when it is undone */
export function createDrain(changed: (draining: boolean) => void = () => {}): Drain {
  let asked = false;
  let stopping = false;
  const draining = (): boolean => asked || stopping;
  const changing = (change: () => void): void => {
    const before = draining();
    change();
    if (draining() !== before) changed(draining());
  };
  return {
    get draining() {
      return draining();
    },
    get stopping() {
      return stopping;
    },
    start: () =>
      changing(() => {
        asked = true;
      }),
    undo: () =>
      changing(() => {
        asked = false;
      }),
    stop: () =>
      changing(() => {
        stopping = true;
      }),
  };
}

/** POST starts draining, DELETE undoes it; both may be repeated. */
export function drainRoutes(app: FastifyInstance, drain: Drain): void {
  const answer = (reply: FastifyReply): void => sendJson(reply, 200, { draining: drain.draining });
  const guarded = { config: { access: 'write' } } as const;
  app.post('/drain', guarded, (_, reply) => {
    drain.start();
    answer(reply);
  });
  app.delete('/drain', guarded, (_, reply) => {
    if (drain.stopping) {
      sendError(reply, 409, 'stopping', 'the daemon is stopping: draining cannot be undone');
      return;
    }
    drain.undo();
    answer(reply);
  });
}
