// Unknown paths (404) and methods that a known path does not have (405 with Allow).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from './answer.ts';

/** Watches which routes are added; call it before the first. */
export function answerMissing(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [...methods].find(([pattern]) => matches(pattern, path))?.[1];
    if (allowed === undefined) {
      sendError(
        reply,
        404,
        'not_found',
        'no such path; there are /health, /health/ready, /health/live, /health/startup and /metrics',
      );
      return;
    }
    const allow = [...allowed].sort().join(', ');
    sendError(reply, 405, 'method_not_allowed', `this path takes ${allow}`, ['allow', allow]);
  });
}

/** Whether a path is one of the pattern's, of which `:name` stands for one segment. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  );
}
