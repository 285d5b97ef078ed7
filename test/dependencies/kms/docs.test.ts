// docs/kms.md names everything that a check of the type can say or take, and its examples hold.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { kms } from '../../../src/dependencies/kms/index.ts';

const page = readFileSync(new URL('../../../docs/kms.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

const schema = z.toJSONSchema(z.strictObject(kms.settings), { io: 'input', unrepresentable: 'any' });

/** `tls.ca_file` and the like, down to the leaves. */
function optionsOf(node: z.core.JSONSchema.BaseSchema, path = ''): string[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    typeof child === 'object' ? optionsOf(child, path === '' ? name : `${path}.${name}`) : [],
  );
  return inner.length > 0 ? inner : [path];
}

test.each([...kms.phases, ...kms.classes])('has a row for `%s`', (name) => {
  expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
});

test('has a row for every option', () => {
  const options = optionsOf(schema);
  expect(options).toEqual(expect.arrayContaining(['key_id', 'round_trip.interval', 'tls.server_name']));
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  for (const option of options) {
    expect(
      rows.some((row) => row.split('|')[1]?.includes(`\`${option}\``)),
      option,
    ).toBe(true);
  }
});

test('the example is valid', () => {
  const { checks } = parse(block('yaml')) as { checks: Record<string, Record<string, unknown>> };
  const { type, ...settings } = checks.keys ?? {};
  expect(type).toBe('kms');
  expect(z.strictObject(kms.settings).parse(settings).round_trip?.context).toEqual({ purpose: 'health' });
});

test('the policy allows just the three calls, the costly two under the example’s context only', () => {
  const { Statement } = JSON.parse(block('json')) as { Statement: { Action: string | string[]; Condition?: object }[] };
  expect(Statement.flatMap(({ Action }) => Action)).toEqual(['kms:DescribeKey', 'kms:Encrypt', 'kms:Decrypt']);
  expect(Statement[1]?.Condition).toEqual({ StringEquals: { 'kms:EncryptionContext:purpose': 'health' } });
});

test('names defaults as they are', () => {
  expect(page).toContain(`every ${kms.defaults?.interval.replace('s', ' s')} with a timeout of 5 s`);
  expect(kms.defaults).toEqual({ interval: '60s', timeout: '5s' });
  expect(kms.confirmMs).toBe(5000);
});
