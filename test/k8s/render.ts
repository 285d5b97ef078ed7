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

/** The objects of one kustomization, patched. @param path of its folder */
export function render(path: string): Kubernetes[] {
  const { resources, patches } = kustomizationSchema.parse(parse(read(path, 'kustomization.yaml')));
  const objects = resources.flatMap((resource) =>
    resource.endsWith('.yaml') ? objectsOf(read(path, resource)) : render(join(path, resource)),
  );
  for (const { target, path: file } of patches) {
    const targets = objects.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (targets.length !== 1) throw new Error(`${path}: ${targets.length} objects are ${target.kind} ${target.name}`);
    for (const operation of z.array(operationSchema).parse(parse(read(path, file)))) patch(targets[0], operation);
  }
  return objects;
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
