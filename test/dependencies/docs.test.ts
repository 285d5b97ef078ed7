// Each type has a contract suite, and a page in docs/ that says everything its definition declares, with valid examples.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';

/** Names of all properties in a JSON Schema, nested ones with their path. */
function optionsOf(schema: { properties?: Record<string, object> }, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const nested = optionsOf(inner, `${path}${name}.`);
    return nested.length > 0 ? nested : [`${path}${name}`];
  });
}

describe.each(definitions.map((one) => [one.type, one as unknown as Definition]))('docs/%s.md', (type, definition) => {
  const read = (): string => readFileSync(new URL(`../../docs/${type}.md`, import.meta.url), 'utf8');

  test('has a file in test/contract/ that runs the suite', () => {
    expect(existsSync(new URL(`../contract/${type}.test.ts`, import.meta.url)), `test/contract/${type}.test.ts`).toBe(
      true,
    );
  });

  test('has a table row for every option, phase and class', () => {
    const page = read();
    const schema = z.toJSONSchema(z.object(definition.settings), { io: 'input', unrepresentable: 'any' });
    const wanted = [...optionsOf(schema as object), ...definition.phases, ...definition.classes];
    const missing = wanted.filter((name) => !page.includes(`\n| \`${name}\``));
    expect(missing).toEqual([]);
  });

  test('has no row for a class that the type cannot have', () => {
    const page = read();
    const errors = page.slice(page.indexOf('\n## Errors'));
    const rows = [...errors.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(rows.filter((name) => !definition.classes.some((known) => known === name))).toEqual([]);
  });

  test('has examples that are settings without a problem', () => {
    const examples = [...read().matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parseYaml(text ?? ''));
    const checks = examples.flatMap(({ checks: named = {} }) =>
      Object.values(named as Record<string, Record<string, unknown>>),
    );
    expect(checks.length).toBeGreaterThan(0);
    for (const { type: given, url, ...rest } of checks) {
      expect(given).toBe(type);
      const address = typeof url !== 'string' ? {} : { url: url.startsWith('${') ? sampleUrls[type] : url };
      const own = Object.entries({ ...rest, ...address }).filter(([name]) => !common.has(name));
      const parsed = z.strictObject(definition.settings).parse(Object.fromEntries(own));
      expect(definition.problems?.(parsed) ?? []).toEqual([]);
    }
  });
});

/** What every check can be told, whatever its type. */
const common = new Set([
  'interval',
  'cron',
  'timeout',
  'gates',
  'required',
  'failure_threshold',
  'success_threshold',
  'slow_after',
  'wait_for',
  'max_connection_age',
]);

/** For examples whose URL is a variable. */
const sampleUrls: Record<string, string> = {
  postgres: 'postgres://user@db.example.com/shop',
  elasticsearch: 'https://search.example.com:9200',
  redis: 'redis://cache.example.com',
};
