// The source of a configuration: its digest changes when reading it again could find something else, and only then.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { sourceOf } from '../../src/config/source.ts';
import { removeFolder, runFolder } from '../servers/process.ts';

let folder: string;
beforeAll(async () => {
  folder = await runFolder('source');
});
afterAll(() => removeFolder(folder));

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

test('of a file: its content, not its dates or its place behind links', async () => {
  mkdirSync(join(folder, 'one'));
  mkdirSync(join(folder, 'two'));
  write('one/c.yaml', 'checks: {}\n');
  write('two/c.yaml', 'checks: {}\n');
  symlinkSync('one', join(folder, '..data'));
  symlinkSync(join('..data', 'c.yaml'), join(folder, 'c.yaml'));
  const source = sourceOf({ arguments: { config: join(folder, 'c.yaml') }, environment: {} });
  const first = await source.digest();
  const swap = (to: string): void => {
    symlinkSync(to, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, '..data'));
  };
  swap('two');
  expect(await source.digest()).toBe(first);
  write('one/c.yaml', 'checks: { }\n');
  swap('one');
  const second = await source.digest();
  expect(second).not.toBe(first);
  rmSync(join(folder, 'one/c.yaml'));
  const gone = await source.digest();
  expect([first, second]).not.toContain(gone);
  mkdirSync(join(folder, 'one/c.yaml'));
  expect(await source.digest()).not.toBe(gone);
});

test('of the files that the file’s variables name', async () => {
  const part = write('part', 'a');
  const unused = write('unused', 'a');
  const file = write('parts.yaml', 'service: $' + '{NAME}-x\n');
  const source = sourceOf({ environment: { SIDEWARDEN_CONFIG: file, NAME_FILE: part, OTHER_FILE: unused } });
  const first = await source.digest();
  write('unused', 'b');
  expect(await source.digest()).toBe(first);
  write('part', 'b');
  expect(await source.digest()).not.toBe(first);
  expect(source.load()).toMatchObject({ ok: true, configuration: { service: 'b-x' } });
});

test('of the environment alone: the files that it names', async () => {
  const key = write('key', 'alias/one');
  const source = sourceOf({ environment: { KMS_KEY_ID_FILE: key, AWS_REGION: 'eu-west-1' } });
  const first = await source.digest();
  expect(await source.digest()).toBe(first);
  write('key', 'alias/two');
  expect(await source.digest()).not.toBe(first);
  expect(source.load()).toMatchObject({ ok: true, configuration: { checks: [{ settings: { key_id: 'alias/two' } }] } });
});

test('a file that it came from stays its source, and flags stay', () => {
  const file = write('gone.yaml', 'log_level: debug\n');
  const source = sourceOf({ arguments: { config: file, logLevel: 'warn' }, environment: {} });
  expect(source.load()).toMatchObject({ ok: true, configuration: { logLevel: 'warn' } });
  rmSync(file);
  expect(source.load()).toMatchObject({ ok: false, problems: [{ file, message: 'cannot be read: ENOENT' }] });
});

test('sidewarden.yaml of the working directory is read where no other is named, and stays the source', async () => {
  const own = process.cwd();
  onTestFinished(() => process.chdir(own));
  process.chdir(folder);
  const other = write('other.yaml', 'service: other\n');
  const unnamed = sourceOf({ environment: {} });
  expect(unnamed.load()).toMatchObject({ configuration: { source: 'environment' }, passedOver: [] });
  const before = await unnamed.digest();
  const here = write('sidewarden.yaml', 'service: here\n');
  expect(await unnamed.digest()).not.toBe(before);
  const found = sourceOf({ environment: {} });
  for (const source of [unnamed, found]) {
    const configuration = { service: 'here', source: './sidewarden.yaml' };
    expect(source.load()).toMatchObject({ configuration, passedOver: [] });
  }
  const named = { SIDEWARDEN_CONFIG: other };
  expect(sourceOf({ environment: named }).load()).toMatchObject({
    configuration: { service: 'other' },
    passedOver: ['./sidewarden.yaml'],
  });
  for (const [config, files] of [
    [here, [other]],
    [write('third.yaml', 'service: third\n'), [other, './sidewarden.yaml']],
  ] as const) {
    expect(sourceOf({ arguments: { config }, environment: named }).load()).toMatchObject({ passedOver: files });
  }
  expect(sourceOf({ environment: { SIDEWARDEN_CONFIG: here } }).load()).toMatchObject({ passedOver: [] });
  rmSync(here);
  for (const source of [unnamed, found])
    expect(source.load()).toMatchObject({ ok: false, problems: [{ file: './sidewarden.yaml' }] });
});
