// The linter is what keeps the layers: one forbidden import per layer, and one allowed beside it.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLayers } from '../../scripts/linter.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A file, and what it may not import. An `x.ts` stands for any file of its folder. */
const refused: readonly (readonly [string, string])[] = [
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
  ['src/dependencies/postgres/x.ts', './libpq/url.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../libpq/url.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../../redis/errors.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../../../checks/board.ts'],
  ['src/dependencies/postgres/statistics/x.ts', 'pg'],
  ['src/schedule/x.ts', '../checks/board.ts'],
  ['src/schedule/x.ts', '../daemon.ts'],
  ['src/schedule/x.ts', 'node-cron'],
  ['src/checks/x.ts', '../metrics/page.ts'],
  ['src/checks/x.ts', '../statistics/index.ts'],
  ['src/leadership/x.ts', '../statistics/index.ts'],
  ['src/leadership/x.ts', '../checks/board.ts'],
  ['src/schedule/x.ts', '../leadership/index.ts'],
  ['src/statistics/x.ts', '../leadership/seat.ts'],
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
];
const allowed: readonly (readonly [string, string])[] = [
  ['src/core/x.ts', './check.ts'],
  ['src/dependencies/postgres/driver.ts', 'pg'],
  ['src/dependencies/postgres/x.ts', '../../core/failure.ts'],
  ['src/dependencies/postgres/x.ts', '../aws/token.ts'],
  ['src/dependencies/postgres/x.ts', './libpq/index.ts'],
  ['src/dependencies/postgres/libpq/x.ts', './server.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../libpq/index.ts'],
  ['src/dependencies/aws/x.ts', '@smithy/signature-v4'],
  ['src/dependencies/postgres/statistics/x.ts', '../../define.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../session.ts'],
  ['src/dependencies/postgres/statistics/x.ts', '../../../core/failure.ts'],
  ['src/checks/x.ts', '../dependencies/postgres/index.ts'],
  ['src/checks/x.ts', '../schedule/lane.ts'],
  ['src/statistics/x.ts', '../leadership/index.ts'],
  ['src/metrics/x.ts', 'prom-client'],
  ['src/http/x.ts', '../metrics/page.ts'],
  ['src/daemon.ts', './http/server.ts'],
];

/** Each import in a file of its own. */
const cases = [...refused, ...allowed].map(([file, imported], at) => {
  return { file, imported, path: file.replace(/x\.ts$/, `x${at}.ts`) };
});
/** The paths that the linter refuses, of all cases in one call. */
let found: ReadonlySet<string>;
let tree: string;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'sidewarden-layers-'));
  await cp(join(root, 'biome.json'), join(tree, 'biome.json'));
  for (const { path, imported } of cases) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), `import '${imported}';\n`);
  }
  found = await lint();
});
afterAll(() => rm(tree, { recursive: true }));

function lint(): Promise<ReadonlySet<string>> {
  const rule = 'lint/style/noRestrictedImports';
  const options = ['--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none', '--colors=off'];
  return new Promise((resolve, reject) => {
    execFile(join(root, 'node_modules/.bin/biome'), ['lint', ...options, '.'], { cwd: tree }, (_, stdout, stderr) => {
      const [, checked] = /Checked (\d+) files/.exec(stdout + stderr) ?? [];
      if (Number(checked) < cases.length) reject(new Error(stdout + stderr));
      const places = stderr.matchAll(/^(\S+\.ts):\d+:\d+ (\S+)/gm);
      resolve(new Set([...places].flatMap(([, path = '', named]) => (named === rule ? [path] : []))));
    });
  });
}

const pathOf = (file: string, imported: string): string | undefined =>
  cases.find((one) => one.file === file && one.imported === imported)?.path;

test('each case is a file of its own', () => {
  expect(new Set(cases.map(({ path }) => path)).size).toBe(refused.length + allowed.length);
});

test.each(refused)('%s may not import %s', (file, imported) => {
  expect(found).toContain(pathOf(file, imported));
});

test.each(allowed)('%s may import %s', (file, imported) => {
  expect(found).not.toContain(pathOf(file, imported));
});

test('biome.json is what scripts/layers.ts gives (npm run generate writes it)', async () => {
  const written = await readFile(join(root, 'biome.json'), 'utf8');
  expect(withLayers(written)).toBe(written);
});
