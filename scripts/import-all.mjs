// Imports every module of a folder under the flags of the program, for which the cache that it fills is made:
// `import-all.mjs FOLDER CACHE`.
import { readdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { flags } from './v8-flags.mjs';

for (const flag of flags) setFlagsFromString(flag);
const [folder = '', cache] = process.argv.slice(2);
enableCompileCache(cache);
for (const name of readdirSync(folder).sort()) await import(pathToFileURL(resolve(folder, name)).href);
process.exit();
