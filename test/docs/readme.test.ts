// README.md and docs/operations.md against the code: tables, the example body, Kubernetes, what has to be installed.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { put } from '../../scripts/part.ts';
import { steps } from '../../scripts/steps.ts';
import { parts } from '../../scripts/tables.ts';
import { statuses, warnings } from '../../src/core/check.ts';
import { errorClasses } from '../../src/core/failure.ts';
import { loadText, right } from '../config/load.ts';
import { makeEntry } from '../core/entries.ts';
import { routesOfFeatures } from '../features/every.ts';
import { routesOf } from '../http/routes-of.ts';
import { serve } from '../http/serve.ts';
import { allPackages } from '../servers/needed.ts';
import { installLine } from '../servers/source.ts';
import { blocks, blockWith, pages, read, root, rowsBelow } from './pages.ts';

test.each(parts.map((part) => [part.file, part.text.split('\n', 1)[0], part] as const))(
  '%s is current: %s (npm run generate writes it)',
  (file, _, part) => expect(read(file)).toBe(put(read(file), part)),
);

test('a table that is not the definitions’ is found', () => {
  const part = parts.find(({ text }) => text.includes('connect auth query'));
  if (part === undefined) throw new Error('no part');
  const stale = read(part.file).replace('connect auth query', 'connect query');
  expect(put(stale, part)).not.toBe(stale);
});

