// Imports every module of a folder, so that a compile cache that is on holds all of them: `import-all.mjs FOLDER`.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder = ''] = process.argv.slice(2);
for (const name of readdirSync(folder).sort()) await import(pathToFileURL(resolve(folder, name)).href);
process.exit();
