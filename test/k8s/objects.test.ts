// The objects of k8s/ against the schemas of Kubernetes and of the Prometheus operator; a broken one is found.
import { beforeAll, describe, expect, test } from 'vitest';
import { validate } from '../servers/kubernetes-validate.ts';
import { checkerOf } from './closed.ts';
import podMonitorSchema from './pod-monitor.schema.json' with { type: 'json' };
import { folder, type Kubernetes, kustomizations, render } from './render.ts';

const isOperators = ({ apiVersion }: Kubernetes): boolean => apiVersion.startsWith('monitoring.coreos.com/');
const versions = ['1.29', '1.34', '1.37'];
const path = (name: string): string => `${folder}/${name}`;

const mistakesOf = checkerOf(podMonitorSchema);

describe('every object fits its schema, with no unknown field', () => {
  const kubernetesOwn = (name: string) => render(path(name)).filter((object) => !isOperators(object));
  let found: readonly (readonly string[])[];
  let older: readonly (readonly string[])[];
  beforeAll(async () => {
    found = await validate(kustomizations.map(kubernetesOwn), versions);
    older = await validate([kubernetesOwn('overlays/plain-sidecar')], ['1.27', '1.28']);
  });

  test.each(kustomizations)('%s', (name) => {
    expect(found[kustomizations.indexOf(name)]).toEqual([]);
    if (name === 'overlays/plain-sidecar') expect(older).toEqual([[]]);
    for (const object of render(path(name)).filter(isOperators)) expect(mistakesOf(object)).toEqual([]);
  });
});

describe('a broken object is found', () => {
  const sidecar = '/spec/template/spec/initContainers/0';
  type Loose = Record<string, unknown>;
  const at = (object: unknown, pointer: string): Loose =>
    pointer
      .split('/')
      .slice(1)
      .reduce((inner, key) => (inner as Loose)[key] as Loose, object as Loose);

  const mistakes = [
    ['an unknown field of a container', 'Deployment', sidecar, { livenesProbe: {} }, /livenesProbe/],
    ['a probe with a number that is none', 'Deployment', `${sidecar}/startupProbe`, { periodSeconds: 'soon' }, /soon/],
    ['a field that is missing', 'PodDisruptionBudget', '', { kind: 'PodDisruptionBudgett' }, /schema/],
    ['an unknown field of a policy', 'NetworkPolicy', '/spec', { ingres: [] }, /ingres/],
  ] as const;
  let found: readonly (readonly string[])[];
  beforeAll(async () => {
    const sets = mistakes.map(([, kind, pointer, broken]) => {
      const objects = render(path('base'));
      const one = objects.find((object) => object.kind === kind);
      Object.assign(at(one, pointer), broken);
      return objects;
    });
    found = await validate(sets, ['1.34']);
  });
  test.each(mistakes.map(([name, , , , said], place) => [name, said, place] as const))('%s', (_, said, place) => {
    expect(found[place]?.join('\n')).toMatch(said);
  });

  test.each([
    ['an unknown field of an endpoint', '/spec/podMetricsEndpoints/0', { pathh: '/metrics' }],
    ['a port that is no name', '/spec/podMetricsEndpoints/0', { port: {} }],
    ['an interval without a unit', '/spec/podMetricsEndpoints/0', { interval: '15' }],
    ['an unknown field beside the selector', '/spec', { endpoints: [] }],
  ])('of the operator: %s', (_, pointer, broken) => {
    const [monitor] = render(path('overlays/prometheus-operator')).filter(isOperators);
    expect(mistakesOf(monitor)).toEqual([]);
    Object.assign(at(monitor, pointer), broken);
    expect(mistakesOf(monitor)).not.toEqual([]);
  });
});
