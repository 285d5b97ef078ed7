// What a real kubectl and a real API server say of k8s/. No pod is started.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { folder, type Kubernetes, kustomizations, render } from '../k8s/render.ts';
import { kubectl, tell } from './cluster.ts';
import { makeNamespace, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await makeNamespace();
});
afterAll(() => stage?.remove());

test.each(kustomizations)('kubectl reads %s as the other tests do', async (name) => {
  const theirs = parseAllDocuments(await kubectl(['kustomize', `${folder}/${name}`])).map(
    (one) => one.toJS() as Kubernetes,
  );
  const sorted = (objects: readonly Kubernetes[]): readonly Kubernetes[] =>
    objects.toSorted((left, right) => left.kind.localeCompare(right.kind));
  expect(sorted(render(`${folder}/${name}`))).toEqual(sorted(theirs));
});

/** Takes all of them as one would apply them, and keeps none. */
const dryRun = (objects: readonly object[]): Promise<string> => {
  const options = ['--dry-run=server', '--server-side', '--validate=strict', '--warnings-as-errors'];
  const text = objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
  return stage.here(['apply', ...options, '-f', '-'], text);
};

test.each(kustomizations)(
  'the API server takes every object of %s under `restricted`, without a warning',
  async (name) => {
    const groups = (await kubectl(['api-versions'])).split('\n');
    const objects = render(`${folder}/${name}`);
    const known = objects.filter(({ apiVersion }) => groups.includes(apiVersion));
    tell(`${name}: ${known.map(({ kind }) => kind).join(', ')}`);
    // Kubernetes' own are known to every cluster; the operator's once its definitions are.
    const foreign = objects.filter((object) => !known.includes(object)).map(({ apiVersion }) => apiVersion);
    expect(foreign.filter((apiVersion) => !apiVersion.startsWith('monitoring.coreos.com/'))).toEqual([]);
    if (foreign.length > 0) tell('  not tried: PodMonitor, which this cluster does not know');
    expect((await dryRun(known)).trimEnd().split('\n')).toHaveLength(known.length);
  },
);

test('it refuses a field that does not exist', async () => {
  const objects = render(`${folder}/base`).map((object) => structuredClone(object) as Record<string, unknown>);
  const service = objects.find(({ kind }) => kind === 'Service') as { spec: Record<string, unknown> };
  service.spec.selectors = service.spec.selector;
  await expect(dryRun(objects)).rejects.toThrow(/spec\.selectors/);
});
