// Builds dist/: an entry of a few lines, chunks in which each client library has files of its own, and what V8 makes of
// them (compile-cache/).
import { execFileSync } from 'node:child_process';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { entry, nodeProblem, oldestNode } from './entry.mjs';
import { leaveOut } from './left-out.mjs';
import { option } from './v8-flags.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const problem = nodeProblem('the build');
if (problem !== undefined) {
  process.stderr.write(`${problem} \`npm run build\` brings its own.\n`);
  process.exit(1);
}

// CommonJS inside the chunks calls require() for Node's own modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

await rm(`${root}dist`, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: `node${oldestNode}`,
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: banner },
  metafile: true,
  logLevel: 'warning',
  plugins: [leaveOut],
});
await writeFile(`${root}dist/metafile.json`, JSON.stringify(metafile));
await writeFile(`${root}dist/sidewarden.js`, entry);
await chmod(`${root}dist/sidewarden.js`, 0o755);

// What is filled under other flags of V8, by another user or for another place is not used: dist/compile-cache then
// gets more entries, or, where it cannot be written, the folder for temporary files does.
const [importAll, chunks, cache] = ['scripts/import-all.mjs', 'dist/chunks', 'dist/compile-cache'].map(
  (path) => root + path,
);
execFileSync(process.execPath, [option, importAll, chunks, cache]);
