// Replaces Fastify's schema compilers (ajv, fast-json-stringify: 10 MB): a route's schema is zod's, bodies are ours.
// https://fastify.dev/docs/latest/Reference/Server/#schemacontroller
import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify';
import type { z } from 'zod';

const validator: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const parsed = schema.safeParse(data);
    return parsed.success ? { value: parsed.data } : { error: parsed.error };
  };

const compilersFactory = {
  buildValidator: () => validator,
  buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
};

// Fastify types these factories as ajv's own, whatever they make.
export const schemaController = { compilersFactory } as unknown as NonNullable<
  FastifyServerOptions['schemaController']
>;
