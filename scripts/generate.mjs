// `npm run generate`: writes what derives from the product: config/schema.json, parts of the pages, the lists of test/surface.
import { readFileSync, writeFileSync } from 'node:fs';
import './schema.mjs';
import { writeLists } from '../test/surface/lists.ts';
import { parts, put } from './tables.ts';

for (const part of parts) {
  const file = new URL(`../${part.file}`, import.meta.url);
  writeFileSync(file, put(readFileSync(file, 'utf8'), part));
}
await writeLists();
