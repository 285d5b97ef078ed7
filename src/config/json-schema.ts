// The JSON Schema of the configuration file, for editors: the shapes that also read the file, told in draft 7.
import { z } from 'zod';
import type { Definition } from '../dependencies/define.ts';
import { checkName, checkShape, mostChecks, topShape } from './schema.ts';

type Json = Record<string, unknown>;

/** https://github.com/redhat-developer/yaml-language-server reads draft 7. */
export function jsonSchema(definitions: readonly Definition[]): Json {
  const toJson = (shape: z.ZodRawShape): Json =>
    z.toJSONSchema(z.strictObject(shape), { io: 'input', unrepresentable: 'any', target: 'draft-7' }) as Json;
  const top = toJson(topShape);
  const properties = top.properties as Json;
  properties.checks = {
    description: topShape.checks.description,
    type: 'object',
    maxProperties: mostChecks,
    propertyNames: { pattern: checkName.source },
    additionalProperties: {
      type: 'object',
      required: ['type'],
      properties: { type: { enum: definitions.map(({ type }) => type), description: 'what kind of dependency it is' } },
      allOf: definitions.map((definition) => ({
        if: { required: ['type'], properties: { type: { const: definition.type } } },
        // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's
        then: withoutDialect(toJson(checkShape(definition))),
      })),
    },
  };
  return {
    $schema: top.$schema,
    title: 'Sidewarden configuration',
    ...withReferences(withoutDialect(top)),
    patternProperties: { '^x-': { description: 'for YAML anchors; not read by itself' } },
  };
}

const withoutDialect = ({ $schema: _, ...rest }: Json): Json => rest;

const reference = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' };

/** Wherever one scalar is wanted, `${NAME}` may stand for it. */
function withReferences(schema: Json): Json {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === 'format') return [key, /^[a-z-]+$/.test(String(value)) ? value : undefined]; // not zod's own, `starts_with`
      if (key === 'properties' || key === 'definitions') return [key, mapValues(value as Json, withReferences)];
      if (key === 'items' || key === 'additionalProperties' || key === 'then') {
        return [key, typeof value === 'object' ? withReferences(value as Json) : value];
      }
      if (key === 'allOf' || key === 'anyOf' || key === 'oneOf') return [key, (value as Json[]).map(withReferences)];
      return [key, value];
    }),
  );
  const narrow =
    inner.pattern !== undefined ||
    inner.format !== undefined ||
    (inner.enum !== undefined && inner.const === undefined);
  const scalar = ['integer', 'number', 'boolean'].includes(String(inner.type)) || (inner.type === 'string' && narrow);
  if (!scalar) return inner;
  const { description, default: byDefault, ...rest } = inner;
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [rest, reference],
  };
}

const mapValues = (object: Json, change: (value: Json) => Json): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value as Json)]));
