// The linter is what keeps the layers: one forbidden import per layer, and one allowed beside it.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let tree: string;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'sidewarden-layers-'));
  await cp(join(root, 'biome.json'), join(tree, 'biome.json'));
});
afterAll(() => rm(tree, { recursive: true }));

/** Whether the linter refuses this import in this file. */
async function refuses(file: string, imported: string): Promise<boolean> {
  const path = join(tree, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `import '${imported}';\n`);
  const lint = ['lint', '--only=style/noRestrictedImports', '--vcs-enabled=false', file];
  return new Promise((resolve, reject) => {
    execFile(join(root, 'node_modules/.bin/biome'), lint, { cwd: tree }, (error, stdout, stderr) => {
      const found = stderr.includes('noRestrictedImports ');
      if (found || error === null) resolve(found);
      else reject(new Error(stdout + stderr));
    });
  });
}

test.each([
  ['src/core/x.ts', '../checks/board.ts'],
  ['src/core/x.ts', 'pg'],
  ['src/dependencies/x.ts', '../schedule/lane.ts'],
  ['src/dependencies/postgres/x.ts', '../../checks/board.ts'],
  ['src/dependencies/postgres/x.ts', '../redis/errors.ts'],
  ['src/dependencies/postgres/index.ts', 'pg'],
  ['src/dependencies/redis/driver.ts', 'pg'],
  ['src/dependencies/postgres/x.ts', '@smithy/signature-v4'],
  ['src/dependencies/aws/x.ts', '../postgres/errors.ts'],
  ['src/dependencies/aws/x.ts', '@aws-sdk/client-kms'],
  ['src/schedule/x.ts', '../checks/board.ts'],
  ['src/schedule/x.ts', 'node-cron'],
  ['src/checks/x.ts', '../metrics/page.ts'],
  ['src/checks/x.ts', '../statistics/index.ts'],
  ['src/statistics/x.ts', '../checks/board.ts'],
  ['src/statistics/x.ts', '../metrics/registry.ts'],
  ['src/statistics/x.ts', '../dependencies/redis/session.ts'],
  ['src/checks/x.ts', '../dependencies/postgres/driver.ts'],
  ['src/checks/x.ts', '../config/load.ts'],
  ['src/metrics/x.ts', '../checks/board.ts'],
  ['src/http/x.ts', 'prom-client'],
  ['src/sinks/x.ts', '../http/server.ts'],
  ['src/sinks/x.ts', 'pino'],
  ['src/config/x.ts', '../http/server.ts'],
  ['src/http/x.ts', '../config/load.ts'],
  ['src/cli/x.ts', 'fastify'],
])('%s may not import %s', async (file, imported) => {
  expect(await refuses(file, imported)).toBe(true);
});

test.each([
  ['src/core/x.ts', './check.ts'],
  ['src/dependencies/postgres/driver.ts', 'pg'],
  ['src/dependencies/postgres/x.ts', '../../core/failure.ts'],
  ['src/dependencies/postgres/x.ts', '../aws/token.ts'],
  ['src/dependencies/aws/x.ts', '@smithy/signature-v4'],
  ['src/checks/x.ts', '../dependencies/postgres/index.ts'],
  ['src/checks/x.ts', '../schedule/lane.ts'],
  ['src/metrics/x.ts', 'prom-client'],
  ['src/http/x.ts', '../metrics/page.ts'],
  ['src/daemon.ts', './http/server.ts'],
])('%s may import %s', async (file, imported) => {
  expect(await refuses(file, imported)).toBe(false);
});
