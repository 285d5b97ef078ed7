// A schema of a custom resource, as the API server uses it.
import { Ajv, type AnySchemaObject } from 'ajv';

/** The schema with every object closed, as the API server treats fields that are not in one under strict validation. */
function closed(schema: AnySchemaObject): AnySchemaObject {
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === 'properties')
      return [key, Object.fromEntries(Object.entries(value).map(([k, v]) => [k, closed(v as AnySchemaObject)]))];
    return [key, key === 'items' ? closed(value) : value];
  });
  const result = Object.fromEntries(entries) as AnySchemaObject;
  const isOpen = result.properties === undefined || result.additionalProperties !== undefined;
  return isOpen ? result : { ...result, additionalProperties: false };
}

/** @returns what is wrong with an object, a line for each mistake */
export function checkerOf(schema: AnySchemaObject): (object: unknown) => readonly string[] {
  const whole = closed(schema);
  const metadata = { type: 'object', required: ['name'] };
  const check = new Ajv({ strict: false, allErrors: true }).compile({
    ...whole,
    properties: { ...whole.properties, metadata },
  });
  return (object) =>
    check(object) ? [] : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
