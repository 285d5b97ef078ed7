// The example, the JSON Schema and the page about configuration say what the code does.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variables } from '../../src/config/environment.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { checkShape, topShape } from '../../src/config/schema.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { features } from '../../src/features/index.ts';
import { pageOfFeature } from '../docs/pages.ts';
import { loadText, right, wrong } from './load.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const example = new URL('../../config/sidewarden.yaml', import.meta.url).pathname;
const environment = {
  SIDEWARDEN_TOKEN: '0123456789abcdef',
  DATABASE_URL: 'postgres://shop:hunter2@db/shop',
  ELASTICSEARCH_URL: 'https://search:9200',
  REDIS_URL: 'rediss://cache',
};

test('the example loads', () => {
  const found = loadConfiguration({ arguments: { config: example }, environment });
  const loaded = right(found);
  // What stands there on purpose needs no note: only the file of this machine is absent here.
  expect(found.ok && found.notes).toEqual([expect.stringContaining('/run/secrets/es cannot be read')]);
  expect(loaded.checks.map(({ name, definition, gates }) => [name, definition.type, gates.join()])).toEqual([
    ['database', 'postgres', 'ready'],
    ['search', 'elasticsearch', ''],
    ['sessions', 'redis', 'ready'],
    ['keys', 'kms', 'admit'],
    ['app', 'http', 'ready,live'],
    ['edge-certificate', 'tls', ''],
  ]);
});

test('config/schema.json is current: `node scripts/schema.mjs` writes it', () => {
  expect(JSON.parse(read('config/schema.json'))).toEqual(jsonSchema(definitions));
});

test('the JSON Schema accepts the example, and refuses what the loader refuses', async () => {
  const server = Fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allowUnionTypes: true } },
  });
  server.post('/', { schema: { body: jsonSchema(definitions) } }, () => 'valid');
  const validate = async (value: unknown) =>
    (await server.inject({ method: 'POST', url: '/', payload: value as object })).body;
  const right: unknown = parse(readFileSync(example, 'utf8'));
  expect(await validate(right)).toBe('valid');
  expect(
    await validate({ checks: { a: { type: 'redis', url: 'redis://x', required: '${A}', gates: ['${B}'] } } }),
  ).toBe('valid');
  expect(
    await validate({
      slos: { a: { indicator: { ratio: { good: 'a', total: 'b' } }, objective: '${GOAL}', window: '30d', sla: 99 } },
      prometheus: { url: 'http://prometheus:9090', retention: '30d' },
    }),
  ).toBe('valid');
  for (const wrongValue of [
    { listn: 'x' },
    { drain_delay: 5 },
    { checks: { A: { type: 'redis', url: 'redis://x' } } },
    { checks: { 'x-a': { type: 'redis', url: 'redis://x' } } },
    { checks: { a: { type: 'reddis' } } },
    { checks: { a: { url: 'redis://x' } } },
    { checks: { a: { type: 'redis', url: 'redis://x', gates: ['red'] } } },
    { checks: { a: { type: 'kms' } } },
    { slos: { A: { indicator: { ready: true }, objective: 99 } } },
    { slos: { a: { indicator: { ready: true }, objective: 100 } } },
    { slos: { a: { indicator: { ready: true }, objective: 0.999 } } },
    { slos: { a: { indicator: { ready: true }, objective: 99, window: 30 } } },
    { slos: { a: { indicator: { chek: 'a' }, objective: 99 } } },
    { prometheus: { retention: 30 } },
  ]) {
    expect(await validate(wrongValue), JSON.stringify(wrongValue)).not.toBe('valid');
  }
  await server.close();
});

test('docs/configuration.md, and the pages of features, name every key, variable and default', () => {
  const ofFeatures = features.map(({ key }) => pageOfFeature(key));
  const page = ['docs/configuration.md', ...ofFeatures].map(read).join('\n');
  const rowOf = (key: string): string => page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
  for (const { name, path } of variables) expect(rowOf(path.join('.')), path.join('.')).toContain(`\`${name}\``);
  for (const key of Object.keys(topShape)) expect(rowOf(key), key).not.toBe('');
  for (const definition of definitions) {
    const own = Object.keys(definition.settings);
    for (const key of Object.keys(checkShape(definition)).filter((name) => !own.includes(name)))
      expect(rowOf(key), key).not.toBe('');
    expect(rowOf('type')).toContain(`\`${definition.type}\``);
  }
  const schema = z.toJSONSchema(z.strictObject(topShape), { io: 'input', unrepresentable: 'any' });
  type Inner = { default?: unknown; $ref?: string; allOf?: readonly { $ref?: string }[] };
  const properties = schema.properties as Record<string, { default?: unknown; properties?: Record<string, Inner> }>;
  for (const [key, { default: byDefault, properties: inner }] of Object.entries(properties)) {
    if (typeof byDefault !== 'object' && byDefault !== undefined) expect(rowOf(key)).toContain(`\`${byDefault}\``);
    for (const [
      name,
      { default: one, allOf: [{ $ref: shared = undefined } = {}] = [], $ref = shared },
    ] of Object.entries(inner ?? {})) {
      const shown = Array.isArray(one) ? `[${one.join(', ')}]` : one instanceof Object ? JSON.stringify(one) : one;
      const row = $ref === undefined ? name : `<${$ref.replace(/^.*\//, '')}>`; // of many that are alike
      expect(rowOf(`${key}.${row}`), `${key}.${name}`).toContain(one === undefined ? '| none |' : `| \`${shown}\` |`);
    }
  }
});

test('the mistakes that the page shows are the ones that are printed', () => {
  const text = [
    '# a service',
    'checks:',
    '  database:',
    '    type: redis',
    '    interval: 5',
    '    periodSeconds: 10',
    '    gates:  [live]',
    '    url: redis://x',
  ].join('\n');
  const printed = formatProblems(wrong(loadText(text)).map((problem) => ({ ...problem, file: 'sidewarden.yaml' })));
  expect(read('docs/configuration.md')).toContain(`\`\`\`\n${printed}\n\`\`\``);
});

test('no setting of a type hides one that every check has', () => {
  for (const definition of definitions) {
    const common = Object.keys(checkShape({ ...definition, settings: {} }));
    expect(
      common.filter((key) => key in definition.settings),
      definition.type,
    ).toEqual([]);
  }
});
