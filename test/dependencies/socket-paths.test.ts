// The path of a Unix socket that stands in a file with the URL is judged at the connect.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { postgres } from '../../src/dependencies/postgres/index.ts';
import { redis } from '../../src/dependencies/redis/index.ts';
import { createHarness } from '../contract/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidewarden-paths-'));
afterAll(() => rmSync(folder, { recursive: true }));

const long = `/${'d'.repeat(120)}`;
test.each([
  ['redis', redis, `unix://${long}`, 'has a socket path of 121 bytes'],
  ['postgres', postgres, `host=${long} user=u password=hunter2`, 'has a socket path of 135 bytes'],
  ['postgres', postgres, 'host=/run/.s.PGSQL.5432 user=u password=hunter2', 'give the folder of the file'],
  ['postgres', postgres, `host=/run/.s.PGSQL.5432,${long} user=u password=hunter2`, 'give the folder of the file'],
])('%s: a URL in a file', async (_type, definition, url, said) => {
  const file = join(folder, 'url');
  writeFileSync(file, url);
  const harness = await createHarness(definition as unknown as Definition, { url: Secret.fromFile(file) });
  const result = await harness.run();
  harness.close();
  expect(result).toMatchObject({ kind: 'failed', errorClass: 'misconfig', message: expect.stringContaining(said) });
  expect(JSON.stringify(result)).not.toContain('hunter2');
});
