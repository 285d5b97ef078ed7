// A toy: a page of what the checks do, by Server-Sent Events.
import { z } from 'zod';
import { defineFeature, type House, type Live } from '../../../src/features/define.ts';
import { createEventStream } from '../../../src/http/event-stream.ts';

const settings = z.strictObject({ title: z.string().default('Shop') }).describe('a page of what happens');
type Settings = z.output<typeof settings>;

export const page = defineFeature({
  key: 'page',
  settings,
  load: async () => ({
    begin({ title }: Settings, { board }: House): Live {
      const stream = createEventStream();
      return {
        consumer: {
          name: 'page',
          accept(event) {
            if (event.kind === 'observation') stream.send({ event: event.after.status, data: { check: event.check } });
          },
        },
        routes(app) {
          app.get('/page', { config: { access: 'open' } }, () => ({ title, checks: board.entries().length }));
          app.get('/page/events', { config: { access: 'read' } }, (_, reply) =>
            stream.open(reply, [{ event: 'title', data: title }]),
          );
        },
        close: stream.close,
      };
    },
  }),
});
