// `npm run generate`: writes what derives from the definitions of the types, config/schema.json and parts of the pages.
import { readFileSync, writeFileSync } from 'node:fs';
import './schema.mjs';
import { parts, put } from './tables.ts';

for (const part of parts) {
  const file = new URL(`../${part.file}`, import.meta.url);
  writeFileSync(file, put(readFileSync(file, 'utf8'), part));
}
