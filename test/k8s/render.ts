// Reads a kustomization as kustomize does, as far as those of k8s/ go; anything else in one is refused, not ignored.
// `npm run test:kubernetes` compares it with kubectl's own.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const folder = fileURLToPath(new URL('../../k8s', import.meta.url));
/** Every kustomization, from k8s/. */
export const kustomizations = [
  'base',
  'overlays/plain-sidecar',
  'overlays/prometheus-operator',
  'overlays/annotations',
] as const;

export type Kubernetes = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [more: string]: unknown };
  readonly [more: string]: unknown;
};

const kustomizationSchema = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()),
  configurations: z.array(z.string()).default([]),
  namePrefix: z.string().optional(),
  patches: z
    .array(z.strictObject({ target: z.strictObject({ kind: z.string(), name: z.string() }), path: z.string() }))
    .default([]),
});
const operationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }),
  z.strictObject({ op: z.literal('remove'), path: z.string() }),
  z.strictObject({ op: z.literal('move'), from: z.string(), path: z.string() }),
]);
type Operation = z.output<typeof operationSchema>;

const fieldSchema = z.strictObject({ path: z.string(), kind: z.string().optional() });
const configurationSchema = z.strictObject({ namePrefix: z.array(fieldSchema), nameSuffix: z.array(fieldSchema) });

/** The objects of one kustomization, patched. @param path of its folder @param prefix the `namePrefix` of one around it */
export function render(path: string, prefix = ''): Kubernetes[] {
  const { objects, fields } = collect(path);
  for (const object of prefix === '' ? [] : objects) {
    for (const { path: field, kind } of fields)
      if (kind === undefined || kind === object.kind) begin(object, field, prefix);
  }
  return objects;
}

type Field = z.output<typeof fieldSchema>;

/** With the fields that a prefix reaches, those of its bases too. */
function collect(path: string): { readonly objects: Kubernetes[]; readonly fields: readonly Field[] } {
  const { resources, patches, configurations } = kustomizationSchema.parse(parse(read(path, 'kustomization.yaml')));
  const collected = resources.map((resource) =>
    resource.endsWith('.yaml')
      ? { objects: objectsOf(read(path, resource)), fields: [] }
      : collect(join(path, resource)),
  );
  const own = configurations.flatMap((file) => configurationSchema.parse(parse(read(path, file))).namePrefix);
  const objects = collected.flatMap((one) => one.objects);
  for (const { target, path: file } of patches) {
    const targets = objects.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (targets.length !== 1) throw new Error(`${path}: ${targets.length} objects are ${target.kind} ${target.name}`);
    for (const operation of z.array(operationSchema).parse(parse(read(path, file)))) patch(targets[0], operation);
  }
  return { objects, fields: [...own, ...collected.flatMap((one) => one.fields)] };
}

/** Puts the prefix before the string at a path, if there is one. https://kubectl.docs.kubernetes.io/references/kustomize/builtins/ */
function begin(object: Kubernetes, path: string, prefix: string): void {
  const keys = path.split(/(?<!\\)\//).map((key) => key.replaceAll('\\/', '/'));
  const last = keys.pop() ?? '';
  let inner: unknown = object;
  for (const key of keys) inner = (inner as Record<string, unknown> | undefined)?.[key];
  const map = inner as Record<string, unknown> | undefined;
  if (typeof map?.[last] === 'string') map[last] = prefix + map[last];
}

const read = (path: string, file: string): string => readFileSync(join(path, file), 'utf8');
const objectsOf = (text: string): Kubernetes[] => parseAllDocuments(text).map((one) => one.toJS() as Kubernetes);

/** One operation of https://www.rfc-editor.org/rfc/rfc6902 */
function patch(object: unknown, operation: Operation): void {
  if (operation.op === 'move') put(object, operation.path, take(object, operation.from), 'add');
  else if (operation.op === 'remove') take(object, operation.path);
  else put(object, operation.path, operation.value, operation.op);
}

type Container = Record<string, unknown> | unknown[];

/** The container that a pointer (https://www.rfc-editor.org/rfc/rfc6901) leads into, and the key in it. */
function find(object: unknown, pointer: string): { container: Container; key: string } {
  const key = pointer.slice(pointer.lastIndexOf('/') + 1);
  const names = dirname(pointer).split('/').slice(1);
  let container = object;
  for (const name of names) container = (container as Record<string, unknown>)[unescaped(name)];
  if (typeof container !== 'object' || container === null) throw new Error(`nothing is at ${dirname(pointer)}`);
  return { container: container as Container, key: unescaped(key) };
}

const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

function take(object: unknown, pointer: string): unknown {
  const { container, key } = find(object, pointer);
  if (!(key in container)) throw new Error(`nothing is at ${pointer}`);
  if (Array.isArray(container)) return container.splice(Number(key), 1)[0];
  const value = container[key];
  delete container[key];
  return value;
}

function put(object: unknown, pointer: string, value: unknown, op: 'add' | 'replace'): void {
  const { container, key } = find(object, pointer);
  if (op === 'replace' && !(key in container)) throw new Error(`nothing is at ${pointer}`);
  if (!Array.isArray(container)) container[key] = value;
  else container.splice(key === '-' ? container.length : Number(key), op === 'replace' ? 1 : 0, value);
}
