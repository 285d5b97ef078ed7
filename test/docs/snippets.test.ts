// What the pages show holds: configurations load, JSON parses, links lead somewhere, commands and paths exist.
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../src/cli/commands.ts';
import { featureCommands } from '../../src/cli/feature-commands.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { features } from '../../src/features/index.ts';
import { loadText } from '../config/load.ts';
import { makeEntry } from '../core/entries.ts';
import { routesOfFeatures } from '../features/every.ts';
import { serve } from '../http/serve.ts';
import { blocks, pageOfFeature, pages, read, root } from './pages.ts';

/** A value for each variable that a string names as `${NAME}`. */
const samples: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://shop:a-password@db.example.com/shop',
  ELASTICSEARCH_URL: 'https://search.example.com:9200',
  REDIS_URL: 'redis://cache.example.com',
  SIDEWARDEN_TOKEN: '0123456789abcdef',
};

/** Of Sidewarden, where others are Kubernetes' objects, and Prometheus' jobs and rules. */
const isConfiguration = (text: string): boolean => !/^(apiVersion|scrape_configs|groups):/m.test(text);
/** Of checks, and of metrics in the mappings of `app`. */
const types = new Set<string>(definitions.map(({ type }) => type));
const known = new Set([...types, 'counter', 'gauge', 'histogram']);
/** CONTRIBUTING.md shows a type that does not exist yet; its test adds it. */
const usesKnownTypes = (text: string): boolean =>
  [...text.matchAll(/\btype: (\w+)/g)].every(([, type = '']) => known.has(type));

describe('configurations', () => {
  const all = blocks('yaml').filter(({ text }) => isConfiguration(text) && usesKnownTypes(text));

  test('there are some in the pages of all types', () => {
    for (const type of types) expect(all.map(({ page }) => page)).toContain(`docs/${type}.md`);
    expect(all.map(({ page }) => page)).toContain('README.md');
  });

  test.each(all.map(({ page, text }, index) => [`${page} (${index + 1})`, text] as const))('%s loads', (_, text) => {
    const named = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    const environment = Object.fromEntries(named.map((name) => [name, samples[name] ?? 'a-value-of-a-variable']));
    const loaded = loadText(text, environment);
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    expect(loaded.ok && loaded.configuration.checks.length).toBe(
      Object.keys((parse(text) as { checks?: object }).checks ?? {}).length,
    );
  });
});

test('every other YAML and every JSON block can be read', () => {
  for (const { text } of blocks('yaml')) expect(() => parse(text)).not.toThrow();
  for (const { page, text } of blocks('json')) expect(() => JSON.parse(text), `${page}: ${text}`).not.toThrow();
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  const prose = read(page).replaceAll(/^```.*?^```$/gms, '');
  const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#', 2);
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(root + file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
  expect(broken).toEqual([]);
});

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

test.each(pages)('the commands that %s names exist', (page) => {
  const text = read(page);
  const run = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name);
  expect(run.filter((name) => !scripts.includes(name))).toEqual([]);
  const own = [...text.matchAll(/[`$] ?sidewarden ([a-z][\w-]*)/g)].map(([, name = '']) => name);
  const all = { ...commands, ...featureCommands() };
  expect(own.filter((name) => !(name in all))).toEqual([]);
  const files = [...text.matchAll(/\bnode ((?:scripts|test)\/[\w./-]+)/g)].map(([, path = '']) => path);
  expect(files.filter((path) => !existsSync(root + path))).toEqual([]);
});

test('the variables of CONTRIBUTING.md are read', () => {
  const code = globSync('test/{servers,contract,faults,kubernetes}/*.ts', { cwd: root }).map(read).join('');
  const variables = new Set(read('CONTRIBUTING.md').match(/SIDEWARDEN_TEST_\w+/g));
  expect(variables.size).toBeGreaterThan(5);
  expect([...variables].filter((name) => !code.includes(name))).toEqual([]);
});

test('what the pages ask with curl is answered', async () => {
  const isExample = (page: string): boolean => page === 'CONTRIBUTING.md'; // its page is judged in the copy of the tree
  const asked = pages.flatMap((page) =>
    [
      ...(isExample(page) ? '' : read(page)).matchAll(
        /\bcurl (?:[^\n`]*? )?'?(?:http:\/\/)?(?:localhost|127\.0\.0\.1)(?::\d+)?(\/[^\s'`]*)/g,
      ),
    ].map(([command, path = '']) => ({ page, path, method: /-X (\w+)/.exec(command)?.[1] ?? 'GET' })),
  );
  expect(asked.length).toBeGreaterThan(5);
  const { ask, server } = serve([makeEntry('database')], { token: () => 'the-token-of-this-test' });
  (await server.mount(await routesOfFeatures())).begin();
  const ofFeatures = features.map(({ key }) => pageOfFeature(key));
  for (const { page, path, method } of asked) {
    const { statusCode } = await ask(path, { authorization: 'Bearer the-token-of-this-test' }, method as 'GET');
    const where = `${page}: ${method} ${path}`;
    if (!ofFeatures.includes(page)) expect([200, 503], where).toContain(statusCode);
    else expect([401, 403, 404, 405], where).not.toContain(statusCode); // a body is not read from the page
  }
});
