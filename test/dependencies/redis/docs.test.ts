import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { redis } from '../../../src/dependencies/redis/index.ts';
import { statistics } from '../../../src/dependencies/redis/statistics/index.ts';
import { startRedis } from '../../servers/redis.ts';
import { collect } from './collect.ts';
import { run } from './run.ts';

const page = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8');

/** Names of all properties in a JSON Schema, nested ones with their path. */
function optionsOf(schema: { properties?: Record<string, object> }, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const nested = optionsOf(inner, `${path}${name}.`);
    return nested.length > 0 ? nested : [`${path}${name}`];
  });
}

it('the page names every option, phase and class in a table row of its own', () => {
  const schema = z.toJSONSchema(z.object(redis.settings), { io: 'input', unrepresentable: 'any' });
  const options = optionsOf(schema as object);
  expect(options).toContain('sentinel.password_file');
  for (const name of [...options, ...redis.phases, ...redis.classes])
    expect(page).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
});

it('the user it tells to make runs every phase, and is refused nothing', async () => {
  const line = /^ACL SETUSER sidewarden .*$/m.exec(page)?.[0] ?? '';
  const server = await startRedis();
  await server.command(...line.split(' '));
  const given = { url: `redis://sidewarden:PASSWORD@${server.host}:${server.port}`, expect: 'primary', write: {} };
  expect(await run(given)).toMatchObject({ passed: true, phases: redis.phases, skipped: [] });
  expect(await server.command('ACL', 'LOG')).toEqual([]);
  expect(await server.command('ACL', 'DRYRUN', 'sidewarden', 'CLUSTER', 'INFO')).toBe('OK');
  await server.remove();
});

it('the user of the statistics can give every collector what it asks', async () => {
  const lines = [...page.matchAll(/^ACL SETUSER sidewarden .*$/gm)].map(String);
  const [health = '', more = ''] = [lines[0], lines.find((one) => one.includes('+info'))];
  const server = await startRedis();
  for (const line of [health, more]) await server.command(...line.split(' '));
  const { lacks, values } = await collect({ url: `redis://sidewarden:PASSWORD@${server.host}:${server.port}` });
  expect([lacks.size, values.has('redis_slowlog_length')]).toEqual([0, true]);
  expect(await server.command('ACL', 'LOG')).toEqual([]);
  const set = await server.command('ACL', 'DRYRUN', 'sidewarden', 'SET', 'sidewarden:x', '1');
  expect(set, 'what the health needs is left').toBe('OK');
  await server.remove();
});

it('every collector has a row with its interval', () => {
  for (const { name, intervalMs } of statistics.collectors) {
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|[^|]*\\| ${intervalMs / 1000} s \\|`, 'm'));
  }
});

it('its examples are settings without a problem', () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parseYaml(text ?? ''));
  const checks = examples.flatMap((example) =>
    Object.values(example.checks as Record<string, Record<string, unknown>>),
  );
  expect(checks.length).toBeGreaterThan(3);
  for (const { type, required, ...given } of checks) {
    expect(type).toBe('redis');
    const url = typeof given.url === 'string' ? { url: given.url.replace(/^\$\{.*\}$/, 'redis://redis') } : {};
    const settings = z.strictObject(redis.settings).parse({ ...given, ...url });
    expect(redis.problems?.(settings)).toEqual([]);
  }
});
