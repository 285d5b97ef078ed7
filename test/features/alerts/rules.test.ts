// What is generated of the whole catalogue, as Prometheus and its operator read it, and what of it derives.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { knownAlerts } from '../../../scripts/known-alerts.ts';
import { jsonSchema } from '../../../src/config/json-schema.ts';
import { definitions } from '../../../src/dependencies/index.ts';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { overrideOf, settings } from '../../../src/features/alerts/settings.ts';
import { runHere } from '../../cli/run-here.ts';
import { fileOf } from '../../config/load.ts';
import { root } from '../../docs/pages.ts';
import { checkerOf } from '../../k8s/closed.ts';
import schema from '../../k8s/prometheus-rule.schema.json' with { type: 'json' };
import { removeFolder, runFolder } from '../../servers/process.ts';
import { promtoolMajor, runPromtool } from '../../servers/prometheus.ts';
import { everything, generated } from './generated.ts';

let folder: string;
beforeAll(async () => {
  folder = await runFolder('generated-rules');
});
afterAll(() => removeFolder(folder));

const all = `${everything}alerts: { packs: [auto, kubernetes], external: [cluster], prefix: Shop, runbooks: 'https://r/{alert}' }\n`;
const alerts = packs.flatMap((pack) => pack.alerts);

describe('promtool finds nothing wrong', () => {
  test.each([
    ['as it is', everything],
    ['with all packs, and what can be said of all', all],
    [
      'with a name that has to be quoted',
      'service: "a \\"shop\\" \\\\ ü"\nnamespace: "x\\"y"\nalerts: { packs: [auto, kubernetes] }\n',
    ],
  ])('%s', async (_, text) => {
    const { code, stdout, stderr, rules } = await generated(text);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, stdout);
    const lint = ['--lint=all', '--lint-fatal'];
    const said = await runPromtool(['check', 'rules', ...((await promtoolMajor()) >= 2 ? lint : []), file]);
    expect(said.code, said.output).toBe(0);
    expect(said.output).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});

describe('the name of the service', () => {
  const named = (service: string) =>
    generated(
      `service: ${JSON.stringify(service)}\nalerts: { packs: [auto, kubernetes], jobs: { app: ${JSON.stringify(service)} } }\n`,
    );

  test.each(['shop$threshold', 'a $service $own $<0> b', 'sum by (x) on (y)', 'two  spaces {}[ $app_x'])(
    'is never taken for notation: %j',
    async (service) => {
      const { code, stderr, rules, alert } = await named(service);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const usual = await named('shop');
      expect(rules).toHaveLength(usual.rules.length);
      for (const [index, { expr, labels }] of rules.entries()) {
        expect(labels?.service).toBe(service);
        // But for the name it is what a plain name gives.
        const plain = usual.rules[index]?.expr ?? '';
        const quote = (text: string) => JSON.stringify(text).slice(1, -1);
        const inRegex = quote(service.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
        const renamed = plain
          .replaceAll(/(deployment|pod)=~"shop/g, (_, label: string) => `${label}=~"${inRegex}`)
          .replaceAll(/(service="|job="|deployment=")shop/g, (_, before: string) => `${before}${quote(service)}`);
        expect(expr.replace('-app"', '"')).toBe(renamed.replace('-app"', '"'));
      }
      expect(alert('DependencyDown')?.expr).toContain(`service=${JSON.stringify(service)}`);
      const file = join(folder, 'named.yaml');
      writeFileSync(file, (await named(service)).stdout);
      expect((await runPromtool(['check', 'rules', file])).output).toContain(`SUCCESS: ${rules.length} rules found`);
    },
  );
});

describe('nobody is woken by a cause', () => {
  const notes = async (alerts: string, required = true) =>
    (
      await generated(
        `service: shop\nchecks: { db: { type: redis, url: 'redis://r', required: ${required} }, web: { type: http, url: 'http://127.0.0.1/', required: ${required} } }\nalerts: { ${alerts} }\n`,
      )
    ).stderr;
  const down = (what: string) => `: no page says that ${what} is down; what follows from it pages instead\n`;
  test.each([
    ['disabled: [DependencyDown]', `note: alerts.disabled names DependencyDown${down('a required dependency')}`],
    ['disabled: [AppDown]', `note: alerts.disabled names AppDown${down('the service')}`],
    [
      'DependencyDown: { severity: warning }',
      `note: alerts.DependencyDown is no longer critical${down('a required dependency')}`,
    ],
    [
      'packs: [kubernetes]',
      ...[
        `note: alerts.packs is without probes, and so without DependencyDown${down('a required dependency')}` +
          `note: alerts.packs is without probes, and so without AppDown${down('the service')}`,
      ],
    ],
    ['DependencyDown: { severity: critical, for: 5m }, disabled: [DependencySlow]', ''],
  ])('%s', async (alerts, note) => {
    expect(await notes(alerts)).toBe(note);
    expect(await notes(alerts, false)).toBe('');
  });
});

describe('as an object of the operator', () => {
  const mistakesOf = checkerOf(schema);
  const objectOf = async (text: string) =>
    parse((await runHere(['generate', 'rules', '--format', 'kubernetes', '--config', fileOf(text)])).stdout);

  test('it fits the schema, and has the same groups', async () => {
    const object = await objectOf(all);
    expect(mistakesOf(object)).toEqual([]);
    expect(object).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'shop-sidewarden',
        labels: { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/component': 'sidewarden' },
      },
      spec: { groups: (await generated(all)).groups },
    });
  });
  test('it has the namespace where one is configured', async () => {
    expect((await objectOf(`namespace: prod\n${everything}`)).metadata.namespace).toBe('prod');
  });
  test('a broken one is found', async () => {
    const object = await objectOf(everything);
    object.spec.groups[0].rules[0].forr = '5m';
    object.spec.groups[0].rules[1].for = '1.5h';
    expect(mistakesOf(object)).toHaveLength(2);
  });
});

describe('the rules', () => {
  test('are all alerts of the packs that are on, in the order of the catalogue', async () => {
    const { rules, groups } = await generated(all);
    const wanted = groups.map(({ name }) => name.replace('shop.', ''));
    expect(packs.map(({ name }) => name as string).filter((name) => wanted.includes(name))).toEqual(wanted);
    const names = rules.flatMap(({ alert }) => alert ?? []);
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual(alerts.map(({ name }) => `Shop${name}`).filter((name) => names.includes(name)));
    for (const { rules: ofGroup } of groups)
      expect(ofGroup.findLastIndex(({ record }) => record !== undefined)).toBeLessThan(
        ofGroup.findIndex(({ alert }) => alert !== undefined) === -1
          ? ofGroup.length
          : ofGroup.findIndex(({ alert }) => alert !== undefined),
      );
  });
  test('that a rule reads are there, whatever is disabled', async () => {
    const some = alerts.filter((_, index) => index % 2 === 0).map(({ name }) => name);
    for (const text of [all, `${everything}alerts: { disabled: [${some.join(', ')}] }\n`]) {
      const { rules } = await generated(text);
      const recorded = rules.flatMap(({ record }) => record ?? []);
      const read = rules.flatMap(({ expr }) => [...expr.matchAll(/\b\w+:\w+:\w+/g)].map(([name]) => name));
      expect(read.filter((name) => !recorded.includes(name))).toEqual([]);
      expect(new Set(recorded).size).toBe(recorded.length);
    }
  });
});

describe('what is known of the catalogue', () => {
  test('is current: `npm run generate` writes it', () => {
    expect(readFileSync(join(root, 'src/features/alerts/known.ts'), 'utf8')).toBe(knownAlerts());
  });
  test('stands in the JSON Schema, so that editors complete names', () => {
    const { properties, definitions: shared } = jsonSchema(definitions) as {
      properties: { alerts: { properties: Record<string, object> } };
      definitions: { alert: { properties: object } };
    };
    for (const { name } of alerts)
      expect(properties.alerts.properties[name]).toEqual({ allOf: [{ $ref: '#/definitions/alert' }] });
    expect(Object.keys(shared.alert.properties)).toEqual([
      ...['threshold', 'for', 'severity', 'labels', 'annotations', 'runbook'],
    ]);
    expect(JSON.stringify(properties.alerts.properties.disabled)).toContain(
      JSON.stringify(alerts.map(({ name }) => name)),
    );
  });
  test('takes every alert as a key, and each threshold within its own range', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    for (const { name, threshold } of alerts) {
      const parsed = settings.parse({ [name]: { for: '1m' } });
      expect(overrideOf(parsed, name)).toEqual({ for: 60_000 });
      if (threshold === undefined) continue;
      expect(threshold.value, name).toBeGreaterThanOrEqual(threshold.least);
      expect(threshold.value, name).toBeLessThanOrEqual(threshold.most);
    }
  });
});