describe.each(['README.md', 'docs/endpoints.md'])('the endpoint table of %s', (page) => {
  const named = rowsBelow(page, 'path').flatMap(([paths = '']) =>
    [...paths.matchAll(/`(?:(POST|DELETE) )?(\/[^`]*)`/g)].map(([, method = 'GET', path = '']) => ({ method, path })),
  );
  const { ask, server } = serve([makeEntry('database')], { token: () => 'the-token-of-this-test' });
  beforeAll(async () => (await server.mount(await routesOfFeatures())).begin());
  const authorization = 'Bearer the-token-of-this-test';

  test('names what is served', async () => {
    expect(named.length).toBeGreaterThan(7);
    for (const { method, path } of named) {
      const url = path.replace('/slo/NAME', '/slo/availability').replace('NAME', 'database');
      expect((await ask(url, { authorization }, method as 'GET')).statusCode, `${method} ${path}`).toBe(
        path.startsWith('/ingest/') ? 202 : 200,
      );
      const openly = (await ask(url, {}, method as 'GET')).statusCode;
      const row = rowsBelow(page, 'path').find(([cell]) => cell?.includes(path));
      expect(openly === 401, `${path} needs the token`).toBe(row?.join().includes('needs the token'));
    }
  });
  test('names everything that is served', async () => {
    const { app } = serve([], {}).server;
    await app.ready();
    const served = pathsOf(app.printRoutes({ commonPrefix: false }));
    expect(served).toEqual(expect.arrayContaining(['/health', '/health/live/app', '/drain']));
    const paths = named.map(({ path }) => path);
    const parts = page === 'README.md' ? ['/metrics/checks', '/metrics/app', '/metrics/statistics'] : [];
    expect(served.filter((path) => !paths.includes(path) && !parts.includes(path))).toEqual([]);
  });
});

/** As the pages write them. */
const pathsOf = (tree: string): readonly string[] => [
  ...new Set(routesOf(tree).map((route) => route.replace(/^\S+ /, '').replace(':name', 'NAME'))),
];

test('the body in README.md fits the schema of /health', () => {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
  for (const { text } of blocks('json', ['docs/endpoints.md'])) {
    if (text.includes('"$schema"')) ajv.addSchema(JSON.parse(text));
  }
  const body = JSON.parse(blockWith('README.md', 'json', '"checks"'));
  expect(ajv.validate('health', body) ? [] : ajv.errors).toEqual([]);
  expect(ajv.validate('health', { ...body, status: 'fine' })).toBe(false);
});

test('the line that installs the system packages is the one that the scripts print', () => {
  expect(blockWith('README.md', 'sh', 'apt-get')).toBe(`${installLine(allPackages())}\n`);
});

test('the closing lines of npm test are of the steps and groups that there are, and all passed', () => {
  const shown = blockWith('README.md', 'console', '$ npm test');
  const tools = steps.filter(({ run }) => run !== undefined).map(({ name }) => name);
  const groups = steps.filter(({ run }) => run === undefined).map(({ name }) => name);
  const lines = [...shown.matchAll(/^=== (\w+): (\d+) passed in /gm)];
  expect(lines.map(([, name]) => name)).toEqual([...tools, 'tests']);
  const rows = [...shown.matchAll(/^(\w+) +\d+ +(\d+) +[\d.]+$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(groups);
  const sum = (found: readonly RegExpExecArray[]) => found.reduce((total, [, , count]) => total + Number(count), 0);
  expect(sum(rows)).toBe(Number(lines.at(-1)?.[2]));
  expect(shown).toMatch(new RegExp(`\n${sum(lines)} passed, 0 failed\n$`));
});

describe('the Kubernetes snippet', () => {
  type Probe = { httpGet: { path: string; port: string | number } };
  type Container = { name: string; ports?: { name: string; containerPort: number }[] } & Record<string, unknown>;
  const { spec } = parse(blockWith('README.md', 'yaml', 'apiVersion:')).spec.template as {
    spec: { initContainers: Container[]; containers: Container[] };
  };
  const [sidecar] = spec.initContainers;
  const [main] = spec.containers;
  const text = blockWith('README.md', 'yaml', 'checks:');
  const environment = {
    SIDEWARDEN_TOKEN: '0123456789abcdef',
    DATABASE_URL: 'postgres://shop@db/shop',
    REDIS_URL: 'redis://cache',
    ELASTICSEARCH_URL: 'https://search',
  };
  const configuration = () => right(loadText(text, environment));

  test('asks paths that exist, on the port of the configuration', async () => {
    expect(sidecar).toMatchObject({ restartPolicy: 'Always', ports: [{ containerPort: 9090 }] });
    expect(configuration().listen.map((one) => one.kind === 'tcp' && one.port)).toEqual([9090]);
    const { ask } = serve([makeEntry('app')]);
    const probes = [main, sidecar].flatMap((container) =>
      Object.entries(container ?? {})
        .filter(([key]) => key.endsWith('Probe'))
        .map(([kind, probe]) => ({ kind, container, ...(probe as Probe).httpGet })),
    );
    expect(probes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'livenessProbe /healthz',
      'startupProbe /health/startup',
      'readinessProbe /health/ready',
      'livenessProbe /health/live',
    ]);
    for (const { path, port, container } of probes) {
      if (container === main) {
        expect(text, 'the service itself').toContain(path);
        continue;
      }
      expect((await ask(path)).statusCode, path).toBe(200);
      const number = container?.ports?.find(({ name }) => name === port)?.containerPort ?? port;
      expect(number).toBe(9090);
    }
  });
  test('the variables of the configuration beside it are named', () => {
    expect(configuration().checks).toHaveLength(4);
    const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name).sort();
    expect(names).toEqual(Object.keys(environment).sort());
    for (const name of names) expect(blockWith('README.md', 'yaml', 'apiVersion:')).toContain(name);
  });
});

test('docs/operations.md has a row for every status, class, warning and exit code', () => {
  const firsts = (header: string) =>
    rowsBelow('docs/operations.md', header).map(([cell = '']) => cell.replaceAll('`', ''));
  expect(firsts('`status`')).toEqual([...statuses]);
  expect(firsts('class')).toEqual([...errorClasses]);
  expect(firsts('warning')).toEqual([...warnings]);
  expect(firsts('code')).toEqual(['0', '1', '2', '78']);
});

test('docs/README.md lists every page, and docs/runbooks/README.md every runbook', () => {
  const listed = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  for (const page of listed) {
    const folder = /^docs\/runbooks\/(?!README)/.test(page) ? 'docs/runbooks/' : 'docs/';
    expect(read(`${folder}README.md`), page).toContain(`](${page.slice(folder.length)})`);
  }
});

test('README.md speaks of as many classes as there are', () => {
  expect(read('README.md')).toContain(`one of ${errorClasses.length} classes`);
});

test('the picture has a title and both colour schemes', () => {
  const picture = readFileSync(`${root}docs/dataflow.svg`, 'utf8');
  expect(picture).toContain('prefers-color-scheme: dark');
  expect(picture).toContain('<title');
});
