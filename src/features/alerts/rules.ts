// The part `rules`: alerts and recording rules, as a file that Prometheus reads or as an object of its operator.

import { defineGenerator, type Facts, type Format, type GeneratedFile, type Mistake } from '../generate.ts';
import { originLine } from '../generated-by.ts';
import { scopeOf, sorted } from '../prometheus/scope.ts';
import { chosen } from './chosen.ts';
import { promDuration } from './duration.ts';
import { notesOn } from './notes.ts';
import type { Recording } from './pack.ts';
import { alertRules, type Override, type Rule, recordingRule } from './rule.ts';
import { type AlertSettings, type AlertsSettings, overrideOf } from './settings.ts';
import { yamlOf } from './yaml.ts';

type Group = { readonly name: string; readonly interval?: string; readonly rules: readonly Rule[] };

/** Of rules that read many samples. Twice of it is less than 5 minutes, after which a series counts as gone. */
const longInterval = '2m';

function groupsOf(settings: AlertsSettings, facts: Facts): readonly Group[] {
  const scope = scopeOf(settings, {
    ...{ service: facts.service, namespace: facts.namespace, app: facts.settingsOf('app') },
    own: facts.checks.filter(({ own }) => own).map(({ name }) => name),
  });
  const { runbooks } = settings;
  const asked = {
    ...{ scope, labels: sorted(settings.labels), annotations: sorted(settings.annotations) },
    ...(runbooks === undefined ? {} : { runbooks }),
  };
  return chosen(settings, facts).flatMap(({ pack, recordings, alerts }): readonly Group[] => {
    const name = `${facts.service}.${pack.name}`;
    const written = (some: readonly Recording[]): readonly Rule[] => some.map((one) => recordingRule(one, scope));
    const long = recordings.filter((one) => one.long === true);
    const rules = [
      ...written(recordings.filter((one) => one.long !== true)),
      ...alerts.flatMap((alert) => {
        const override = overrideOf(settings, alert.name);
        return alertRules(
          alert,
          pack,
          override === undefined ? asked : { ...asked, override: asRule(override) },
          facts,
        );
      }),
    ];
    return [
      ...(long.length === 0 ? [] : [{ name: `${name}.long`, interval: longInterval, rules: written(long) }]),
      { name, rules },
    ];
  });
}

const asRule = ({ for: ms, labels, annotations, ...rest }: AlertSettings): Override => ({
  ...rest,
  for: ms === undefined ? undefined : promDuration(ms),
  labels: labels && sorted(labels),
  annotations: annotations && sorted(annotations),
});

/** A name as files and objects of Kubernetes have it; undefined: nothing of it can stand there. */
const slug = (name: string, most: number): string | undefined =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, most)
    .replace(/-+$/, '') || undefined;

/** Most that a label of Kubernetes has. */
const labelLength = 63;
/** Most that a name of Kubernetes has is 253; ours has a word behind it. */
const nameLength = 200;

/** What the values of `select` tell apart has names of its own. */
const nameOf = (service: string, select: Readonly<Record<string, string>>): string =>
  slug([slug(service, nameLength) ?? 'service', ...Object.values(sorted(select))].join('-'), nameLength) ?? 'service';

function generate(settings: AlertsSettings, facts: Facts, format: Format): readonly GeneratedFile[] {
  const groups = groupsOf(settings, facts);
  const { service, namespace } = facts;
  const name = nameOf(service, settings.select);
  const text = (content: object): string =>
    yamlOf(content, [
      originLine({ part: 'rules', format, service, select: sorted(settings.select) }),
      'To change an alert, write it below `alerts` in the configuration of the service, and generate again.',
    ]);
  if (format === 'files') return [{ path: `${name}-rules.yaml`, text: text({ groups }) }];
  const labels = {
    'app.kubernetes.io/name': slug(service, labelLength) ?? 'service',
    'app.kubernetes.io/component': 'sidewarden',
  };
  const metadata = { name: `${name}-sidewarden`, ...(namespace === undefined ? {} : { namespace }), labels };
  const object = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups } };
  return [{ path: `${name}-prometheusrule.yaml`, text: text(object) }];
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const namespaceForm = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const mistakesOf = (_: AlertsSettings, { namespace }: Facts, format: Format): readonly Mistake[] =>
  format !== 'kubernetes' || namespace === undefined || namespaceForm.test(namespace)
    ? []
    : [
        {
          path: 'namespace',
          message: 'is no name of a namespace of Kubernetes, in which the object is to be',
          fix: 'write up to 63 of a-z, 0-9 and -, with a letter or digit at both ends',
        },
      ];

export const generator = defineGenerator<AlertsSettings>({ generate, notes: notesOn, mistakes: mistakesOf });
