// `npm run generate`: writes what derives from the product: config/schema.json, parts of the pages, the lists of
// test/surface, the rules of the layers in biome.json.
import { readFileSync, writeFileSync } from 'node:fs';
import './schema.mjs';
import { writeLists } from '../test/surface/lists.ts';
import { withLayers } from './linter.ts';
import { put } from './part.ts';
import { parts } from './tables.ts';

for (const part of parts) {
  const file = new URL(`../${part.file}`, import.meta.url);
  writeFileSync(file, put(readFileSync(file, 'utf8'), part));
}
const biome = new URL('../biome.json', import.meta.url);
writeFileSync(biome, withLayers(readFileSync(biome, 'utf8')));
await writeLists();
