// Which password a file of passwords has for a server, by libpq's rules.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createRedactor, secretsOf } from '../../../../src/core/redact.ts';
import { postgres } from '../../../../src/dependencies/postgres/index.ts';
import { parseUrl, passwordIn } from '../../../../src/dependencies/postgres/libpq/index.ts';
import { passwordInFile } from '../../../../src/dependencies/postgres/password.ts';
import { removeFolder, runFolder } from '../../../servers/process.ts';

const logIn = { host: 'db', port: 5432, database: 'shop', user: 'app' };

async function fileWith(text: string | Uint8Array, mode = 0o600): Promise<string> {
  const folder = await runFolder('passfile');
  onTestFinished(() => removeFolder(folder));
  const file = join(folder, 'passwords');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

test.each([
  ['db:5432:shop:app:secret', {}, 'secret'],
  ['*:*:*:*:secret', {}, 'secret'],
  ['other:*:*:*:x\n# db:5432:shop:app:y\n\ndb:*:shop:app:secret\n*:*:*:*:z\n', {}, 'secret'],
  ['\ufeffdb:5432:shop:app:secret\n', {}, 'secret'],
  ['db:5432:shop:app:se\\:cr\\\\et', {}, 'se:cr\\et'],
  ['\\:\\:1:5432:shop:app:secret\r\n', { host: '::1' }, 'secret'],
  ['db:5432:a\\:b:o\\\\o:secret', { database: 'a:b', user: 'o\\o' }, 'secret'],
  ['localhost:5432:shop:app:secret', { host: '/var/run/postgresql' }, 'secret'],
  ['/run/other:5432:shop:app:secret', { host: '/run/other' }, 'secret'],
])('%j', async (text, given, password) => {
  expect(passwordIn(await fileWith(text), { ...logIn, ...given })).toEqual({ password });
});

test.each([
  ['db:5433:shop:app:secret', /no line/],
  ['db:5432:shop:\\*:secret', /no line/],
  ['db:5432:shop:app', /no line/],
  ['db:5432:shop:app:\n*:*:*:*:secret', /no line/],
])('%j has none', async (text, why) => {
  expect(passwordIn(await fileWith(text), logIn)).toEqual({ why: expect.stringMatching(why) });
});

test.each([0o640, 0o604])('a file of mode %o is not used', async (mode) => {
  expect(passwordIn(await fileWith('*:*:*:*:secret', mode), logIn)).toEqual({
    why: expect.stringMatching(/chmod 600/),
  });
});

test('a folder, or nothing', async () => {
  const file = await fileWith('');
  await mkdir(`${file}-folder`);
  expect(passwordIn(`${file}-folder`, logIn)).toEqual({ why: expect.stringMatching(/is no file/) });
  expect(passwordIn(`${file}-none`, logIn)).toEqual({ why: expect.stringMatching(/cannot read .*ENOENT/) });
});

test('one that is not UTF-8 is not used, and says why', async () => {
  const file = await fileWith(Buffer.from('db:5432:shop:app:gehèim', 'latin1'));
  expect(passwordIn(file, logIn)).toEqual({ why: `${file} is not UTF-8 text: save it as UTF-8` });
});

test('the redactor knows the password that was found', async () => {
  const passfile = await fileWith('db:5432:shop:app:open-sesame');
  const url = `postgres://app@db/shop?passfile=${passfile}`;
  const settings = z.strictObject(postgres.settings).parse({ url });
  const parsed = parseUrl(url);
  if (!('target' in parsed)) throw new Error(parsed.problem);
  const { target } = parsed;
  expect(target.servers.map((server) => passwordInFile(settings, target, server))).toEqual(['open-sesame']);
  expect(createRedactor(() => secretsOf(settings))('it is open-sesame')).toBe('it is ***');
});
