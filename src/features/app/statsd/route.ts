// POST /ingest/statsd: the same lines in a body.
import { Refusal } from '../../../core/refusal.ts';
import type { Routes } from '../../../http/mount.ts';
import { type StatsdReason, statsdReasons } from '../settings.ts';
import type { Tally } from './intake.ts';
import { takeInTurns } from './turns.ts';

const bodyLimit = 1_048_576;

type Options = {
  /** As of the intake. */
  take(text: string, from: number, most: number, tally: Tally): number;
  readonly fresh: () => Tally;
  /** Told of a body once all of it was taken. */
  done(tally: Tally): void;
};

export function createRoutes({ take, fresh, done }: Options): Routes {
  return (app) => {
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      const types = ['text/plain', 'application/octet-stream'];
      scope.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit }, (_, body, end) => end(null, body));
      scope.addContentTypeParser('*', (_request, _body, end) =>
        end(new Refusal('unsupported_media_type', `this route takes ${types.join(' or ')}, said in Content-Type`)),
      );
      scope.addHook('preParsing', async (request, _reply, body) => {
        if ((request.headers['content-encoding'] ?? 'identity') === 'identity') return body;
        throw new Refusal('unsupported_media_type', 'this route takes no Content-Encoding: send the lines as they are');
      });
      scope.post('/ingest/statsd', { bodyLimit, config: { access: 'write', often: true } }, async (request, reply) => {
        const tally = fresh();
        const text = Buffer.isBuffer(request.body) ? request.body.toString('latin1') : '';
        await takeInTurns((lines, from, most) => take(lines, from, most, tally), text);
        done(tally);
        return reply.code(202).send(answerOf(tally));
      });
    });
  };
}

function answerOf({ lines, taken, rejected }: Tally) {
  const occurred = statsdReasons.flatMap((reason): [StatsdReason, number][] =>
    rejected[reason] === 0 ? [] : [[reason, rejected[reason]]],
  );
  return { lines, taken, rejected: Object.fromEntries(occurred) };
}
