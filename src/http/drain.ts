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

export function createDrain(): Drain {
  let asked = false;
  let stopping = false;
  return {
    get draining() {
      return asked || stopping;
    },
    get stopping() {
      return stopping;
    },
    start() {
      asked = true;
    },
    undo() {
      asked = false;
    },
    stop() {
      stopping = true;
    },
  };
}

/** POST starts draining, DELETE undoes it; both may be repeated. */
export function drainRoutes(app: FastifyInstance, drain: Drain): void {
  const answer = (reply: FastifyReply): void => sendJson(reply, 200, { draining: drain.draining });
  app.post('/drain', (_, reply) => {
    drain.start();
    answer(reply);
  });
  app.delete('/drain', (_, reply) => {
    if (drain.stopping) {
      sendError(reply, 409, 'stopping', 'the daemon is stopping: draining cannot be undone');
      return;
    }
    drain.undo();
    answer(reply);
  });
}
