// GET /slo and GET /slo/NAME: as JSON, or as people read it.
import type { Clock } from '../../core/clock.ts';
import { Refusal } from '../../core/refusal.ts';
import { paintFor } from '../../core/terminal.ts';
import { chooseFormat } from '../../http/accept.ts';
import type { Routes } from '../../http/mount.ts';
import { type SloBody, sloBody } from './answer.ts';
import { sloText } from './text/text.ts';
import type { Asking, ObjectiveView } from './view.ts';

type Options = {
  /** In the order of the configuration. */
  readonly objectives: () => readonly ObjectiveView[];
  readonly clock: Clock;
  readonly draining: () => boolean;
  /** How the asking of Prometheus goes; undefined where it is not asked. */
  readonly asking: () => Asking | undefined;
};

const plain = paintFor({});

export function createRoutes({ objectives, clock, draining, asking }: Options): Routes {
  /** @returns the type of the answer and the answer */
  const answer = (views: readonly ObjectiveView[], accept: string | undefined, name?: string) => {
    const body: SloBody = sloBody(views, clock.now(), clock.wall(), { draining: draining(), asking: asking() });
    return chooseFormat(accept, false) === 'text'
      ? { type: 'text/plain; charset=utf-8', text: sloText(body, plain, name) }
      : { type: 'application/json; charset=utf-8', text: `${JSON.stringify(body)}\n` };
  };
  return (app) => {
    app.get('/slo', { config: { access: 'read' } }, (request, reply) => {
      const { type, text } = answer(objectives(), request.headers.accept);
      return reply.header('vary', 'Accept').type(type).send(text);
    });
    app.get<{ Params: { name: string } }>('/slo/:name', { config: { access: 'read' } }, (request, reply) => {
      const { name } = request.params;
      const found = objectives().filter((one) => one.name === name);
      if (found.length === 0) throw new Refusal('not_found', 'no objective has this name; /slo lists them');
      const { type, text } = answer(found, request.headers.accept, name);
      return reply.header('vary', 'Accept').type(type).send(text);
    });
  };
}
