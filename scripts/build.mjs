// Builds dist/: an entry of a few lines, and chunks in which each client library has files of its own.
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

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
  target: 'node22.12',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: banner },
  metafile: true,
  logLevel: 'warning',
});
await writeFile(`${root}dist/metafile.json`, JSON.stringify(metafile));
await writeFile(
  `${root}dist/sidewarden.js`,
  `#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
enableCompileCache();
await import('./main.js');
`,
);
await chmod(`${root}dist/sidewarden.js`, 0o755);
